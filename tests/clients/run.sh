#!/usr/bin/env bash
# Points real clients and third-party suites at `wavetank serve`, one after the other, each at a server of its own.
#
#   run.sh                 everything but `rust`, `s3-rust` and `peers`
#   run.sh boto3 cbor      these
#   run.sh all             everything
#
# WAVETANK                the binary (target/release/wavetank, or below CARGO_TARGET_DIR)
# WAVETANK_CLIENTS_CACHE  where clients are installed (~/.cache/wavetank-clients)
# WAVETANK_ENDPOINT       a running server to test instead of starting one
#
# Ends with one line per client, `N passed, M failed`, and exit code 1 when one failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usual=(boto3 cbor awscli producer job javascript kinesalite moto first-request
    s3-boto3 s3-awscli s3fs pyarrow polars moto-s3 s3-tests
    glue-boto3 glue-awscli moto-glue moto-athena
    athena-boto3 athena-awscli awswrangler pyathena pyiceberg seeds)
slow=(rust s3-rust peers)
strict_key="AKIDSTRICT:strict/secret+key"

# Each client runs in a subshell of its own, in which `serve` starts its servers.

client_boto3() {
    python_env boto3
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    if [ -z "${WAVETANK_ENDPOINT:-}" ]; then
        serve STRICT_ENDPOINT_URL --strict-auth "$strict_key"
        serve CLOCK_ENDPOINT_URL # its own, since its clock is moved
        serve tls --tls
        export STRICT_ENDPOINT_URL CLOCK_ENDPOINT_URL STRICT_KEY=$strict_key
        export TLS_ENDPOINT_URL=${tls/http:/https:} CERTIFICATE=$certificate
    fi
    limited 300 "$python" "$clients/boto3_story.py"
    [ -z "${WAVETANK_ENDPOINT:-}" ] || return 0
    echo "the same while every change of a stream takes 300 ms"
    unset STRICT_ENDPOINT_URL CLOCK_ENDPOINT_URL TLS_ENDPOINT_URL
    with_transition 300ms
    serve AWS_ENDPOINT_URL ${transition[@]+"${transition[@]}"}
    limited 300 "$python" "$clients/boto3_story.py"
}

client_cbor() {
    python_env boto3
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 120 "$python" "$clients/cbor.py"
}

client_awscli() {
    python_env awscli
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$clients/aws_cli.sh" "$cache/awscli/bin/aws"
}

client_producer() {
    python_env boto3
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 120 "$python" "$clients/producer.py" --count 1200
    # What was sent is there, once.
    limited 60 "$python" - <<'PYTHON'
import boto3

kinesis = boto3.client("kinesis")
for stream, expected in [("nestedPurchaseStream", 1200), ("recommenderStream", 1162)]:
    records = 0
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        start = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**start)["ShardIterator"]
        while page := kinesis.get_records(ShardIterator=iterator):
            records += len(page["Records"])
            iterator = page["NextShardIterator"]
            if not page["Records"] and not page["MillisBehindLatest"]:
                break
    assert records == expected, f"{stream} holds {records} records, {expected} were sent"
    print(f"  ok      {stream} holds {records} records")
PYTHON
}

# The producer feeds a server, and a job beside it writes the join.
client_job() {
    python_env boto3
    local kept="$scratch/kept" scenario="$root/scenarios/library/nested-join/nested-join-happy.wt.yaml"
    serve AWS_ENDPOINT_URL --job "$scenario" --keep "$kept"
    export AWS_ENDPOINT_URL
    local sent
    sent=$(limited 120 "$python" "$clients/producer.py" --count 1200)
    # Time goes on until the job has come to the end of what was sent.
    for _ in 1 2 3 4 5; do
        curl -sS -o /dev/null -X POST "$AWS_ENDPOINT_URL/_wavetank/clock" -d '{"advance":"1m"}'
        sleep 0.3
    done
    # The scenario's own check is about its own timeline, so the exit code says that a check has failed.
    kill -INT "${servers[-1]}"
    wait "${servers[-1]}" || true
    local rows expected
    rows=$("$WAVETANK" query "SELECT count(*) AS n FROM enriched_purchases" --run "$kept" --format json | grep -o '[0-9]\+' | tail -n 1)
    expected=$(sed -n 's/.*"rows_joined": \([0-9]*\).*/\1/p' <<<"$sent")
    [ "$rows" = "$expected" ] || die "the job wrote $rows rows, the join of what was sent has $expected"
    echo "  ok      the job wrote the $rows rows of the join"
}

client_javascript() {
    node_env javascript
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    if [ -z "${WAVETANK_ENDPOINT:-}" ]; then
        serve tls --tls
        export TLS_ENDPOINT_URL=${tls/http:/https:} NODE_EXTRA_CA_CERTS=$certificate
    fi
    # Node looks for packages from the folder of the script.
    cp "$clients/javascript.mjs" "$node_home/"
    (cd "$node_home" && limited 180 node --no-warnings javascript.mjs)
}

