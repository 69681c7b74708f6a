#!/usr/bin/env bash
# moto's tests of Kinesis in server mode against wavetank: tests and moto itself come from the same release on PyPI.
# Cases that may fail are listed, each with its reason, in moto-known.txt.
#
# WAVETANK_ENDPOINT  a running server to test instead, such as moto_server
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

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

server=""
serve server
report="$results/moto.xml"
rm -f "$report"
(cd "$suite" && TEST_SERVER_MODE=true TEST_SERVER_MODE_ENDPOINT=$server "$python" -m pytest tests/test_kinesis \
    -q -p no:cacheprovider --junitxml "$report") >"$results/moto.log" 2>&1 || true
[ -s "$report" ] || die "pytest ran nothing: $(tail -n 20 "$results/moto.log")"
outcome=0
"$clients/compare.py" moto "$clients/moto-known.txt" "$report" || outcome=1
echo "tracebacks: $results/moto.log"
exit "$outcome"
