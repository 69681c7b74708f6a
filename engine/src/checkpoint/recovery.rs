//! Where a query goes on: one pure function of what the logs hold.
//!
//! Source: `MicroBatchExecution.populateStartOffsets` (Spark 3.5.4).

use super::layout;
use crate::batch::BatchId;

/// What a query does first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing was ever planned: it begins with batch 0.
    Start,
    /// Everything planned was committed: it goes on with the next batch.
    Continue {
        /// The batch that comes next.
        next: BatchId,
    },
    /// The latest batch was planned and not committed: it runs again, with the same offsets, time and watermark.
    Replay {
        /// That batch.
        batch: BatchId,
    },
}

/// Logs that cannot have come about: this object is missing, or the later ones do not belong here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconsistent {
    /// Name of the object that should be there.
    pub missing: String,
}

/// Decides from the latest batch in the offset log and the latest in the commit log.
pub fn recover(planned: Option<BatchId>, committed: Option<BatchId>) -> Result<Recovery, Inconsistent> {
    let missing = |missing: String| Err(Inconsistent { missing });
    match (planned, committed) {
        (None, None) => Ok(Recovery::Start),
        (Some(batch), None) if batch == BatchId(0) => Ok(Recovery::Replay { batch }),
        (Some(batch), Some(last)) if batch == last => Ok(Recovery::Continue { next: batch.next() }),
        (Some(batch), Some(last)) if batch == last.next() => Ok(Recovery::Replay { batch }),
        (Some(_), Some(last)) if planned > committed => missing(layout::commits(last.next())),
        (Some(_), None) => missing(layout::commits(BatchId(0))),
        (_, Some(last)) => missing(layout::offsets(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs batches as the query does, with a crash at every point: only what this gives can come about.
    fn reachable(planned: Option<u32>, committed: Option<u32>) -> bool {
        let (mut p, mut c) = (None, None);
        for batch in 0..5 {
            if (p, c) == (planned, committed) {
                return true;
            }
            p = Some(batch);
            if (p, c) == (planned, committed) {
                return true;
            }
            c = Some(batch);
        }
        false
    }

    #[test]
    fn every_small_pair_is_decided() {
        let batches: Vec<Option<u32>> = std::iter::once(None).chain((0..4).map(Some)).collect();
        for planned in &batches {
            for committed in &batches {
                let decided = recover(planned.map(BatchId), committed.map(BatchId));
                assert_eq!(decided.is_ok(), reachable(*planned, *committed), "{planned:?} {committed:?}");
                let next = committed.map_or(0, |last| last + 1);
                match decided {
                    Ok(Recovery::Start) => assert_eq!((*planned, *committed), (None, None)),
                    Ok(Recovery::Continue { next: batch }) => {
                        assert_eq!((batch, *planned), (BatchId(next), *committed));
                    }
                    Ok(Recovery::Replay { batch }) => {
                        assert_eq!((batch, *planned), (BatchId(next), Some(next)));
                    }
                    Err(inconsistent) => assert!(inconsistent.missing.contains('/')),
                }
            }
        }
    }

    #[test]
    fn the_missing_object_is_named() {
        let missing = |planned, committed| recover(planned, committed).unwrap_err().missing;
        assert_eq!(missing(Some(BatchId(5)), Some(BatchId(3))), "commits/4");
        assert_eq!(missing(Some(BatchId(2)), None), "commits/0");
        assert_eq!(missing(Some(BatchId(2)), Some(BatchId(3))), "offsets/3");
        assert_eq!(missing(None, Some(BatchId(3))), "offsets/3");
    }
}
