#!/usr/bin/env bash
# The main operations through the AWS CLI, version 1 from PyPI. Needs AWS_ENDPOINT_URL; $1 is the `aws` to call.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
aws=${1:-aws}
stream=cli-stream

kinesis() { "$aws" kinesis "$@"; }

# query WHAT EXPECTED COMMAND… compares the text output of a command.
query() {
    local what=$1 expected=$2 actual
    shift 2
    actual=$(kinesis "$@" --output text | tr '\t' ' ')
    expect "$what" "$expected" "$actual"
}

# Until the stream is ACTIVE, which takes as long as the server's transitions.
settle() {
    local tries=0
    until [ "$(kinesis describe-stream-summary --stream-name "$stream" --query StreamDescriptionSummary.StreamStatus --output text)" = ACTIVE ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 30 ] || { echo "$stream does not become ACTIVE" >&2; exit 1; }
        sleep 0.2
    done
}

kinesis create-stream --stream-name "$stream" --shard-count 2
kinesis wait stream-exists --stream-name "$stream"
query "describe-stream" "$stream ACTIVE 24" describe-stream --stream-name "$stream" \
    --query 'StreamDescription.[StreamName,StreamStatus,RetentionPeriodHours]'
query "describe-stream-summary" "2" describe-stream-summary --stream-name "$stream" \
    --query StreamDescriptionSummary.OpenShardCount
query "list-streams" "$stream" list-streams --query "StreamNames[?@=='$stream']"
query "list-shards" "shardId-000000000000 shardId-000000000001" list-shards --stream-name "$stream" \
    --query 'Shards[].ShardId'

# Version 1 reads --data as base64 when told so, as text by default; the file form is bytes as they are.
data=$(mktemp)
trap 'rm -f "$data"' EXIT
printf 'one\nzwei ü' >"$data"
kinesis put-record --stream-name "$stream" --partition-key a --explicit-hash-key 0 --data "fileb://$data" >/dev/null
query "put-records" "0" put-records --stream-name "$stream" --query FailedRecordCount \
    --records 'Data=two,PartitionKey=b,ExplicitHashKey=0' 'Data=three,PartitionKey=c,ExplicitHashKey=0'

iterator=$(kinesis get-shard-iterator --stream-name "$stream" --shard-id shardId-000000000000 \
    --shard-iterator-type TRIM_HORIZON --query ShardIterator --output text)
expect "get-records" "one|zwei ü two three" \
    "$(kinesis get-records --shard-iterator "$iterator" --query 'Records[].Data' --output text |
        tr '\t' '\n' | while read -r base64; do base64 -d <<<"$base64" | tr '\n' '|'; echo; done | paste -sd ' ')"

kinesis split-shard --stream-name "$stream" --shard-to-split shardId-000000000001 \
    --new-starting-hash-key 255211775190703847597530955573826158592
settle
query "split-shard" "shardId-000000000001" list-shards --stream-name "$stream" \
    --query "Shards[?ShardId=='shardId-000000000003'].ParentShardId"
kinesis merge-shards --stream-name "$stream" --shard-to-merge shardId-000000000002 \
    --adjacent-shard-to-merge shardId-000000000003
settle
query "merge-shards" "2" describe-stream-summary --stream-name "$stream" \
    --query StreamDescriptionSummary.OpenShardCount

kinesis increase-stream-retention-period --stream-name "$stream" --retention-period-hours 48
settle
query "increase-stream-retention-period" "48" describe-stream-summary --stream-name "$stream" \
    --query StreamDescriptionSummary.RetentionPeriodHours
kinesis add-tags-to-stream --stream-name "$stream" --tags team=ingest,stage=test
query "list-tags-for-stream" "stage test team ingest" list-tags-for-stream --stream-name "$stream" \
    --query 'Tags[].[Key,Value][]'

arn=$(kinesis describe-stream-summary --stream-name "$stream" --query StreamDescriptionSummary.StreamARN --output text)
if [ -z "${OLD_API:-}" ]; then
    kinesis register-stream-consumer --stream-arn "$arn" --consumer-name cli >/dev/null
    query "list-stream-consumers" "cli" list-stream-consumers --stream-arn "$arn" --query 'Consumers[].ConsumerName'
    kinesis deregister-stream-consumer --stream-arn "$arn" --consumer-name cli
    query "describe-stream by ARN" "$stream" describe-stream --stream-arn "$arn" --query StreamDescription.StreamName
    expect "sts get-caller-identity" "123456789012" "$("$aws" sts get-caller-identity --query Account --output text)"
fi

if output=$(kinesis describe-stream --stream-name absent 2>&1); then
    expect "an error for a stream that is not there" "an error" "$output"
fi
expect "an error by its name" "(ResourceNotFoundException)" "$(grep -o '([A-Za-z]*)' <<<"$output")"

kinesis delete-stream --stream-name "$stream" $([ -n "${OLD_API:-}" ] || echo --enforce-consumer-deletion)
kinesis wait stream-not-exists --stream-name "$stream"
query "delete-stream" "" list-streams --query "StreamNames[?@=='$stream']"
echo "aws-cli: $passed passed, 0 failed"