client_kinesalite() { "$clients/kinesalite.sh"; }

client_moto() { "$clients/moto.sh" kinesis; }

client_moto-s3() { "$clients/moto.sh" s3; }

client_moto-athena() { "$clients/moto.sh" athena; }

client_moto-glue() { "$clients/moto.sh" glue; }

client_s3-tests() { "$clients/s3tests.sh"; }

client_first-request() { "$clients/first_request.sh"; }

client_rust() {
    local home="$cache/rust"
    mkdir -p "$home/src"
    # Put together outside the checkout, so that it is no part of this workspace and its lock file.
    cp "$clients/rust/manifest.toml" "$home/Cargo.toml"
    cp "$clients/rust/story.rs" "$home/src/main.rs"
    (cd "$home" && CARGO_TARGET_DIR="$home/target" cargo build --quiet)
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 120 "$home/target/debug/wavetank-client"
}

client_s3-boto3() {
    python_env s3-boto3
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    if [ -z "${WAVETANK_ENDPOINT:-}" ]; then
        serve STRICT_ENDPOINT_URL --strict-auth "$strict_key"
        serve tls --tls
        export STRICT_ENDPOINT_URL STRICT_KEY=$strict_key
        export TLS_ENDPOINT_URL=${tls/http:/https:} CERTIFICATE=$certificate
    fi
    limited 180 "$python" "$clients/s3_story.py"
}

client_s3-awscli() {
    python_env awscli
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$clients/s3_cli.sh" "$cache/awscli/bin/aws"
}

client_glue-boto3() {
    python_env s3-boto3
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 180 "$python" "$clients/glue_story.py"
}

client_glue-awscli() {
    python_env awscli
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$clients/glue_cli.sh" "$cache/awscli/bin/aws"
}

client_s3fs() { python_story s3fs; }

client_pyarrow() { python_story pyarrow; }

client_polars() { python_story polars; }

client_athena-boto3() {
    python_env athena
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$python" "$clients/athena_story.py"
}

client_athena-awscli() {
    python_env awscli
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$clients/athena_cli.sh" "$cache/awscli/bin/aws"
}

client_awswrangler() { athena_story awswrangler; }

client_pyathena() { athena_story pyathena; }

client_pyiceberg() { athena_story pyiceberg; }

client_seeds() {
    local folder=""
    checkout folder datafaker 99bc6be2a185a1f84c56cdf8e8c86b27b9f106d6 "${DATAFAKER_GIT:-https://github.com/chisus089/aws-datafaker.git}"
    export DATAFAKER=$folder
    athena_story seeds
}

client_s3-rust() {
    local home="$cache/s3-rust"
    mkdir -p "$home/src"
    cp "$clients/s3_rust/manifest.toml" "$home/Cargo.toml"
    cp "$clients/s3_rust/story.rs" "$home/src/main.rs"
    (cd "$home" && CARGO_TARGET_DIR="$home/target" cargo build --quiet)
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 120 "$home/target/debug/wavetank-s3-client"
}

client_peers() { "$clients/peers.sh"; }

# python_story NAME tells NAME_story.py to a server of its own.
python_story() {
    python_env "$1"
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 120 "$python" "$clients/$1_story.py"
}

# athena_story NAME does the same with the environment that all Python clients of Athena share.
athena_story() {
    python_env athena
    serve AWS_ENDPOINT_URL
    export AWS_ENDPOINT_URL
    limited 300 "$python" "$clients/$1_story.py"
}

# limited SECONDS COMMAND…: a client that hangs has failed.
limited() {
    timeout --kill-after 5 "$@" || {
        local code=$?
        [ "$code" -ne 124 ] || echo "stopped after $1 s"
        return "$code"
    }
}

names=("$@")
[ "${#names[@]}" -gt 0 ] || names=("${usual[@]}")
[ "${names[*]}" != all ] || names=("${usual[@]}" "${slow[@]}")
for name in "${names[@]}"; do
    declare -F "client_$name" >/dev/null || die "no client '$name': there are ${usual[*]} ${slow[*]}"
done

lines=()
failed=0
for name in "${names[@]}"; do
    echo "== $name"
    started=$SECONDS
    # Not as the condition of an `if`, under which bash would not stop at the first failure inside.
    set +e
    (
        set -e
        servers=()
        scratch=$(mktemp -d "$scratch/$name.XXXXXX")
        trap stop_servers EXIT
        "client_$name"
    )
    code=$?
    set -e
    if [ "$code" -eq 0 ]; then
        lines+=("$(printf '%-14s passed  %4d s' "$name" $((SECONDS - started)))")
    else
        lines+=("$(printf '%-14s FAILED  %4d s  exit code %d' "$name" $((SECONDS - started)) "$code")")
        failed=$((failed + 1))
    fi
done

echo "== clients"
printf '%s\n' "${lines[@]}"
echo "$((${#names[@]} - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
