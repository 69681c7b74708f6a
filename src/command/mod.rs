//! One file per command.

pub mod conform;
pub mod run;
