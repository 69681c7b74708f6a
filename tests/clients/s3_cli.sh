#!/usr/bin/env bash
# S3 through the AWS CLI, version 1 from PyPI: its `s3` commands, which divide, compare and page by themselves, and some of
# `s3api`. Needs AWS_ENDPOINT_URL; $1 is the `aws` to call.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
aws=${1:-aws}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

s3() { "$aws" s3 "$@"; }
s3api() { "$aws" s3api "$@"; }

# query WHAT EXPECTED COMMAND… compares the text output of a command of s3api.
query() {
    local what=$1 expected=$2 actual
    shift 2
    actual=$(s3api "$@" --output text | tr '\t\n' '  ' | sed 's/ $//')
    expect "$what" "$expected" "$actual"
}

# error WHAT CODE COMMAND… compares the code of the error that a command ends with.
error() {
    local what=$1 code=$2 output
    shift 2
    if output=$("$aws" "$@" 2>&1); then
        expect "$what" "an error" "$output"
    fi
    expect "$what" "($code)" "$(grep -o '([A-Za-z0-9]*)' <<<"$output" | head -n 1)"
}

# listed PREFIX: the keys below it, with their sizes.
listed() { s3 ls --recursive "s3://cli/$1" | awk '{ size = $3; sub(/^[^ ]+ +[^ ]+ +[0-9]+ /, ""); printf "%s%s:%s", sep, $0, size; sep = " " }'; }

expect "mb" "make_bucket: cli" "$(s3 mb s3://cli)"
expect "ls of buckets" "cli" "$(s3 ls | awk '$3 == "cli" { print $3 }')"
error "mb of a name that is no name" InvalidBucketName s3 mb s3://Cli_

# Files small and large: from 8 MiB on the CLI sends and reads parts.
printf 'one\nzwei ü' >small.txt
head -c $((20 * 1024 * 1024)) /dev/urandom >large.bin
: >empty
s3 cp small.txt "s3://cli/dir/sm all+ü.txt" --only-show-errors
s3 cp large.bin s3://cli/large.bin --only-show-errors
s3 cp empty s3://cli/empty --only-show-errors
s3 cp "s3://cli/dir/sm all+ü.txt" back.txt --only-show-errors
s3 cp s3://cli/large.bin back.bin --only-show-errors
s3 cp s3://cli/empty back.empty --only-show-errors
expect "cp there and back" same "$(cmp small.txt back.txt && cmp large.bin back.bin && cmp empty back.empty && echo same)"
expect "cp in parts" "3" "$(s3api head-object --bucket cli --key large.bin --query ETag --output text | sed 's/.*-\([0-9]*\)"$/\1/')"
expect "cp guesses the type" "text/plain" \
    "$(s3api head-object --bucket cli --key "dir/sm all+ü.txt" --query ContentType --output text)"
error "cp of what is not there" 404 s3 cp s3://cli/absent absent

# Standard input and output.
printf 'from stdin' | s3 cp - s3://cli/stdin
expect "cp from stdin to stdout" "from stdin" "$(s3 cp s3://cli/stdin -)"
s3 cp - s3://cli/piped --expected-size $((20 * 1024 * 1024)) <large.bin
expect "cp of parts from stdin to stdout" "$(sha1sum <large.bin)" "$(s3 cp s3://cli/piped - | sha1sum)"

expect "ls" "PRE dir/|0 empty|20971520 large.bin|20971520 piped|10 stdin" \
    "$(s3 ls s3://cli | sed -E 's/^ +//; s/^[0-9-]+ [0-9:]+ +//' | paste -sd '|')"
expect "ls --summarize" "Total Objects: 5|Total Size: 41943061" \
    "$(s3 ls s3://cli --recursive --summarize | grep Total | sed 's/^ *//' | paste -sd '|')"

# Copies within S3, with the metadata of the source or with others.
s3 cp s3://cli/stdin s3://cli/copies/kept --metadata-directive COPY --only-show-errors
s3 cp small.txt s3://cli/copies/told --metadata team=ingest --cache-control no-cache --content-type a/b \
    --storage-class STANDARD_IA --only-show-errors
s3 cp s3://cli/copies/told s3://cli/copies/same --only-show-errors
query "cp keeps metadata" "a/b no-cache ingest" head-object --bucket cli --key copies/same \
    --query '[ContentType,CacheControl,Metadata.team]'
s3 cp s3://cli/copies/told s3://cli/copies/other --metadata-directive REPLACE --metadata team=other --content-type c/d \
    --only-show-errors
query "cp --metadata-directive REPLACE" "c/d None other" head-object --bucket cli --key copies/other \
    --query '[ContentType,CacheControl,Metadata.team]'
