//! `UpdateQueueRecordsVisibility`: how long received records are not visible, from now on.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateQueueRecordsVisibility.html>

use super::{EntriesResponse, VisibilitiesRequest};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct UpdateQueueRecordsVisibility;

impl Operation for UpdateQueueRecordsVisibility {
    const NAME: &'static str = "Kinesis_20131202.UpdateQueueRecordsVisibility";
    const RULES: &'static [Rule<VisibilitiesRequest>] = VisibilitiesRequest::RULES;
    type Request = VisibilitiesRequest;
    type Response = EntriesResponse;

    fn call(ctx: &mut Context<'_>, request: VisibilitiesRequest) -> Result<EntriesResponse, ApiError> {
        request.answer(ctx, false)
    }
}
