#!/usr/bin/env bash
# kinesalite's own tests (recorded against AWS up to 2020) against wavetank. Cases that may fail are listed, each with
# its reason, in kinesalite-known.txt. Those whose reason begins with `gained` fail only because AWS's answers have
# more members today: they are run again with these members taken off, and must pass then.
#
# KINESALITE_GIT     where to clone from, when not GitHub
# WAVETANK_ENDPOINT  a running server to test instead, such as kinesalite itself
# EXPIRY=skip        leaves out the case that waits five minutes for an iterator to expire (wavetank's clock is moved
#                    instead of waiting)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

suite=""
checkout suite kinesalite v3.3.3 "${KINESALITE_GIT:-https://github.com/mhart/kinesalite.git}"
[ -d "$suite/node_modules/mocha" ] || (cd "$suite" && npm install --silent --no-audit --no-fund --ignore-scripts >&2)

expiry='should return ExpiredIteratorException if ShardIterator has expired'
clock=$([ -n "${WAVETANK_ENDPOINT:-}" ] || echo 1)

# mocha_run RESULTS ARGUMENT… runs cases against $server.
mocha_run() {
    export RESULTS=$1
    shift
    rm -f "$RESULTS"
    touch "$RESULTS"
    (cd "$suite" && ENDPOINT=$server CLOCK=$clock node_modules/.bin/mocha --require should \
        --require "$clients/kinesalite/endpoint.cjs" --reporter "$clients/kinesalite/reporter.cjs" \
        --timeout 4s --exit "$@") >"$results/kinesalite.log" 2>&1 || true
    [ -s "$RESULTS" ] || die "mocha ran nothing: $(tail -n 20 "$results/kinesalite.log")"
}

server=""
if serve_has --tls; then
    serve server --tls
    export TLS_ENDPOINT=$server
fi

with_transition 500ms
# The suite asks for a thousand shards more than it was told that there may be.
if serve_has --shard-limit; then transition+=(--shard-limit 500); fi
serve server ${transition[@]+"${transition[@]}"}
mocha_run "$results/kinesalite.tsv" --grep "$expiry" --invert
if [ "${EXPIRY:-}" != skip ]; then
    serve server ${transition[@]+"${transition[@]}"} # its own, since its clock is moved
    mocha_run "$results/kinesalite-expiry.tsv" --grep "$expiry"
    cat "$results/kinesalite-expiry.tsv" >>"$results/kinesalite.tsv"
fi

outcome=0
"$clients/compare.py" kinesalite "$clients/kinesalite-known.txt" "$results/kinesalite.tsv" || outcome=1

gained=$(sed -n 's/ | gained.*//p' "$clients/kinesalite-known.txt" | sed 's/[][().*+?^$|]/\\&/g' | paste -sd '|')
serve server ${transition[@]+"${transition[@]}"}
GAINED=drop mocha_run "$results/kinesalite-gained.tsv" --grep "^($gained)\$"
"$clients/compare.py" "kinesalite without gained members" - "$results/kinesalite-gained.tsv" || outcome=1
echo "each case with its outcome: $results/kinesalite.tsv"
exit "$outcome"
