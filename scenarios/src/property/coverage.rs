//! Which interesting things have happened while a law was tried: a law that never met a late row says nothing of late
//! rows.

use wavetank_engine::ledger::LossReason;
use wavetank_engine::query::BatchReport;

/// Something that runs of a law should meet now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// A row was late.
    Late,
    /// A row was late by nothing: its time is the watermark.
    OnTheWatermark,
    /// A row was accepted that a row before it had overtaken.
    OutOfOrder,
    /// A row left the state in vain.
    Evicted,
    /// What left the state was no further than the bound.
    EvictedAtTheBound,
    /// A batch ran because only the watermark had moved.
    NoDataBatch,
    /// A stream that is behind held the watermark of all.
    Stall,
    /// One trigger found nothing to do.
    IdleTrigger,
    /// A duplicate was dropped.
    DuplicateDropped,
    /// A record could not be read.
    Malformed,
    /// A key or a time was null.
    NullValue,
    /// A process died.
    Crash,
    /// One died behind the sink and before the commit: a batch ran twice.
    BatchRanTwice,
    /// One died while it came back.
    CrashWhileRecovering,
    /// A query was started anew with rows in its state.
    RestoredState,
    /// A stream was read from more than one shard.
    SeveralShards,
    /// A call of a service failed or was throttled.
    FailedCall,
}

impl Event {
    /// All of them, in the order in which they are told.
    pub const ALL: [Event; 17] = [
        Self::Late,
        Self::OnTheWatermark,
        Self::OutOfOrder,
        Self::Evicted,
        Self::EvictedAtTheBound,
        Self::NoDataBatch,
        Self::Stall,
        Self::IdleTrigger,
        Self::DuplicateDropped,
        Self::Malformed,
        Self::NullValue,
        Self::Crash,
        Self::BatchRanTwice,
        Self::CrashWhileRecovering,
        Self::RestoredState,
        Self::SeveralShards,
        Self::FailedCall,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "a late row",
            Self::OnTheWatermark => "a row exactly on the watermark",
            Self::OutOfOrder => "a row behind its stream, in time",
            Self::Evicted => "a row evicted without a match",
            Self::EvictedAtTheBound => "an eviction at the bound",
            Self::NoDataBatch => "a batch without data",
            Self::Stall => "a stream that holds the watermark",
            Self::IdleTrigger => "a trigger with nothing to do",
            Self::DuplicateDropped => "a duplicate",
            Self::Malformed => "a malformed record",
            Self::NullValue => "a null key or time",
            Self::Crash => "a crash",
            Self::BatchRanTwice => "a crash between sink and commit",
            Self::CrashWhileRecovering => "a crash while recovering",
            Self::RestoredState => "a restart with rows in state",
            Self::SeveralShards => "several shards",
            Self::FailedCall => "a failed or throttled call",
        }
    }
}

/// How often each has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    counts: [u64; Event::ALL.len()],
}

impl Coverage {
    /// It has happened so often.
    pub fn add(&mut self, event: Event, times: u64) {
        self.counts[event as usize] += times;
    }

    /// It has happened, if so.
    pub fn note(&mut self, event: Event, happened: bool) {
        self.add(event, u64::from(happened));
    }

    /// What another run has met.
    pub fn merge(&mut self, other: &Coverage) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// How often it has happened.
    pub fn count(&self, event: Event) -> u64 {
        self.counts[event as usize]
    }

    /// What has happened, by its name.
    pub fn named(&self) -> std::collections::BTreeMap<&'static str, u64> {
        let met = Event::ALL.into_iter().filter(|event| self.count(*event) > 0);
        met.map(|event| (event.name(), self.count(event))).collect()
    }

    /// Those of `wanted` that have never happened.
    pub fn never<'e>(&self, wanted: &'e [Event]) -> impl Iterator<Item = Event> + use<'_, 'e> {
        wanted.iter().copied().filter(|event| self.count(*event) == 0)
    }

    /// What a committed batch shows.
    pub fn batch(&mut self, report: &BatchReport, restarted: bool) {
        let progress = &report.progress;
        for loss in &report.ledger.losses {
            let at_its_mark = || loss.watermark.is_some_and(|mark| loss.event_time == Some(mark.micros()));
            match loss.reason {
                LossReason::Late => {
                    self.add(Event::Late, 1);
                    self.note(Event::OnTheWatermark, at_its_mark());
                }
                LossReason::EvictedUnmatched => self.add(Event::Evicted, 1),
                LossReason::Duplicate => self.add(Event::DuplicateDropped, 1),
                LossReason::NullKey | LossReason::NullEventTime => self.add(Event::NullValue, 1),
                _ => {}
            }
        }
        self.note(Event::Malformed, !report.ledger.rejected.is_empty());
        let has_data = progress.input_records.iter().any(|records| *records > 0);
        self.note(Event::NoDataBatch, !has_data && !restarted);
        let ahead = progress
            .event_time
            .iter()
            .any(|seen| seen.max_millis.is_some() && seen.reached_millis > progress.next_watermark.millis);
        let stands = progress.next_watermark == progress.watermark;
        self.note(Event::Stall, has_data && ahead && stands);
        let behind = progress.event_time.iter().any(|seen| {
            seen.max_millis.is_some_and(|max| max.saturating_sub(seen.delay.millis) < seen.reached_millis)
        });
        self.note(Event::OutOfOrder, behind);
        let kept = progress.state.iter().any(|(_, state)| state.rows_total > 0);
        self.note(Event::RestoredState, restarted && progress.batch.0 > 0 && kept);
        self.note(Event::SeveralShards, report.inputs.iter().any(|read| read.shards.len() > 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_a_place_of_its_own() {
        for (at, event) in Event::ALL.into_iter().enumerate() {
            assert_eq!(event as usize, at);
        }
        let mut coverage = Coverage::default();
        coverage.add(Event::Late, 2);
        coverage.merge(&coverage.clone());
        assert_eq!(coverage.count(Event::Late), 4);
        assert_eq!(coverage.never(&[Event::Late, Event::Crash]).collect::<Vec<_>>(), [Event::Crash]);
    }
}
