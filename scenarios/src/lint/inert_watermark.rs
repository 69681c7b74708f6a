//! Under the policy `min`, the stream whose watermark is furthest behind decides for all of them. As long as two
//! streams move on together, that is the one with the longer delay, and the shorter delay has no effect: its stream's
//! rows are kept, and taken for on time, by the longer one.
//!
//! Source: `MinWatermark` (Spark 3.5.4).

use wavetank_engine::watermark::WatermarkPolicy;

use super::watermarks::{declared, length};
use super::{Facts, Finding};

/// Delays that are shorter than another one.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let all = declared(facts);
    let Some(longest) = all.iter().max_by_key(|watermark| watermark.delay_millis) else { return vec![] };
    if facts.policy != WatermarkPolicy::Min {
        return vec![];
    }
    let shorter = all.iter().filter(|watermark| watermark.delay_millis < longest.delay_millis);
    let finding = |watermark: &super::watermarks::Declared| Finding {
        message: format!(
            "the delay of {} on {} has no effect while {} trails by {}: the slowest watermark decides for all, so late \
             rows of the former are still accepted, and its state is kept as long",
            length(watermark.delay_millis),
            watermark.describe(),
            longest.describe(),
            length(longest.delay_millis),
        ),
        help: format!("count on {} for both, or make the delays equal", length(longest.delay_millis)),
        place: Some(facts.query_place()),
    };
    shorter.map(finding).collect()
}
