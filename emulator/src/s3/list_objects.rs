//! `ListObjects`: the first version of the listing, which names keys where the second has tokens.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html>

use s3s::dto;

use super::access::Permission;
use super::listing::{self, Encoding, Query};
use super::{bucket, list_objects_v2};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct ListObjects;

impl Operation for ListObjects {
    const NAME: &'static str = "s3:ListObjects";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListObjectsInput;
    type Response = dto::ListObjectsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Read)?;
        let encoding = Encoding::asked(request.encoding_type.as_ref())?;
        let max_keys = listing::max_of(request.max_keys, "max-keys")?;
        let marker = request.marker.as_deref().unwrap_or_default();
        let query = Query::of(&request.prefix, &request.delimiter, max_keys);
        let start = match marker {
            "" => Some(String::new()),
            marker => listing::after_marker(marker, query.prefix, query.delimiter),
        };
        let nothing = Query { max_keys: 0, ..query.clone() };
        let page = match start {
            Some(start) => list_objects_v2::objects(ctx, &request.bucket, &query, start)?,
            None => list_objects_v2::objects(ctx, &request.bucket, &nothing, String::new())?,
        };
        // Without a delimiter the last key is known to the client.
        let last = if page.ends_with_prefix {
            page.common_prefixes.last()
        } else {
            page.rows.last().map(|row| &row.key)
        };
        let next = last.filter(|_| page.is_truncated && query.delimiter.is_some());
        Ok(dto::ListObjectsOutput {
            next_marker: next.map(|key| encoding.of(key)),
            common_prefixes: page.shown_prefixes(encoding),
            contents: list_objects_v2::shown(ctx, &page.rows, encoding, true),
            delimiter: query.delimiter.map(|delimiter| encoding.of(delimiter)),
            encoding_type: encoding.shown(),
            is_truncated: Some(page.is_truncated),
            marker: Some(encoding.of(marker)),
            max_keys: Some(max_keys as i32),
            // Alone among the names of this answer, it comes as it was sent.
            prefix: Some(query.prefix.to_owned()),
            name: Some(request.bucket),
            request_charged: None,
        })
    }
}
