//! Properties of scenario files: those that hold, those that do not and their counterexamples, and what is said of both.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "property/command.rs"]
mod command;
#[path = "property/laws.rs"]
mod laws;
#[path = "property/rig.rs"]
mod rig;
