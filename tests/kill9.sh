#!/usr/bin/env bash
# Kills a process under load with `kill -9` at random moments, 200 times unless told otherwise, and says what was
# acknowledged before and is there after. Usage: tests/kill9.sh [TIMES]
set -euo pipefail
cd "$(dirname "$0")/.."
features=$(test -f .duckdb/stamp && echo --no-default-features || true)
WAVETANK_KILLS="${1:-200}" cargo test --release $features --workspace --test durability -- \
    --exact everything_acknowledged_survives_being_killed --nocapture
