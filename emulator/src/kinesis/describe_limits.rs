//! `DescribeLimits`: how much the account has, and may have.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// On-demand streams of an account.
const ON_DEMAND_STREAM_LIMIT: i64 = 50;

/// See the module.
pub struct DescribeLimits;

impl Operation for DescribeLimits {
    const NAME: &'static str = "Kinesis_20131202.DescribeLimits";
    const RULES: &'static [Rule<DescribeLimitsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = DescribeLimitsRequest;
    type Response = DescribeLimitsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeLimitsRequest,
    ) -> Result<DescribeLimitsResponse, ApiError> {
        let DescribeLimitsRequest {} = request;
        Ok(DescribeLimitsResponse {
            shard_limit: ctx.settings.shard_limit.into(),
            open_shard_count: ctx.store.count_open_shards(None)?,
            on_demand_stream_count: ctx.store.count_on_demand_streams()?,
            on_demand_stream_count_limit: ON_DEMAND_STREAM_LIMIT,
        })
    }
}

/// What `DescribeLimits` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeLimitsRequest {}

/// What `DescribeLimits` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeLimitsResponse {
    /// Shards that may be open.
    pub shard_limit: i64,
    /// Shards that are open.
    pub open_shard_count: i64,
    /// On-demand streams that there are.
    pub on_demand_stream_count: i64,
    /// On-demand streams that there may be.
    pub on_demand_stream_count_limit: i64,
}
