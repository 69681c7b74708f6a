//! Properties of a scenario file, tried on its own timeline.
//!
//! ```text
//! scenario ── base ──► records, lines ── vary ──► trial ── judge ──► holds, or fails
//!                                                   ▲                  │ smaller
//!                                                   └──────────────────┴─► counterexample: a file
//! ```
//!
//! [`base`] reads the timeline, and some traffic, as data. [`vary`] draws a case from it and [`disturb`] puts what goes
//! wrong between its lines; [`judge`] runs it and asks the law. A case that fails is made [`smaller`] and written as
//! a scenario that fails too ([`counterexample`]).

pub mod base;
pub mod counterexample;
pub mod disturb;
pub mod facts;
pub mod judge;
pub mod literal;
pub mod records;
pub mod report;
mod shards;
pub mod smaller;
pub mod trial;
mod tried;
pub mod vary;
mod written;

pub use report::{Ending, Found, PropertyReport, PropertyResult, SCHEMA};
pub use tried::{Options, try_property};
