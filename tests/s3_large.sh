#!/usr/bin/env bash
# Uploads an object of 5 GiB in parts to a server with a data directory, reads it back, and fails if what comes back is
# another one or if the memory of the server has grown by more than 64 MiB. Needs curl, and room on the disk for the
# object. Usage: [WAVETANK=path] [SIZE_GIB=5] [SCRATCH=folder] tests/s3_large.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/clients/lib.sh"

SIZE_GIB=${SIZE_GIB:-5}
GROWTH_MAX_KIB=$((64 * 1024))
PART_MIB=64
parts=$((SIZE_GIB * 1024 / PART_MIB))
data=$(mktemp -d -p "${SCRATCH:-$scratch}" data.XXXXXX)
trap 'stop_servers; rm -rf "$data" "$data.part"' EXIT

serve endpoint --data-dir "$data"
server=${servers[-1]}
object=$endpoint/large/object

request() {
    curl --silent --show-error --fail-with-body --aws-sigv4 "aws:amz:us-east-1:s3" --user test:test \
        --header "x-amz-content-sha256: UNSIGNED-PAYLOAD" "$@"
}

# Kibibytes of memory: `memory VmRSS` has the server now, `memory VmHWM` it has had at most.
memory() { sed -n "s/^$1:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$server/status"; }

element() { sed -n "s/.*<$1>\([^<]*\)<.*/\1/p"; }

# Each part is a pattern of its own, so that none can stand for another.
part() { { yes "part $1 of $parts" || true; } 2>/dev/null | head -c $((PART_MIB * 1024 * 1024)); }

put_part() {
    part "$1" >"$data.part"
    request --upload-file "$data.part" --header "expect:" --dump-header - --output /dev/null \
        "$object?partNumber=$1&uploadId=$upload" | tr -d '\r' | sed -n 's/^etag: //ip'
}
request --request PUT "$endpoint/large"
upload=$(request --request POST "$object?uploads=" | element UploadId)
[ -n "$upload" ] || die "no upload was created"

# The first part pays for what a server needs once: threads, buffers, connections.
document="<CompleteMultipartUpload>"
started=$SECONDS
for number in $(seq 1 "$parts"); do
    e_tag=$(put_part "$number")
    [ -n "$e_tag" ] || die "part $number has no ETag"
    document+="<Part><PartNumber>$number</PartNumber><ETag>$e_tag</ETag></Part>"
    if [ "$number" = 1 ]; then
        before=$(memory VmHWM)
        resident=$(memory VmRSS)
    fi
done
document+="</CompleteMultipartUpload>"
request --request POST --data "$document" "$object?uploadId=$upload" | element ETag | grep -q -- "-$parts" ||
    die "the upload was not completed"
uploaded=$((SECONDS - started))
echo "uploaded: $parts parts of $PART_MIB MiB in $uploaded s; memory $(memory VmRSS) KiB, at most $(memory VmHWM) KiB"

started=$SECONDS
expected=$(for number in $(seq 1 "$parts"); do part "$number"; done | md5sum)
made=$((SECONDS - started))
started=$SECONDS
received=$(request "$object" | tee >(wc -c >"$data.part") | md5sum)
downloaded=$((SECONDS - started))
# The count is written beside the pipe.
until [ -s "$data.part" ]; do sleep 0.1; done
count=$(tr -d ' ' <"$data.part")
after=$(memory VmHWM)
echo "downloaded: $count bytes in $downloaded s (made again in $made s); memory $(memory VmRSS) KiB, at most $after KiB"

[ "$count" = $((SIZE_GIB * 1024 * 1024 * 1024)) ] || die "$count bytes came back"
[ "$received" = "$expected" ] || die "what came back is not what was sent: $received, not $expected"
growth=$((after - before))
echo "memory: $resident KiB after the first part, at most $before KiB then and $after KiB at the end: $growth KiB more"
[ "$growth" -le "$GROWTH_MAX_KIB" ] || die "the server has grown by $growth KiB"
