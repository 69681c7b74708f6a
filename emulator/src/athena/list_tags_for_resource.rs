//! `ListTagsForResource`: tags by key.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html>

use serde::{Deserialize, Serialize};

use super::{Tag, paging, resource};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

const LISTING: &str = "tags";

/// See the module.
pub struct ListTagsForResource;

impl Operation for ListTagsForResource {
    const NAME: &'static str = "AmazonAthena.ListTagsForResource";
    const RULES: &'static [Rule<ListTagsForResourceRequest>] =
        &[field("resourceARN", |r| text(&r.resource_arn), &[Required, Length(1, 1011)])];
    const READS_ONLY: bool = true;
    type Request = ListTagsForResourceRequest;
    type Response = ListTagsForResourceResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResponse, ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        // There are fewer than the smallest page has.
        paging::start::<String>(LISTING, request.next_token.as_deref())?;
        let tags = ctx.store.tags(&arn)?.into_iter().map(|(key, value)| Tag { key, value }).collect();
        Ok(ListTagsForResourceResponse { tags, next_token: None })
    }
}

/// What `ListTagsForResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTagsForResourceRequest {
    /// Required.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Tags in one answer, at most: 75 or more.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `ListTagsForResource` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceResponse {
    /// Tags.
    pub tags: Vec<Tag>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
