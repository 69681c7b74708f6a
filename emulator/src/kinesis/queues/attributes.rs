//! What can be set about a queue: how long records are in flight, and when they become dead letters.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::store::QueueRow;
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, field, inside, number, text};

/// What a queue has that was created without attributes.
pub(super) const VISIBILITY_SECS_DEFAULT: i64 = 30;
/// What a queue has that was created without attributes.
pub(super) const MAX_RECEIVES_DEFAULT: i64 = 6;
/// On visibility timeouts.
pub(super) const VISIBILITY_SECS: &[Constraint] = &[Range(0, 43_200)];

const BUILT_IN: &str = "BUILT_IN";
const NONE: &str = "NONE";

/// Attributes of a queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QueueAttributes {
    /// How long a record that was received is not visible: 0 to 43,200; 30 when absent from a creation.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub visibility_timeout_seconds: Option<i32>,
    /// When records become dead letters: after 6 receives when absent from a creation.
    pub dead_letter_configuration: Option<DeadLetterConfiguration>,
}

/// When records become dead letters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeadLetterConfiguration {
    /// Required: `BUILT_IN`, or `NONE` for never.
    pub target_type: Option<String>,
    /// Required for `BUILT_IN`: receives without an acknowledgement, 1 to 1000.
    #[serde(deserialize_with = "crate::codec::integer", skip_serializing_if = "Option::is_none")]
    pub max_receive_count: Option<i32>,
}

impl QueueAttributes {
    pub(super) const RULES: &'static [Rule<Self>] = &[
        field("visibilityTimeoutSeconds", |a| number(&a.visibility_timeout_seconds), VISIBILITY_SECS),
        inside(|a, found| {
            found.within("deadLetterConfiguration", &a.dead_letter_configuration, DEAD_LETTERS)
        }),
    ];

    /// Those of a queue.
    pub(super) fn of(queue: &QueueRow) -> Self {
        let count = queue.max_receives.map(|count| count as i32);
        let target_type = if count.is_some() { BUILT_IN } else { NONE };
        Self {
            visibility_timeout_seconds: Some(queue.visibility_secs as i32),
            dead_letter_configuration: Some(DeadLetterConfiguration {
                target_type: Some(target_type.to_owned()),
                max_receive_count: count,
            }),
        }
    }

    /// Sets what is present; the rest stays.
    ///
    /// # Errors
    /// `ValidationException` for dead letters without a number of receives.
    pub(super) fn apply(&self, queue: &mut QueueRow) -> Result<(), ApiError> {
        if let Some(secs) = self.visibility_timeout_seconds {
            queue.visibility_secs = secs.into();
        }
        if let Some(configuration) = &self.dead_letter_configuration {
            queue.max_receives = match (configuration.target_type.as_deref(), configuration.max_receive_count)
            {
                (Some(BUILT_IN), Some(count)) => Some(count.into()),
                (Some(BUILT_IN), None) => return Err(errors::no_max_receive_count()),
                _ => None,
            };
        }
        Ok(())
    }
}

const DEAD_LETTERS: &[Rule<DeadLetterConfiguration>] = &[
    field("targetType", |c| text(&c.target_type), &[Required, OneOf(&[BUILT_IN, NONE])]),
    field("maxReceiveCount", |c| number(&c.max_receive_count), &[Range(1, 1000)]),
];
