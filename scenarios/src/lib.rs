//! wavetank's harness: scenarios under one virtual clock.
//!
//! A [`scenario::Scenario`] is a file ([`file`]) with its pipeline planned. A [`world::World`] creates the resources in
//! the emulator, lets [`producer`]s put what [`generate`] draws, and runs the streaming query trigger by trigger, under
//! [`faults`] if there are any. [`run::run`] records what it does and judges the [`check`]s in DuckDB over the catalog
//! and over the system tables of [`recorder`]. What comes out is a [`report::RunReport`].
//!
//! [`athena`] runs Athena's SQL over the emulator's catalog: for its operations, for checks and for the command line.
//!
//! # Invariants
//! - **One clock:** services, producers and query see the same [`clock::VirtualClock`]; nothing here reads another.
//! - **One seed:** every draw follows from it, through named forks ([`rng`]).
//! - **Only [`adapters`] sees both the engine and the emulator's requests on the engine's behalf.**
//! - **Everything is checked before anything is written:** a scenario that loads can be run.

#![cfg_attr(test, allow(clippy::unwrap_used))] // In a test, a panic is the report.

pub mod adapters;
pub mod athena;
pub mod check;
pub mod chronicle;
pub mod clock;
pub mod conform;
pub mod crash;
pub mod explain;
pub mod faults;
pub mod file;
pub mod generate;
pub mod keep;
pub mod library;
mod line_check;
pub mod lint;
pub mod model;
pub mod producer;
pub mod property;
pub mod recorder;
pub mod report;
mod resources;
pub mod rng;
pub mod run;
pub mod scenario;
pub mod story;
pub mod world;
