//! Laws that hold for every job, whatever it computes: one file each.

pub(super) mod bounded_state;
pub(super) mod no_unexplained_loss;
pub mod same_as_batch;
