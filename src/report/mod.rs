//! Results as text: pure functions.

pub mod diagnostic;
pub mod text;
