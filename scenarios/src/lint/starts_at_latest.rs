//! A job that starts at the end of its streams never reads what was put before.

use super::{Facts, Finding};
use crate::file::StartingPosition;

/// A job that starts at `latest`.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    if facts.streaming.starting_position != StartingPosition::Latest {
        return vec![];
    }
    vec![Finding {
        message: "the job starts at the end of its streams: records that are put before its first trigger are never \
                  read"
            .into(),
        help: "use `starting_position: trim_horizon`, or put no record that counts before the start".into(),
        place: facts.job_place("starting_position"),
    }]
}
