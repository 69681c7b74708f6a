//! One file per command.

pub mod bench;
pub mod completions;
pub mod conform;
pub mod crash;
pub mod environment;
pub mod explain;
pub mod generate;
pub mod init;
pub mod lint;
mod live;
pub mod progress;
pub mod property;
pub mod query;
pub mod run;
pub mod schema;
pub mod serve;
pub mod snapshots;
pub mod test;

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

/// How many threads to use: as many as asked for, or one per core.
fn threads(asked: Option<NonZeroUsize>) -> usize {
    asked.or(available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}
