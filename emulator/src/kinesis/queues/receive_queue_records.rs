//! `ReceiveQueueRecords`: up to 10 visible records, in flight from then on.
//! It answers at once, with nothing where nothing is visible: `WaitTimeSeconds` is for who has a clock.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ReceiveQueueRecords.html>

use super::receive::{ReceiveRequest, ReceiveResponse, receive};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct ReceiveQueueRecords;

impl Operation for ReceiveQueueRecords {
    const NAME: &'static str = "Kinesis_20131202.ReceiveQueueRecords";
    const RULES: &'static [Rule<ReceiveRequest>] = ReceiveRequest::RULES;
    type Request = ReceiveRequest;
    type Response = ReceiveResponse;

    fn call(ctx: &mut Context<'_>, request: ReceiveRequest) -> Result<ReceiveResponse, ApiError> {
        receive(ctx, request, false)
    }
}
