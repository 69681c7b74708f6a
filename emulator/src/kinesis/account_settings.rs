//! Settings of the account: the commitment to a minimum of billed throughput, which some operations ask for.

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::operation::Context;
use crate::time::Timestamp;

const NAME: &str = "commitment";
/// For how long one commits oneself, in milliseconds: a day.
const COMMITMENT_MS: i64 = 24 * 3_600_000;

/// What operations on settings answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountSettingsResponse {
    /// The commitment.
    pub minimum_throughput_billing_commitment: CommitmentOutput,
}

/// The commitment as clients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CommitmentOutput {
    /// `ENABLED`, `DISABLED` or `ENABLED_UNTIL_EARLIEST_ALLOWED_END`.
    pub status: &'static str,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Until when it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When it can end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest_allowed_end_at: Option<Timestamp>,
}

/// The commitment: since when, and until when. Milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Commitment {
    started_ms: Option<i64>,
    ended_ms: Option<i64>,
    #[serde(skip)]
    now_ms: i64,
}

impl Commitment {
    pub fn load(ctx: &Context<'_>) -> Result<Self, ApiError> {
        let stored: Option<Self> = ctx.store.account_setting(NAME)?;
        Ok(Self { now_ms: ctx.now.as_millis(), ..stored.unwrap_or_default() })
    }

    pub fn save(&self, ctx: &Context<'_>) -> Result<(), ApiError> {
        Ok(ctx.store.set_account_setting(NAME, self)?)
    }

    /// Begins it, or goes on with it.
    pub fn enable(&mut self) {
        if !self.is_on() {
            self.started_ms = Some(self.now_ms);
        }
        self.ended_ms = None;
    }

    /// Ends it, as soon as it can end.
    pub fn disable(&mut self) {
        if let Some(earliest) = self.earliest_end_ms().filter(|_| self.is_on()) {
            self.ended_ms = Some(earliest.max(self.now_ms));
        }
    }

    /// Whether it is there now.
    pub fn is_on(&self) -> bool {
        self.started_ms.is_some() && self.ended_ms.is_none_or(|end| end > self.now_ms)
    }

    pub fn answer(&self) -> AccountSettingsResponse {
        let status = match (self.is_on(), self.ended_ms) {
            (true, None) => "ENABLED",
            (true, Some(_)) => "ENABLED_UNTIL_EARLIEST_ALLOWED_END",
            (false, _) => "DISABLED",
        };
        let time = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        let commitment = CommitmentOutput {
            status,
            started_at: time(self.started_ms),
            ended_at: time(self.ended_ms.filter(|_| !self.is_on())),
            earliest_allowed_end_at: time(self.earliest_end_ms().filter(|_| self.is_on())),
        };
        AccountSettingsResponse { minimum_throughput_billing_commitment: commitment }
    }

    fn earliest_end_ms(&self) -> Option<i64> {
        self.started_ms.map(|started| started + COMMITMENT_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_lasts_a_day_at_least() {
        let mut commitment = Commitment { now_ms: 1000, ..Commitment::default() };
        let status =
            |commitment: &Commitment| commitment.answer().minimum_throughput_billing_commitment.status;
        assert_eq!(status(&commitment), "DISABLED");
        commitment.enable();
        assert_eq!(status(&commitment), "ENABLED");
        commitment.disable();
        assert_eq!(status(&commitment), "ENABLED_UNTIL_EARLIEST_ALLOWED_END");
        commitment.now_ms += COMMITMENT_MS - 1;
        assert!(commitment.is_on());
        commitment.now_ms += 1;
        assert_eq!(status(&commitment), "DISABLED");
        commitment.enable();
        commitment.now_ms += COMMITMENT_MS + 7;
        commitment.disable();
        assert_eq!(status(&commitment), "DISABLED");
    }
}
