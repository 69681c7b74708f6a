//! What must hold after a line: `emits 1, drops 2 late, watermark 10:10:00`.

use std::fmt;
use std::ops::Range;

use wavetank_engine::ledger::LossReason;

use super::Names;
use super::words::Word;
use crate::file::error::FileError;
use crate::file::from_text::FromText;
use crate::file::instant::Instant;
use crate::file::suggest::{did_you_mean, name_list};

/// Something that must hold after a line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineExpectation {
    /// Of which job; of all together when absent.
    pub job: Option<String>,
    /// What.
    pub expected: Expected,
    /// The words in the file.
    pub place: Range<usize>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Rows that the line's batches handed to the sink.
    Emits(Count),
    /// Rows of the line's batches that were lost on their way in, for one reason or for any but eviction and the
    /// query's own filters.
    Drops(Count, Option<LossReason>),
    /// Rows that left the state without a match.
    Evicts(Count),
    /// Records of the line's batches that did not decode in full.
    Rejects(Count),
    /// Rows in state after the line.
    State(Count),
    /// Batches that ran in the line.
    Batches(Count),
    /// The watermark after the line; `None` when there is to be none yet.
    Watermark(Option<Instant>),
    /// Nothing was read, written, dropped or moved.
    Idle,
}

/// A number that is allowed to vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    low: u64,
    high: u64,
}

impl Count {
    /// Whether a number is allowed.
    pub fn allows(self, number: u64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (low, high) if low == high => low.fmt(f),
            (low, u64::MAX) => write!(f, "{low} or more"),
            (0, high) => write!(f, "{high} or less"),
            (low, high) => write!(f, "{low} to {high}"),
        }
    }
}

impl FromText for Count {
    const EXPECTED: &'static str = "a number such as `2`, `>=1`, `<10` or `1..3`";

    fn from_text(text: &str) -> Option<Self> {
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let between = |low, high| (low <= high).then_some(Self { low, high });
        match text.split_once("..") {
            Some((low, high)) => between(number(low)?, number(high)?),
            None => match text {
                _ if text.starts_with(">=") => between(number(&text[2..])?, u64::MAX),
                _ if text.starts_with("<=") => between(0, number(&text[2..])?),
                _ if text.starts_with('>') => between(number(&text[1..])?.checked_add(1)?, u64::MAX),
                _ if text.starts_with('<') => between(0, number(&text[1..])?.checked_sub(1)?),
                _ => number(text).and_then(|number| between(number, number)),
            },
        }
    }
}

const EXPECTATIONS: &[&str] =
    &["emits", "drops", "evicts", "rejects", "state", "batches", "watermark", "idle"];

impl Names<'_> {
    /// Reads the right side of a line.
    pub(super) fn expectations(&self, right: &Word<'_>) -> Result<Vec<LineExpectation>, FileError> {
        right.split(',').iter().map(|part| self.expectation(part)).collect()
    }

    fn expectation(&self, part: &Word<'_>) -> Result<LineExpectation, FileError> {
        let words = part.words();
        let job = words.first().filter(|word| self.jobs.contains(&word.text) && words.len() > 1);
        let words = if job.is_some() { &words[1..] } else { &words[..] };
        let Some((first, rest)) = words.split_first() else {
            let at = part.at.saturating_sub(1)..part.at;
            return Err(self.source.error(at, "nothing stands behind this").label("leave it out"));
        };
        let expected = match first.text {
            "emits" => Expected::Emits(self.count(first, rest, 1)?),
            "drops" => Expected::Drops(self.count(first, rest, 2)?, self.reason(rest.get(1))?),
            "evicts" => Expected::Evicts(self.count(first, rest, 1)?),
            "rejects" => Expected::Rejects(self.count(first, rest, 1)?),
            "state" => Expected::State(self.count(first, rest, 1)?),
            "batches" => Expected::Batches(self.count(first, rest, 1)?),
            "watermark" => Expected::Watermark(self.watermark(first, rest)?),
            "idle" => {
                self.nothing_more(first, rest.first())?;
                Expected::Idle
            }
            _ => return Err(self.unknown_expectation(first)),
        };
        let job = job.map(|word| word.text.to_owned());
        Ok(LineExpectation { job, expected, place: part.place() })
    }

    fn count(&self, first: &Word<'_>, rest: &[Word<'_>], words: usize) -> Result<Count, FileError> {
        self.nothing_more(first, rest.get(words))?;
        let at = rest.first().unwrap_or(first);
        let count = rest.first().and_then(|word| Count::from_text(word.text));
        count.ok_or_else(|| {
            let message = format!("`{}` takes {}", first.text, Count::EXPECTED);
            self.source.error(at.place(), message).label("expected a number")
        })
    }

    fn reason(&self, word: Option<&Word<'_>>) -> Result<Option<LossReason>, FileError> {
        let Some(word) = word else { return Ok(None) };
        let reason = LossReason::ALL.into_iter().find(|reason| reason.name() == word.text);
        reason.map(Some).ok_or_else(|| {
            let names = || LossReason::ALL.iter().map(|reason| reason.name());
            let message = format!("unknown reason `{}`{}", word.text, did_you_mean(word.text, names()));
            let help = format!("known reasons: {}", name_list(names()));
            self.source.error(word.place(), message).label("unknown reason").help(help)
        })
    }

    fn watermark(&self, first: &Word<'_>, rest: &[Word<'_>]) -> Result<Option<Instant>, FileError> {
        self.nothing_more(first, rest.get(1))?;
        let at = rest.first().unwrap_or(first);
        match (at.text, Instant::from_text(at.text)) {
            ("none", _) => Ok(None),
            (_, Some(instant)) => Ok(Some(instant)),
            _ => {
                let message = "`watermark` takes an instant such as `10:20:00`, or `none`";
                Err(self.source.error(at.place(), message).label("expected an instant"))
            }
        }
    }

    fn nothing_more(&self, first: &Word<'_>, more: Option<&Word<'_>>) -> Result<(), FileError> {
        more.map_or(Ok(()), |word| {
            let message =
                format!("`{}` ends before this; a comma stands between two expectations", first.text);
            Err(self.source.error(word.place(), message).label("one word too many"))
        })
    }

    fn unknown_expectation(&self, word: &Word<'_>) -> FileError {
        let known = || EXPECTATIONS.iter().copied().chain(self.jobs.iter().copied());
        let message = format!("unknown expectation `{}`{}", word.text, did_you_mean(word.text, known()));
        let help = format!("known expectations: {}", name_list(EXPECTATIONS.iter().copied()));
        self.source.error(word.place(), message).label("unknown expectation").help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_or_bounds() {
        let allowed = |text: &str| {
            let count = Count::from_text(text).unwrap_or_else(|| panic!("{text} is a count"));
            (0..6).filter(|number| count.allows(*number)).collect::<Vec<_>>()
        };
        assert_eq!(allowed("2"), [2]);
        assert_eq!(allowed("1..3"), [1, 2, 3]);
        assert_eq!(allowed(">=4"), [4, 5]);
        assert_eq!(allowed(">4"), [5]);
        assert_eq!(allowed("<2"), [0, 1]);
        assert_eq!(allowed("<=2"), [0, 1, 2]);
        for text in ["", "-1", "3..1", "<0", "many", ">= "] {
            assert_eq!(Count::from_text(text), None, "{text}");
        }
    }
}
