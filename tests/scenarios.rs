//! Scenarios as a whole: the library passes, a timeline holds to the letter, a run repeats call by call, and every
//! record has a story.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "scenarios/determinism.rs"]
mod determinism;
#[path = "scenarios/faults.rs"]
mod faults;
#[path = "scenarios/library.rs"]
mod library;
#[path = "scenarios/rig.rs"]
mod rig;
#[path = "scenarios/schema.rs"]
mod schema;
#[path = "scenarios/timeline.rs"]
mod timeline;