s3 cp s3://cli/large.bin s3://cli/copies/large --only-show-errors
expect "cp of parts within S3" "$(sha1sum <large.bin)" "$(s3 cp s3://cli/copies/large - | sha1sum)"
s3 mv s3://cli/copies/large s3://cli/moved --only-show-errors
expect "mv within S3" "moved:20971520 copies/kept:10 copies/other:11 copies/same:11 copies/told:11" "$(listed moved) $(listed copies/)"
cp small.txt leaving.txt
s3 mv leaving.txt s3://cli/arrived.txt --only-show-errors
s3 mv s3://cli/arrived.txt returned.txt --only-show-errors
expect "mv there and back" "same" "$([ ! -e leaving.txt ] && [ -z "$(listed arrived)" ] && cmp small.txt returned.txt && echo same)"

# A folder is kept alike.
mkdir -p tree/a/b
printf 1 >tree/1; printf 22 >tree/a/2; printf 333 >tree/a/b/3; printf 4444 >tree/a/b/skipped.tmp
# S3 tells times in whole seconds: a file of this very second would look younger than its copy.
find tree -type f -exec touch -d '1 minute ago' {} +
s3 sync tree s3://cli/tree --exclude '*.tmp' --only-show-errors
expect "sync" "tree/1:1 tree/a/2:2 tree/a/b/3:3" "$(listed tree/)"
expect "sync again does nothing" "" "$(s3 sync tree s3://cli/tree --exclude '*.tmp')"
rm tree/a/2
printf 55555 >tree/a/5
s3 sync tree s3://cli/tree --delete --exclude '*.tmp' --only-show-errors
expect "sync --delete" "tree/1:1 tree/a/5:5 tree/a/b/3:3" "$(listed tree/)"
s3 sync s3://cli/tree synced --only-show-errors
rm tree/a/b/skipped.tmp
expect "sync back" same "$(diff -r tree synced && echo same)"
s3 sync s3://cli/tree s3://cli/twin --only-show-errors
expect "sync within S3" "twin/1:1 twin/a/5:5 twin/a/b/3:3" "$(listed twin/)"
s3 cp s3://cli/tree fetched --recursive --exclude '*' --include '*/5' --only-show-errors
expect "cp --recursive with a filter" "fetched/a/5" "$(find fetched -type f)"
s3 rm s3://cli/twin --recursive --exclude 'a/b/*' --only-show-errors
expect "rm --recursive with a filter" "twin/a/b/3:3" "$(listed twin/)"
s3 rm s3://cli/twin --recursive --only-show-errors
expect "rm --recursive" "" "$(listed twin/)"

address=$(s3 presign "s3://cli/dir/sm all+ü.txt" --expires-in 60)
expect "presign" "$(sha1sum <small.txt)" "$(curl -sS --fail "$address" | sha1sum)"

# The operations themselves.
s3api create-bucket --bucket cli-api >/dev/null
printf one >one
printf two >two
s3api put-bucket-versioning --bucket cli-api --versioning-configuration Status=Enabled
query "s3api put-object" "\"$(printf one | md5sum | cut -d ' ' -f 1)\"" put-object --bucket cli-api --key k --query ETag \
    --body one --metadata a=1 --checksum-algorithm SHA256
s3api put-object --bucket cli-api --key k --body two --tagging 'a=1&b=2' >/dev/null
query "s3api head-object" "3 binary/octet-stream" head-object --bucket cli-api --key k --query '[ContentLength,ContentType]'
query "s3api get-object with a range" "bytes 1-2/3" get-object --bucket cli-api --key k --range bytes=1-2 --query ContentRange range
expect "what a range wrote" "wo" "$(cat range)"
query "s3api get-object-tagging" "a 1 b 2" get-object-tagging --bucket cli-api --key k --query 'sort_by(TagSet,&Key)[].[Key,Value][]'
s3api delete-object --bucket cli-api --key k >/dev/null
query "s3api list-object-versions" "2 1" list-object-versions --bucket cli-api --query '[length(Versions),length(DeleteMarkers)]'
query "s3api list-object-versions tells the latest" "False False True" list-object-versions --bucket cli-api \
    --query '[Versions[0].IsLatest,Versions[1].IsLatest,DeleteMarkers[0].IsLatest]'
oldest=$(s3api list-object-versions --bucket cli-api --query 'Versions[1].VersionId' --output text)
s3api get-object --bucket cli-api --key k --version-id "$oldest" old >/dev/null
expect "s3api get-object of a version" one "$(cat old)"
error "s3api get-object of what is deleted" NoSuchKey s3api get-object --bucket cli-api --key k gone
for n in 1 2 3; do s3api put-object --bucket cli-api --key "page/$n" >/dev/null; done
query "s3api list-objects-v2 in pages" "page/1 page/2 page/3" list-objects-v2 --bucket cli-api --page-size 2 --prefix page/ \
    --query 'Contents[].Key'
query "s3api get-bucket-location" None get-bucket-location --bucket cli-api --query LocationConstraint
s3api wait object-exists --bucket cli-api --key page/1
s3api wait object-not-exists --bucket cli-api --key k

error "rb of a bucket with objects" BucketNotEmpty s3 rb s3://cli
expect "rb --force" "remove_bucket: cli" "$(s3 rb s3://cli --force | tail -n 1)"
error "ls of a bucket that is gone" NoSuchBucket s3 ls s3://cli
echo "s3-awscli: $passed passed, 0 failed"
