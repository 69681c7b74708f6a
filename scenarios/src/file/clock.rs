//! `clock:` the stretch of virtual time that a scenario lives in.

use std::time::Duration;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::duration::Length;
use super::error::{FileError, Source};
use super::utc_time::UtcTime;
use super::{above_zero, nowhere};

/// Where virtual time starts, how it steps and how long it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The first instant.
    pub start: Spanned<UtcTime>,
    /// One step of time; above zero.
    pub tick: Spanned<Length>,
    /// How long traffic is generated, from the end of the timeline on. Absent where a timeline alone says what happens.
    pub length: Option<Length>,
    /// Whether the input ends with the scenario: once everything was read, all that waits in state comes out.
    pub drain: bool,
}

/// The section as written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockText {
    #[schemars(with = "UtcTime")]
    start: Spanned<UtcTime>,
    #[schemars(with = "Option<Length>")]
    #[serde(default, deserialize_with = "super::from_text::given")]
    tick: Option<Spanned<Length>>,
    #[serde(default, rename = "for", deserialize_with = "super::from_text::given")]
    #[schemars(with = "Option<Length>")]
    length: Option<Spanned<Length>>,
    #[schemars(with = "Option<UtcTime>")]
    #[serde(default, deserialize_with = "super::from_text::given")]
    until: Option<Spanned<UtcTime>>,
    #[serde(default)]
    drain: bool,
}

/// A tick when none is given.
const TICK_DEFAULT: Duration = Duration::from_secs(10);

impl ClockText {
    /// Holds the parts against each other.
    pub(super) fn clock(self, source: &Source) -> Result<Clock, FileError> {
        let length = match (self.length, self.until) {
            (Some(length), None) => {
                above_zero(source, &length, "`clock.for`")?;
                Some(length.value)
            }
            (None, Some(until)) => Some(span(source, self.start.value, &until)?),
            (None, None) => None,
            (Some(_), Some(until)) => {
                let message = "a clock runs `for` a length or `until` an instant, and both are given";
                return Err(source.error_at(&until, message).label("leave out this or `for`"));
            }
        };
        let tick = self.tick.unwrap_or_else(|| nowhere(Length(TICK_DEFAULT)));
        above_zero(source, &tick, "`clock.tick`")?;
        Ok(Clock { start: self.start, tick, length, drain: self.drain })
    }
}

fn span(source: &Source, start: UtcTime, until: &Spanned<UtcTime>) -> Result<Length, FileError> {
    match u64::try_from(until.value.0 - start.0) {
        Ok(micros) if micros > 0 => Ok(Length(Duration::from_micros(micros))),
        _ => Err(source.error_at(until, "`clock.until` is not after `clock.start`").label("no time passes")),
    }
}
