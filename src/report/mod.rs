//! Results as text: pure functions.

pub mod bench;
pub mod conform;
pub mod crash;
pub mod diagnostic;
pub mod explain;
pub mod property;
pub mod suite;
pub mod table;
pub mod text;
