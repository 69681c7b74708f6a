//! `TagResource`: tags of any resource are set.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html>

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{resource, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, map, required, text};

/// See the module.
pub struct TagResource;

impl Operation for TagResource {
    const NAME: &'static str = "Kinesis_20131202.TagResource";
    const RULES: &'static [Rule<TagResourceRequest>] = &[
        field("tags", |r| map(&r.tags), tags::REQUIRED_TAGS),
        field("resourceARN", |r| text(&r.resource_arn), resource::ARN),
    ];
    type Request = TagResourceRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: TagResourceRequest) -> Result<(), ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        tags::add_to(ctx, &arn, &arn, &required(request.tags))
    }
}

/// What `TagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagResourceRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Required.
    pub tags: Option<BTreeMap<String, String>>,
}
