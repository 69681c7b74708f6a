//! `ListObjectsV2`: the objects of a bucket by key, a page at a time.
//!
//! With a delimiter, keys that share the part up to the first delimiter after the prefix are
//! listed once, as a common prefix; it counts as one entry of the page.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use s3s::dto;

use super::access::Permission;
use super::listing::{self, Encoding, Listed, Page, Query};
use super::{attributes_shown, bucket, e_tag, errors, object_key, owner, times};
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::store::ObjectRow;
use crate::validation::Rule;

const LISTING: &str = "objects";

/// See the module.
pub struct ListObjectsV2;

impl Operation for ListObjectsV2 {
    const NAME: &'static str = "s3:ListObjectsV2";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListObjectsV2Input;
    type Response = dto::ListObjectsV2Output;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Read)?;
        let encoding = Encoding::asked(request.encoding_type.as_ref())?;
        let max_keys = listing::max_of(request.max_keys, "max-keys")?;
        let query = Query::of(&request.prefix, &request.delimiter, max_keys);
        let page = match start(&request)? {
            Some(start) => objects(ctx, &request.bucket, &query, start)?,
            None => Page::empty(),
        };
        let next = page.is_truncated.then(|| next_place(&page)).flatten();
        let with_owner = request.fetch_owner == Some(true);
        Ok(dto::ListObjectsV2Output {
            key_count: Some(page.len() as i32),
            common_prefixes: page.shown_prefixes(encoding),
            contents: shown(ctx, &page.rows, encoding, with_owner),
            continuation_token: request.continuation_token.clone(),
            delimiter: query.delimiter.map(|delimiter| encoding.of(delimiter)),
            encoding_type: encoding.shown(),
            is_truncated: Some(page.is_truncated),
            max_keys: Some(request.max_keys.unwrap_or(max_keys as i32).min(listing::KEYS_MAX as i32)),
            next_continuation_token: next.map(|key| opaque::seal_token(LISTING, &key)),
            prefix: Some(encoding.of(query.prefix)),
            start_after: request.start_after.as_deref().map(|key| encoding.of(key)),
            name: Some(request.bucket),
            request_charged: None,
        })
    }
}

/// A page of what keys have now.
pub(super) fn objects(
    ctx: &Context<'_>,
    bucket: &str,
    query: &Query<'_>,
    start: String,
) -> Result<Page<ObjectRow>, ApiError> {
    listing::page(query, start, |from: &String, limit| {
        Ok(ctx.store.current_objects_from(bucket, from, limit)?)
    })
}

/// Objects as lists show them.
pub(super) fn shown(
    ctx: &Context<'_>,
    rows: &[ObjectRow],
    encoding: Encoding,
    with_owner: bool,
) -> Option<Vec<dto::Object>> {
    let shown = |row: &ObjectRow| dto::Object {
        key: Some(encoding.of(&row.key)),
        e_tag: Some(e_tag::shown(row.e_tag.text())),
        size: Some(row.size() as i64),
        last_modified: Some(times::shown(row.modified)),
        storage_class: Some(dto::ObjectStorageClass::from(row.attributes.storage_class())),
        owner: with_owner.then(|| owner::shown(ctx, &row.attributes.owner)),
        checksum_algorithm: checksum_algorithms(row),
        checksum_type: attributes_shown::checksum_type(&row.attributes),
        restore_status: None,
    };
    (!rows.is_empty()).then(|| rows.iter().map(shown).collect())
}

/// The algorithms of an object's checksums.
pub(super) fn checksum_algorithms(row: &ObjectRow) -> Option<Vec<dto::ChecksumAlgorithm>> {
    let names = row.attributes.checksums.keys().map(|name| dto::ChecksumAlgorithm::from(name.clone()));
    Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
}

impl Listed for ObjectRow {
    type Place = String;

    fn key(&self) -> &str {
        &self.key
    }

    fn after(&self) -> String {
        object_key::successor(&self.key)
    }

    fn first_of(key: String) -> String {
        key
    }

    fn key_of(place: &String) -> &str {
        place
    }
}

/// The key that a next page starts with; none when no key can come after.
fn next_place(page: &Page<ObjectRow>) -> Option<String> {
    match page.ends_with_prefix {
        true => object_key::after_prefix(page.common_prefixes.last()?),
        false => page.rows.last().map(Listed::after),
    }
}

