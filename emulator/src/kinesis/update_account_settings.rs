//! `UpdateAccountSettings`: the settings of the account change.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html>

use serde::Deserialize;

use super::AccountSettingsResponse;
use super::account_settings::Commitment;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateAccountSettings;

impl Operation for UpdateAccountSettings {
    const NAME: &'static str = "Kinesis_20131202.UpdateAccountSettings";
    const RULES: &'static [Rule<UpdateAccountSettingsRequest>] = &[
        field(
            "minimumThroughputBillingCommitment",
            |r| structure(&r.minimum_throughput_billing_commitment),
            &[Required],
        ),
        inside(|r, found| {
            let commitment = &r.minimum_throughput_billing_commitment;
            found.within("minimumThroughputBillingCommitment", commitment, COMMITMENT)
        }),
    ];
    type Request = UpdateAccountSettingsRequest;
    type Response = AccountSettingsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateAccountSettingsRequest,
    ) -> Result<AccountSettingsResponse, ApiError> {
        let mut commitment = Commitment::load(ctx)?;
        let wanted = required(request.minimum_throughput_billing_commitment).status;
        match wanted.as_deref() {
            Some("ENABLED") => commitment.enable(),
            _ => commitment.disable(),
        }
        commitment.save(ctx)?;
        Ok(commitment.answer())
    }
}

const COMMITMENT: &[Rule<CommitmentInput>] =
    &[field("status", |c| text(&c.status), &[Required, OneOf(&["ENABLED", "DISABLED"])])];

/// What `UpdateAccountSettings` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateAccountSettingsRequest {
    /// Required.
    pub minimum_throughput_billing_commitment: Option<CommitmentInput>,
}

/// Whether to commit oneself to a minimum of billed throughput.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CommitmentInput {
    /// Required: `ENABLED` or `DISABLED`.
    pub status: Option<String>,
}
