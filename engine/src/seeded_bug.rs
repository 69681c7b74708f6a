//! Bugs that can be put in on purpose, to see whether the laws that hold for the engine find them.
//!
//! Only [`crate::query::QueryOptions::seeded_bug`] asks for one; nothing but tests sets it. Each stands at the one place
//! where somebody could have made the mistake.

/// A mistake that the engine makes if it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeededBug {
    /// A row whose time is the watermark is not late: `<` for `<=`.
    LateIsExclusive,
    /// What is late is decided by this batch's watermark, not by that of the batch before.
    LateByThisBatch,
    /// A late row is dropped and nobody is told.
    LateIsSilent,
    /// State leaves before the batch's rows have met it.
    EvictsBeforeInput,
    /// State leaves whose time is a millisecond behind the bound.
    EvictsBeyondTheBound,
    /// A window whose end is the watermark stays open.
    WindowEndIsExclusive,
    /// What is restored from a checkpoint has never matched.
    MatchesAreForgotten,
    /// A row of an outer join comes out alone although it has matched.
    OuterComesOutMatched,
    /// A row of an outer join comes out alone twice.
    OuterComesOutTwice,
    /// Null keys join.
    NullKeysJoin,
    /// A key that was seen is remembered for ever.
    DedupNeverForgets,
    /// The watermark is rounded up to milliseconds.
    WatermarkIsCeiled,
    /// The fastest stream decides where the slowest should, and the other way round.
    PolicyIsSwapped,
    /// A stream that has not spoken yet does not hold the watermark.
    SilenceDoesNotCount,
    /// No batch runs because only the watermark has moved.
    NoDataBatchIsSkipped,
}

impl SeededBug {
    /// All of them.
    pub const ALL: [SeededBug; 15] = [
        Self::LateIsExclusive,
        Self::LateByThisBatch,
        Self::LateIsSilent,
        Self::EvictsBeforeInput,
        Self::EvictsBeyondTheBound,
        Self::WindowEndIsExclusive,
        Self::MatchesAreForgotten,
        Self::OuterComesOutMatched,
        Self::OuterComesOutTwice,
        Self::NullKeysJoin,
        Self::DedupNeverForgets,
        Self::WatermarkIsCeiled,
        Self::PolicyIsSwapped,
        Self::SilenceDoesNotCount,
        Self::NoDataBatchIsSkipped,
    ];
}
