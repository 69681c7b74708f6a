#!/usr/bin/env bash
# Fuzzes the decoders with libFuzzer: run.sh [TARGET…] with json, cbor, tokens, signature; SECONDS_EACH says for how long
# (60). The crate is put together outside the checkout and built with the stable toolchain; inputs that were found stay
# in the cache, so that the next run goes on from there. Ends with 1 when a target crashed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache="${WAVETANK_FUZZ_CACHE:-$HOME/.cache/wavetank-fuzz}"
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(json cbor tokens signature)

mkdir -p "$cache"
sed "s|@ROOT@|$root|" "$here/manifest.toml" >"$cache/Cargo.toml"
rm -rf "$cache/targets"
cp -r "$here/targets" "$cache/targets"
cd "$cache"
# Coverage of every edge, as libFuzzer counts it; nothing of it needs a nightly compiler.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
CARGO_TARGET_DIR="$cache/target" cargo build --release --target "$(rustc -vV | sed -n 's/host: //p')"

outcome=0
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target"
    echo "== $target"
    binary=$(find target -path "*/release/$target" -type f | head -n 1)
    "$binary" "corpus/$target" -max_total_time="${SECONDS_EACH:-60}" -max_len=4096 -print_final_stats=1 2>&1 |
        grep -E "^stat::number_of_executed_units|ERROR|SUMMARY|panicked" || true
    [ "${PIPESTATUS[0]}" -eq 0 ] || outcome=1
done
exit "$outcome"
