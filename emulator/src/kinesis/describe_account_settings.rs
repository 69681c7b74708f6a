//! `DescribeAccountSettings`: the settings of the account.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeAccountSettings.html>

use serde::Deserialize;

use super::AccountSettingsResponse;
use super::account_settings::Commitment;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct DescribeAccountSettings;

impl Operation for DescribeAccountSettings {
    const NAME: &'static str = "Kinesis_20131202.DescribeAccountSettings";
    const RULES: &'static [Rule<DescribeAccountSettingsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = DescribeAccountSettingsRequest;
    type Response = AccountSettingsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeAccountSettingsRequest,
    ) -> Result<AccountSettingsResponse, ApiError> {
        let DescribeAccountSettingsRequest {} = request;
        Ok(Commitment::load(ctx)?.answer())
    }
}

/// What `DescribeAccountSettings` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeAccountSettingsRequest {}
