#!/usr/bin/env bash
# moto.sh SERVICE: moto's tests of a service (kinesis, s3, glue, athena) in server mode against wavetank: tests and moto
# itself come from the same release on PyPI. Cases that may fail are listed, each with its reason, in moto-known.txt
# (kinesis), moto-s3-known.txt, moto-glue-known.txt and moto-athena-known.txt. Cases that skip themselves in server mode,
# since they look into moto's process, count as skipped.
#
# WAVETANK_ENDPOINT  a running server to test instead, such as moto_server
# CASES              only those whose names match this expression of pytest's -k; nothing is compared then
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
kinesis) name=moto ;;
s3) name=moto-s3 ;;
glue) name=moto-glue ;;
athena) name=moto-athena ;;
*) die "usage: moto.sh kinesis|s3|glue|athena" ;;
esac
service=$1

python_env moto
version=$(sed -n 's/^moto.*==//p' "$clients/requirements/moto.txt")
suite="$cache/moto-suite-$version"
if [ ! -f "$suite/.complete" ]; then
    rm -rf "$suite"
    mkdir -p "$suite"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: "moto==$version" \
        --dest "$scratch"
    # Only the tests: what they import is the installed moto.
    tar -xzf "$scratch/moto-$version.tar.gz" -C "$suite" --strip-components 1 --wildcards '*/tests/*.py'
    touch "$suite/.complete"
fi

# Cases that run Lambda functions ask IAM for a role until they have one: without an IAM they never end.
export TESTS_SKIP_REQUIRES_DOCKER=true
# What a suite takes for granted that it does not make; nothing is compiled into this folder.
plugin=()
export PYTHONDONTWRITEBYTECODE=1
[ ! -f "$clients/moto_$service.py" ] || plugin=(-p "moto_$service")
server=""
serve server
known="$clients/$name-known.txt"
[ -z "${CASES:-}" ] || known=-
report="$results/$name.xml"
rm -f "$report"
(cd "$suite" && PYTHONPATH=$clients TEST_SERVER_MODE=true TEST_SERVER_MODE_ENDPOINT=$server "$python" -m pytest \
    "tests/test_$service" ${plugin[@]+"${plugin[@]}"} ${CASES:+-k "$CASES"} -q -p no:cacheprovider \
    --junitxml "$report") >"$results/$name.log" 2>&1 || true
[ -s "$report" ] || die "pytest ran nothing: $(tail -n 20 "$results/$name.log")"
outcome=0
"$clients/compare.py" "$name" "$known" "$report" || outcome=1
echo "tracebacks: $results/$name.log"
# The cases about partitions once more, in tables that have a partition key: see moto_glue_keys.py.
if [ "$service" = glue ] && [ -z "${CASES:-}" ]; then
    keyed="$results/$name-keys.log"
    (cd "$suite" && PYTHONPATH="$clients" PYTHONDONTWRITEBYTECODE=1 TEST_SERVER_MODE=true TEST_SERVER_MODE_ENDPOINT=$server \
        "$python" -m pytest tests/test_glue/test_datacatalog.py tests/test_glue/test_partition_filter.py -k partition \
        -p moto_glue_keys -q -p no:cacheprovider) >"$keyed" 2>&1 || outcome=1
    echo "$name, partitions in tables with a partition key: $(tail -n 1 "$keyed")"
fi
exit "$outcome"
