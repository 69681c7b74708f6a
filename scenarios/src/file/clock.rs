//! `clock:` the stretch of virtual time that a scenario lives in.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::duration::Length;
use super::utc_time::UtcTime;

/// Where virtual time starts, how it steps and how long it runs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The first instant.
    pub start: Spanned<UtcTime>,
    /// One step of time; above zero.
    pub tick: Spanned<Length>,
    /// How long traffic is generated; above zero.
    #[serde(rename = "for")]
    pub length: Spanned<Length>,
}
