//! `ListStreamConsumers`: the consumers of a stream, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html>

use serde::{Deserialize, Serialize};

use super::consumer::{self, Consumer};
use super::{errors, page_token, stream};
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, text};

/// Consumers in one answer, at most, whatever is asked for.
const RESULTS_MAX: i32 = 100;
const LISTING: &str = "consumers";

/// See the module.
pub struct ListStreamConsumers;

impl Operation for ListStreamConsumers {
    const NAME: &'static str = "Kinesis_20131202.ListStreamConsumers";
    const RULES: &'static [Rule<ListStreamConsumersRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::REQUIRED_ARN),
        field("nextToken", |r| text(&r.next_token), &[Length(1, 1 << 20)]),
        field("maxResults", |r| number(&r.max_results), &[Range(1, 10_000)]),
    ];
    const READS_ONLY: bool = true;
    type Request = ListStreamConsumersRequest;
    type Response = ListStreamConsumersResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListStreamConsumersRequest,
    ) -> Result<ListStreamConsumersResponse, ApiError> {
        let arn = required(request.stream_arn);
        let stream = stream::find(ctx, None, Some(&arn))?;
        if request.stream_creation_timestamp.is_some_and(|time| time.as_secs() != stream.created.as_secs()) {
            return Err(errors::stream_not_found(&stream.name, &ctx.identity.account));
        }
        let limit = request.max_results.unwrap_or(RESULTS_MAX).min(RESULTS_MAX) as usize;
        let after = match &request.next_token {
            Some(token) => after(token, &arn, ctx.now)?,
            None => String::new(),
        };
        // One more than asked for tells whether there are more.
        let mut rows = ctx.store.list_consumers(stream.id, &after, limit + 1)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        let next_token =
            last.map(|last| opaque::seal_token(LISTING, &(&arn, &last.name, ctx.now.as_millis())));
        let consumers = rows.into_iter().map(|row| consumer::shown(ctx, &stream, row)).collect();
        Ok(ListStreamConsumersResponse { consumers, next_token })
    }
}

/// What `ListStreamConsumers` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListStreamConsumersRequest {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Consumers in one answer, at most; 100 when absent, and never more.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Tells streams of one name apart.
    pub stream_creation_timestamp: Option<Timestamp>,
}

/// What `ListStreamConsumers` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListStreamConsumersResponse {
    /// Consumers by name.
    pub consumers: Vec<Consumer>,
    /// Where another call goes on; valid for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The name after which a token goes on.
fn after(token: &str, arn: &str, now: Timestamp) -> Result<String, ApiError> {
    let opened: Option<(String, String, i64)> = opaque::open_token(LISTING, token);
    let Some((_, after, issued)) = opened.filter(|(stream, ..)| stream == arn) else {
        return Err(errors::invalid_argument("NextToken is invalid."));
    };
    page_token::check_age(issued, now)?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::*;
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const ARN: &str = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";

    fn emulator(consumers: usize) -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
        for number in 0..consumers {
            register(&emulator, &format!("c{number:02}")).unwrap();
        }
        emulator
    }

    fn register(emulator: &Emulator, name: &str) -> Result<Consumer, ApiError> {
        let request = RegisterStreamConsumerRequest {
            stream_arn: Some(ARN.to_owned()),
            consumer_name: Some(name.to_owned()),
            tags: None,
        };
        emulator.call::<RegisterStreamConsumer>(NOW, request).map(|answer| answer.consumer)
    }

    #[test]
    fn pages_list_every_consumer_once() {
        let emulator = emulator(5);
        let mut request = ListStreamConsumersRequest {
            stream_arn: Some(ARN.to_owned()),
            max_results: Some(2),
            ..Default::default()
        };
        let mut names = Vec::new();
        loop {
            let page = emulator.call::<ListStreamConsumers>(NOW, request.clone()).unwrap();
            names.extend(page.consumers.into_iter().map(|consumer| consumer.consumer_name));
            request.next_token = page.next_token;
            if request.next_token.is_none() {
                break;
            }
        }
        assert_eq!(names, ["c00", "c01", "c02", "c03", "c04"]);
    }

    #[test]
    fn consumers_are_registered_once_and_twenty_at_most() {
        let emulator = emulator(20);
        assert_eq!(register(&emulator, "c00").unwrap_err().code, ErrorCode::ResourceInUseException);
        assert_eq!(register(&emulator, "more").unwrap_err().code, ErrorCode::LimitExceededException);
    }

    #[test]
    fn a_consumer_is_found_by_arn_or_by_stream_and_name_and_lost_with_its_stream() {
        let emulator = emulator(1);
        let arn = format!("{ARN}/consumer/c00:1700000000");
        let describe = |by_arn: Option<&str>, name: Option<&str>| {
            let request = DescribeStreamConsumerRequest {
                stream_arn: name.map(|_| ARN.to_owned()),
                consumer_name: name.map(str::to_owned),
                consumer_arn: by_arn.map(str::to_owned),
            };
            emulator.call::<DescribeStreamConsumer>(NOW, request).map(|a| a.consumer_description.consumer_arn)
        };
        assert_eq!(describe(Some(&arn), None).unwrap(), arn);
        assert_eq!(describe(None, Some("c00")).unwrap(), arn);
        assert_eq!(describe(Some(&arn), Some("c01")).unwrap_err().code, ErrorCode::InvalidArgumentException);
        assert_eq!(describe(None, None).unwrap_err().code, ErrorCode::InvalidArgumentException);
        assert_eq!(describe(None, Some("c01")).unwrap_err().code, ErrorCode::ResourceNotFoundException);
        let error = emulator.call::<DeleteStream>(NOW, DeleteStreamRequest::new("orders")).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceInUseException);
        let enforced = DeleteStreamRequest {
            enforce_consumer_deletion: Some(true),
            ..DeleteStreamRequest::new("orders")
        };
        emulator.call::<DeleteStream>(NOW, enforced).unwrap();
        assert_eq!(describe(Some(&arn), None).unwrap_err().code, ErrorCode::ResourceNotFoundException);
    }
}
