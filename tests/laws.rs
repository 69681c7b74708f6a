//! The tool's own laws, tried on cases that nobody has thought of; and whether they would notice.
//!
//! `CASES`, `SEED` and `JOBS` replace the defaults: `CASES=100000 cargo test --release --test laws -- --nocapture`.

#[path = "laws/hold.rs"]
mod hold;
#[path = "laws/notice.rs"]
mod notice;
#[path = "laws/rig.rs"]
mod rig;
