//! A watermark without any delay: whatever is older than the latest record of the batch before is late.

use super::watermarks::declared;
use super::{Facts, Finding};

/// Watermarks without delay.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let without = declared(facts).into_iter().filter(|watermark| watermark.delay_millis == 0);
    let finding = |watermark: super::watermarks::Declared| Finding {
        message: format!(
            "the watermark on {} has no delay: a record that is out of order by more than a batch is dropped",
            watermark.describe()
        ),
        help: "give it the time by which records may come late".into(),
        place: Some(facts.query_place()),
    };
    without.map(finding).collect()
}
