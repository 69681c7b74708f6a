#!/bin/sh
# Random cases on real Spark and on the engine: draws them from a seed, records them on Spark, replays the recordings.
#
#   tests/spark/second_opinion.sh [CASES] [SEED] [FOLDER]
#
# CASES is 500 and SEED 0 unless said. Recordings stay in FOLDER; those that are there already are not recorded again,
# so that a run that was interrupted goes on. Needs Java 17 and PySpark 3.5.4, which go into an environment of its own.
set -eu

cases=${1:-500}
seed=${2:-0}
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
folder=${3:-${TMPDIR:-/tmp}/wavetank-second-opinion}
wavetank=${WAVETANK:-cargo run --quiet --release --no-default-features --}
venv=${PYSPARK_VENV:-$folder/venv}
# Spark keeps what it knows of old queries; a new process for so many cases keeps it quick.
chunk=50

mkdir -p "$folder/cases" "$folder/recorded"
command -v java >/dev/null || { echo "second opinion: there is no java; Spark needs Java 17" >&2; exit 2; }
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet pyspark==3.5.4
fi
$wavetank conform --draw "$cases" --seed "$seed" "$folder/cases"

waiting=
count=0
record() {
    [ -z "$waiting" ] || "$venv/bin/python" "$here/oracle/spark_oracle.py" run $waiting --out "$folder/recorded"
    waiting=
    count=0
}
number=0
while [ "$number" -lt "$cases" ]; do
    name=$(printf 'drawn_%s_%05d.json' "$seed" "$number")
    [ -e "$folder/recorded/$name" ] || { waiting="$waiting $folder/cases/$name"; count=$((count + 1)); }
    [ "$count" -lt "$chunk" ] || record
    number=$((number + 1))
done
record
$wavetank conform "$folder/recorded" -k "drawn_${seed}_"
