//! Results as text: pure functions.

pub mod conform;
pub mod crash;
pub mod diagnostic;
pub mod text;