/// The first key that the page may have.
fn start(request: &dto::ListObjectsV2Input) -> Result<Option<String>, ApiError> {
    match (&request.continuation_token, &request.start_after) {
        (Some(token), _) => {
            let place = opaque::open_token(LISTING, token);
            place.map(Some).ok_or_else(|| {
                let message = "The continuation token provided is incorrect";
                errors::invalid_named_argument(message, "continuation-token", token.as_str())
            })
        }
        (None, Some(key)) => Ok(Some(object_key::successor(key))),
        (None, None) => Ok(Some(String::new())),
    }
}
#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorCode;
    use crate::s3::{CreateBucket, CreateBucketRequest, PutObject, PutObjectRequest, input};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator(keys: &[&str]) -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, request).unwrap();
        for key in keys {
            let request = PutObjectRequest::new("lake", *key, "");
            emulator.call::<PutObject>(NOW, request).unwrap();
        }
        emulator
    }

    /// All entries of all pages, objects as `key` and common prefixes as `[prefix]`.
    fn list(emulator: &Emulator, mut request: dto::ListObjectsV2Input) -> Vec<String> {
        let mut entries = Vec::new();
        loop {
            let page = emulator.call::<ListObjectsV2>(NOW, request.clone()).unwrap();
            assert!(page.key_count.unwrap() <= request.max_keys.unwrap_or(1000));
            assert_eq!(page.is_truncated, Some(page.next_continuation_token.is_some()));
            entries.extend(page.contents.into_iter().flatten().map(|object| object.key.unwrap()));
            let prefixes = page.common_prefixes.into_iter().flatten();
            entries.extend(prefixes.map(|common| format!("[{}]", common.prefix.unwrap())));
            request.continuation_token = page.next_continuation_token;
            if request.continuation_token.is_none() {
                return entries;
            }
        }
    }

    fn request(prefix: &str, delimiter: &str) -> dto::ListObjectsV2Input {
        dto::ListObjectsV2Input {
            delimiter: Some(delimiter.to_owned()),
            ..input::list_objects("lake", prefix)
        }
    }

    #[test]
    fn delimiter_rolls_keys_up_below_the_prefix() {
        let emulator = emulator(&["a", "b/", "b/1", "b/2/x", "b/2/y", "b/3", "c/1", "d"]);
        assert_eq!(list(&emulator, request("", "/")), ["a", "d", "[b/]", "[c/]"]);
        assert_eq!(list(&emulator, request("b/", "/")), ["b/", "b/1", "b/3", "[b/2/]"]);
        assert_eq!(list(&emulator, request("b", "/")), ["[b/]"]);
        assert_eq!(list(&emulator, request("x", "/")), [""; 0]);
        assert_eq!(list(&emulator, request("", "")).len(), 8);
    }

    #[test]
    fn listing_starts_after_a_key() {
        let emulator = emulator(&["a", "b", "c"]);
        let request =
            dto::ListObjectsV2Input { start_after: Some("a".to_owned()), ..input::list_objects("lake", "") };
        assert_eq!(list(&emulator, request), ["b", "c"]);
    }

    #[test]
    fn page_of_no_keys_is_empty_and_complete() {
        let request = dto::ListObjectsV2Input { max_keys: Some(0), ..input::list_objects("lake", "") };
        let page = emulator(&["a"]).call::<ListObjectsV2>(NOW, request).unwrap();
        assert_eq!((page.key_count, page.is_truncated), (Some(0), Some(false)));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let emulator = emulator(&[]);
        let code = |request| emulator.call::<ListObjectsV2>(NOW, request).unwrap_err().code;
        let negative = dto::ListObjectsV2Input { max_keys: Some(-1), ..input::list_objects("lake", "") };
        assert_eq!(code(negative), ErrorCode::InvalidArgument);
        let made_up = dto::ListObjectsV2Input {
            continuation_token: Some("made up".to_owned()),
            ..input::list_objects("lake", "")
        };
        assert_eq!(code(made_up), ErrorCode::InvalidArgument);
        let nowhere = input::list_objects("nowhere", "");
        assert_eq!(code(nowhere), ErrorCode::NoSuchBucket);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn page_size_does_not_change_the_listing(
            keys in proptest::collection::vec("[ab/]{1,4}", 0..12),
            prefix in "[ab/]{0,2}",
            max_keys in 1..5,
        ) {
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            let emulator = emulator(&keys);
            for delimiter in ["", "/"] {
                let whole = request(&prefix, delimiter);
                let paged = dto::ListObjectsV2Input { max_keys: Some(max_keys), ..whole.clone() };
                let (mut whole, mut paged) = (list(&emulator, whole), list(&emulator, paged));
                whole.sort();
                paged.sort();
                prop_assert_eq!(&whole, &paged);
                // Each key is listed itself or through exactly one of the entries.
                for key in keys.iter().filter(|key| key.starts_with(&prefix)) {
                    let lists = |entry: &&String| match entry.strip_prefix('[') {
                        Some(common) => key.starts_with(common.trim_end_matches(']')),
                        None => entry == key,
                    };
                    prop_assert_eq!(whole.iter().filter(lists).count(), 1);
                }
            }
        }
    }
}
