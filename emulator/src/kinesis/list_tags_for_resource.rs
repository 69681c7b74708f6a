//! `ListTagsForResource`: the tags of any resource.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html>

use serde::{Deserialize, Serialize};

use super::tags::Tag;
use super::{resource, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct ListTagsForResource;

impl Operation for ListTagsForResource {
    const NAME: &'static str = "Kinesis_20131202.ListTagsForResource";
    const RULES: &'static [Rule<ListTagsForResourceRequest>] =
        &[field("resourceARN", |r| text(&r.resource_arn), resource::ARN)];
    const READS_ONLY: bool = true;
    type Request = ListTagsForResourceRequest;
    type Response = ListTagsForResourceResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListTagsForResourceRequest,
    ) -> Result<ListTagsForResourceResponse, ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        Ok(ListTagsForResourceResponse { tags: tags::list(ctx.store.tags(&arn)?).collect() })
    }
}

/// What `ListTagsForResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTagsForResourceRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
}

/// What `ListTagsForResource` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceResponse {
    /// Tags by key.
    pub tags: Vec<Tag>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::*;
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn map(tags: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
        Some(tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn tags_of_a_stream_and_of_the_resource_are_the_same_and_go_with_it() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let create =
            CreateStreamRequest { tags: map(&[("a", "1")]), ..CreateStreamRequest::new("orders", 1) };
        emulator.call::<CreateStream>(NOW, create.clone()).unwrap();
        let arn = "arn:aws:kinesis:us-east-1:123456789012:stream/orders".to_owned();
        let add = AddTagsToStreamRequest {
            stream_name: Some("orders".to_owned()),
            tags: map(&[("b", "2"), ("a", "3")]),
            ..Default::default()
        };
        emulator.call::<AddTagsToStream>(NOW, add).unwrap();
        let remove = UntagResourceRequest {
            resource_arn: Some(arn.clone()),
            tag_keys: Some(vec!["b".to_owned(), "none".to_owned()]),
        };
        emulator.call::<UntagResource>(NOW, remove).unwrap();
        let tags = || {
            let request = ListTagsForResourceRequest { resource_arn: Some(arn.clone()) };
            emulator.call::<ListTagsForResource>(NOW, request).map(|answer| answer.tags)
        };
        assert_eq!(tags().unwrap(), [Tag { key: "a".to_owned(), value: "3".to_owned() }]);
        emulator.call::<DeleteStream>(NOW, DeleteStreamRequest::new("orders")).unwrap();
        assert_eq!(tags().unwrap_err().code, ErrorCode::ResourceNotFoundException);
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
        assert_eq!(tags().unwrap(), []);
    }
}
