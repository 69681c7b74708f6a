#!/usr/bin/env bash
# Ceph's s3-tests against wavetank: the cases that s3tests-selection.txt leaves. Cases that may fail are listed, each
# with its reason, in s3tests-known.txt.
#
# S3TESTS_GIT        where to clone from, when not GitHub
# WAVETANK_ENDPOINT  a running server to test instead, such as moto_server
# WORKERS            processes that run cases side by side (2); 0 for one after the other
# CASES              only those whose names match this expression of pytest's -k; nothing is compared then
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

python_env s3tests
suite=""
checkout suite s3tests 8f0ae7b404a3a2fcf7038bf1e6bf29544fe9b6a3 "${S3TESTS_GIT:-https://github.com/ceph/s3-tests}"

# Users of the suite, as `section|access key|secret`: made up, each an account of its own since its key has 12 digits.
users=(
    "s3 main|100000000121|main/secret+key"
    "s3 alt|100000000122|alt/secret+key"
    "s3 tenant|100000000123|tenant/secret+key"
    "iam|100000000124|iam/secret+key"
    "iam root|100000000125|iam/root/secret+key"
    "iam alt root|100000000126|iam/alt/secret+key"
)
keys=()
for user in "${users[@]}"; do
    IFS='|' read -r _ key secret <<<"$user"
    keys+=(--strict-auth "$key:$secret")
done
server=""
serve server "${keys[@]}"

config="$scratch/s3tests.conf"
address=${server#http://}
{
    printf '[DEFAULT]\nhost = %s\nport = %s\nis_secure = False\nssl_verify = False\n' "${address%:*}" "${address##*:}"
    printf '[fixtures]\nbucket prefix = wavetank-{random}-\n'
    for user in "${users[@]}"; do
        IFS='|' read -r section key secret <<<"$user"
        # The server names owners by a digest of their account, and shows the account.
        id=$(printf %s "$key" | sha256sum | cut -d ' ' -f 1)
        printf '[%s]\naccess_key = %s\nsecret_key = %s\nuser_id = %s\n' "$section" "$key" "$secret" "$id"
        printf 'display_name = %s\nemail = %s@example.com\n' "$key" "${section// /-}"
        case $section in
        "s3 main") printf 'api_name = us-west-2\n' ;; # a region to create a bucket in
        "s3 tenant") printf 'tenant = wavetank\n' ;;
        esac
    done
} >"$config"

# One counts all buckets of a user, which cases beside it would change.
export ALONE='test_list_buckets_paginated'
export SELECTION="$clients/s3tests-selection.txt" S3TEST_CONF=$config PYTHONPATH="$clients/s3tests" PYTHONDONTWRITEBYTECODE=1

# suite_run REPORT ARGUMENT… runs the selected cases and writes a report of them.
suite_run() {
    local report=$1
    shift
    rm -f "$report"
    (cd "$suite" && "$python" -m pytest s3tests/functional/test_s3.py s3tests/functional/test_headers.py \
        -p selection -p no:cacheprovider -q ${CASES:+-k "$CASES"} --junitxml "$report" "$@") \
        >>"$results/s3tests.log" 2>&1 || true
    [ -s "$report" ] || die "pytest ran nothing: $(tail -n 20 "$results/s3tests.log")"
}

: >"$results/s3tests.log"
ALONE_RUN=1 suite_run "$scratch/alone.xml"
suite_run "$results/s3tests.xml" --numprocesses "${WORKERS:-2}" --dist worksteal
outcome=0
known="$clients/s3tests-known.txt"
if [ -n "${CASES:-}" ]; then
    known=-
fi
"$clients/compare.py" --cases "$results/s3tests.tsv" s3tests "$known" "$scratch/alone.xml" "$results/s3tests.xml" ||
    outcome=1
echo "each case with its outcome: $results/s3tests.tsv; tracebacks: $results/s3tests.log"
exit "$outcome"
