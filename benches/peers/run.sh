#!/usr/bin/env bash
# Runs the nested join on wavetank and on its peers, one after another, over the same files, and prints one table.
#
#   benches/peers/run.sh [EVENTS] [FOLDER]      1,000,000 events and a temporary folder by default
#
# FOLDER keeps the input, every answer and the results; it must be empty or new, or hold the input of an earlier run
# if PEERS leaves wavetank out.
#   PEERS         which, of: wavetank pyspark pyflink duckdb parse_limits (which also measures wavetank's own decoder)
#   PEERS_VENV    where the peers are installed, once
#   PEERS_TIMEOUT seconds that one peer may take (1800)
#   WAVETANK      the binary
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
typed="${PEERS:+PEERS=\"$PEERS\" }benches/peers/run.sh $*"
events=${1:-1000000}
small=10000
folder=${2:-$(mktemp -d)/join}
peers=${PEERS:-wavetank pyspark pyflink duckdb parse_limits}
venvs=${PEERS_VENV:-$HOME/.cache/wavetank-peers}
wavetank=${WAVETANK:-${CARGO_TARGET_DIR:-$root/target}/release/wavetank}
export PYTHONDONTWRITEBYTECODE=1

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
results=$(mktemp)
log=$(mktemp)
trap 'rm -f "$results" "$log"' EXIT

load=$(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo unknown)

chosen() { [[ " $peers " == *" $1 "* ]]; }
say() { printf '%s\n' "$*" >&2; }

# peer NAME SIZE COMMAND…: runs it and notes what it printed, or why it failed.
peer() { python3 "$here/peer.py" "$results" "$@"; }

# Makes the environment of a peer, unless it is there as the requirements want it.
install() {
    local wanted="$here/requirements/$1.txt" venv="$venvs/$1"
    cmp -s "$wanted" "$venv/installed.txt" && return
    say "installing $1"
    mkdir -p "$venvs"
    if python3 -m venv --clear "$venv" >"$log" 2>&1 && "$venv/bin/pip" install -q -r "$wanted" >"$log" 2>&1; then
        cp "$wanted" "$venv/installed.txt"
    else
        peer "$1" full --failed "cannot be installed: $(grep -v '^ *$' "$log" | tail -n 1)"
        return 1
    fi
}

# bench SIZE EVENTS THREADS [--keep DIR]
bench() {
    local size=$1 count=$2 threads=$3
    shift 3
    say "wavetank, $count events, $threads threads"
    peer wavetank "$size" "$wavetank" bench join --events "$count" --parallelism "$threads" --format json "$@"
}

if chosen wavetank; then
    if [[ -n $(ls -A "$folder") ]]; then
        say "error: $folder is not empty"
        exit 2
    fi
    bench input "$events" 1 --keep "$folder"
    # One run says little where others use the machine too: seven of each, in turns.
    for round in 1 2 3 4 5 6 7; do
        export PEERS_ROUND=$round
        bench full "$events" 1
        bench full "$events" 2
        bench beside "$events" 1 &
        bench beside "$events" 1
        wait
    done
    unset PEERS_ROUND
    bench small "$small" 2 --keep "$folder/small"
    bench small "$small" 2
fi
if [[ ! -d $folder/input ]]; then
    say "error: there is no input in $folder; wavetank makes it"
    exit 1
fi
for name in pyspark pyflink duckdb; do
    if chosen "$name" && install "$name"; then
        say "$name, all events"
        peer "$name" full "$venvs/$name/bin/python" "$here/${name}_join.py" "$folder/input" "$folder/$name"
        if [[ $name == pyspark ]]; then
            say "pyspark again, 4 shuffle partitions; the table takes the faster"
            WAVETANK_PEERS_SHUFFLE=4 peer "$name" full "$venvs/$name/bin/python" "$here/pyspark_join.py" \
                "$folder/input" "$folder/pyspark-4"
        fi
    fi
done
if chosen pyspark && [[ -x $venvs/pyspark/bin/python && -d $folder/small/input ]]; then
    say "pyspark, $small events"
    peer pyspark small "$venvs/pyspark/bin/python" "$here/pyspark_join.py" "$folder/small/input" "$folder/small/pyspark"
fi
if chosen parse_limits; then
    say "parse limits"
    crate=$venvs/parse_limits/crate
    mkdir -p "$crate/src"
    cp "$here/parse_limits/manifest.toml" "$crate/Cargo.toml"
    cp "$here/parse_limits/main.rs" "$crate/src/main.rs"
    peer parse_limits full cargo run -q --release --manifest-path "$crate/Cargo.toml" \
        --target-dir "$venvs/parse_limits" -- "$folder/input"
    cd "$root"
    peer decode full cargo bench -q --no-default-features --bench decode -- "$folder/input"
fi
if [[ -d $folder/s3 ]] && install duckdb; then
    peer "wavetank answer" full "$venvs/duckdb/bin/python" "$here/digest.py" "$folder/s3"
fi
cat "$results" >>"$folder/peers.jsonl"
say "results are in $folder"
python3 "$here/table.py" "$results" "$typed
load average before the run: $load"
