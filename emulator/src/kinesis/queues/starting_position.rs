//! Where in its stream a queue begins.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::kinesis::stream;
use crate::operation::Context;
use crate::store::{QueueRow, ShardRow, StreamRow};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, text};

const TRIM_HORIZON: &str = "TRIM_HORIZON";
const LATEST: &str = "LATEST";
const AT_TIMESTAMP: &str = "AT_TIMESTAMP";

/// The stream of a queue, and where in it the queue begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QueueStreamConfiguration {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// `LATEST` when absent.
    pub starting_position: Option<QueueStartingPosition>,
}

/// Where in a stream a queue begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QueueStartingPosition {
    /// Required: `TRIM_HORIZON`, `LATEST` or `AT_TIMESTAMP`.
    #[serde(rename = "Type")]
    pub position_type: Option<String>,
    /// In requests for `AT_TIMESTAMP` only; descriptions always have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
}

impl QueueStreamConfiguration {
    pub(super) const RULES: &'static [Rule<Self>] = &[
        field("streamARN", |c| text(&c.stream_arn), stream::REQUIRED_ARN),
        inside(|c, found| found.within("startingPosition", &c.starting_position, POSITION)),
    ];
}

const POSITION: &[Rule<QueueStartingPosition>] =
    &[field("type", |p| text(&p.position_type), &[Required, OneOf(&[TRIM_HORIZON, LATEST, AT_TIMESTAMP])])];

/// A position that makes sense.
pub(super) enum Start {
    TrimHorizon,
    Latest,
    At(Timestamp),
}

impl Start {
    pub fn of(requested: Option<QueueStartingPosition>) -> Result<Self, ApiError> {
        let Some(QueueStartingPosition { position_type, timestamp }) = requested else {
            return Ok(Self::Latest);
        };
        match (position_type.as_deref().unwrap_or(LATEST), timestamp) {
            (AT_TIMESTAMP, Some(time)) => Ok(Self::At(time)),
            (AT_TIMESTAMP, None) => Err(errors::no_timestamp()),
            (other, Some(_)) => Err(errors::timestamp_of_other_type(other)),
            (TRIM_HORIZON, None) => Ok(Self::TrimHorizon),
            (_, None) => Ok(Self::Latest),
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::TrimHorizon => TRIM_HORIZON,
            Self::Latest => LATEST,
            Self::At(_) => AT_TIMESTAMP,
        }
    }

    /// The time that a description shows.
    pub fn shown(&self, ctx: &Context<'_>, stream: &StreamRow) -> Timestamp {
        let earliest = stream.created.max(stream.trim_horizon(ctx.now));
        match self {
            Self::TrimHorizon => earliest,
            Self::Latest => ctx.now,
            Self::At(time) => earliest.max(*time),
        }
    }

    /// Before which no record is handed out.
    pub fn cutoff(&self) -> Timestamp {
        match self {
            Self::TrimHorizon | Self::Latest => Timestamp::from_millis(i64::MIN),
            Self::At(time) => *time,
        }
    }

    /// Number of the first record of a shard that may be handed out. The cutoff does the rest.
    pub fn counter(&self, shard: &ShardRow) -> u64 {
        match self {
            Self::TrimHorizon | Self::At(_) => 1,
            Self::Latest => shard.counter_next,
        }
    }
}

impl QueueStartingPosition {
    /// That of a queue.
    pub(super) fn of(queue: &QueueRow) -> Self {
        Self { position_type: Some(queue.start_type.clone()), timestamp: Some(queue.start) }
    }
}
