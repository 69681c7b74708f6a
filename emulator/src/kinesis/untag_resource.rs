//! `UntagResource`: tags of any resource are removed.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html>

use serde::Deserialize;

use super::{resource, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct UntagResource;

impl Operation for UntagResource {
    const NAME: &'static str = "Kinesis_20131202.UntagResource";
    const RULES: &'static [Rule<UntagResourceRequest>] = &[
        field("tagKeys", |r| texts(&r.tag_keys), tags::KEYS),
        field("resourceARN", |r| text(&r.resource_arn), resource::ARN),
    ];
    type Request = UntagResourceRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: UntagResourceRequest) -> Result<(), ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        tags::remove_from(ctx, &arn, &arn, &required(request.tag_keys))
    }
}

/// What `UntagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UntagResourceRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Required.
    pub tag_keys: Option<Vec<String>>,
}
