//! Where a query goes on: one pure function of what the logs hold.
//!
//! Source: `MicroBatchExecution.populateStartOffsets` (Spark 3.5.4).

use super::{CommitEntry, OffsetEntry};
use crate::batch::BatchId;
use crate::watermark::Watermark;

/// How a query with a used checkpoint goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The batch that comes next.
    pub next: BatchId,
    /// Its plan, if it was planned but not committed: it runs again with the same offsets, time and watermark.
    pub replay: Option<OffsetEntry>,
    /// The plan of the batch before, where there was one: where reading ended, and the watermark that decides what
    /// is late.
    pub before: Option<OffsetEntry>,
    /// The global watermark. What single operators had reached is forgotten.
    pub watermark: Watermark,
}

/// Decides from the latest planned batch, the one before it, and the commit of the latest, if there is one.
pub fn recover(
    latest: OffsetEntry,
    before: Option<OffsetEntry>,
    committed: Option<&CommitEntry>,
) -> Recovery {
    let watermark = Watermark { millis: latest.batch_watermark_millis };
    match committed {
        Some(commit) => Recovery {
            next: latest.batch.next(),
            replay: None,
            watermark: watermark.max(Watermark { millis: commit.next_batch_watermark_millis }),
            before: Some(latest),
        },
        None => Recovery { next: latest.batch, watermark, replay: Some(latest), before },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(batch: u32, watermark: i64) -> OffsetEntry {
        OffsetEntry {
            batch: BatchId(batch),
            batch_timestamp_millis: i64::from(batch) * 1000,
            batch_watermark_millis: watermark,
            sources: vec![],
        }
    }

    #[test]
    fn a_committed_batch_is_not_run_again() {
        let commit = CommitEntry { batch: BatchId(3), next_batch_watermark_millis: 70 };
        let recovery = recover(planned(3, 50), Some(planned(2, 40)), Some(&commit));
        assert_eq!((recovery.next, recovery.watermark.millis), (BatchId(4), 70));
        assert_eq!((recovery.replay, recovery.before), (None, Some(planned(3, 50))));
    }

    #[test]
    fn a_planned_batch_runs_again_with_its_own_watermark() {
        let recovery = recover(planned(3, 50), Some(planned(2, 40)), None);
        assert_eq!((recovery.next, recovery.watermark.millis), (BatchId(3), 50));
        assert_eq!((recovery.replay, recovery.before), (Some(planned(3, 50)), Some(planned(2, 40))));
    }
}
