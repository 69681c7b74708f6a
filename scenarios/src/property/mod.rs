//! Laws, tried on timelines that nobody has thought of, and the smallest one that breaks each.
//!
//! ```text
//! seed, number ── draw ──► timeline ── run ──► what became of it ── law ──► holds, or
//!                             ▲                                             breaks: shrink ──► a file
//!                             └──────────────── smaller ◄────────────────────────┘
//! ```
//!
//! A case is drawn from the seed and its number ([`search`]); which kinds of disorder it has and how wild they are is
//! drawn first. [`coverage`] counts what the runs have met. [`shrink`] works on lines and records, whatever they are.
//! [`scenario`] tries the properties of a scenario file.

pub mod answers;
pub mod coverage;
pub mod draw;
pub mod laws;
pub mod scenario;
pub mod search;
pub mod shrink;
pub mod tank;
