# Two commands make the daily round: `make run` and `make test`. Both link a prebuilt DuckDB, which
# scripts/prebuilt-duckdb.sh fetches once; plain cargo with default features compiles DuckDB instead.

# Asked each time a recipe runs, so after `duckdb` has had its try. `make test CARGO_FEATURES=` compiles DuckDB.
CARGO_FEATURES = $(shell test -f .duckdb/stamp && echo --no-default-features)
run: ARGS = run nested-join

.PHONY: help run test lint duckdb

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r target what; do \
		printf '  make %-7s %s\n' "$$target" "$$what"; done

run: duckdb ## run a scenario, or any command: make run ARGS="run nested-join --seed 7"
	cargo run --release $(CARGO_FEATURES) -- $(ARGS)

test: duckdb ## run every test; ARGS goes to cargo test
	cargo test --release $(CARGO_FEATURES) --workspace $(ARGS)

lint: duckdb ## check the formatting, then clippy with warnings as errors
	cargo fmt --all --check
	cargo clippy --release $(CARGO_FEATURES) --workspace --all-targets -- -D warnings

duckdb: ## put the prebuilt DuckDB into .duckdb/lib
	@scripts/prebuilt-duckdb.sh
