//! `ListObjectsV2`: the objects of a bucket by key, a page at a time.
//!
//! With a delimiter, keys that share the part up to the first delimiter after the prefix are
//! listed once, as a common prefix; it counts as one entry of the page.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>

use super::{ETag, bucket, errors, object_key};
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::store::ObjectRow;
use crate::time::Timestamp;
use crate::validation::Rule;

const KEYS_MAX: usize = 1000;
const LISTING: &str = "objects";

/// See the module.
pub struct ListObjectsV2;

impl Operation for ListObjectsV2 {
    const NAME: &'static str = "s3:ListObjectsV2";
    const RULES: &'static [Rule<ListObjectsV2Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = ListObjectsV2Request;
    type Response = ListObjectsV2Response;

    fn call(ctx: &mut Context<'_>, request: ListObjectsV2Request) -> Result<ListObjectsV2Response, ApiError> {
        bucket::check_exists(ctx, &request.bucket)?;
        let max_keys = max_keys(&request)?;
        let mut page = ListObjectsV2Response::default();
        // Asking for no keys is answered by none, and by no promise of more.
        let mut from = if max_keys == 0 { None } else { Some(start(&request)?) };
        while let Some(position) = from {
            let object = ctx.store.first_object_from(&request.bucket, &position)?;
            let Some(object) = object.filter(|object| object.key.starts_with(&request.prefix)) else {
                break;
            };
            if page.key_count() == max_keys {
                page.is_truncated = true;
                page.next_continuation_token = Some(opaque::seal_token(LISTING, &object.key));
                break;
            }
            from = page.take(object, &request);
        }
        Ok(page)
    }
}

/// What `ListObjectsV2` asks.
#[derive(Debug, Clone, Default)]
pub struct ListObjectsV2Request {
    /// The bucket's name.
    pub bucket: String,
    /// Lists only keys that start so.
    pub prefix: String,
    /// Cuts keys into common prefixes; not empty.
    pub delimiter: Option<String>,
    /// Goes on where an earlier answer ended; stronger than `start_after`.
    pub continuation_token: Option<String>,
    /// Lists only keys after this one.
    pub start_after: Option<String>,
    /// Entries of the page, at most; never more than 1000, which is also meant when absent.
    pub max_keys: Option<i32>,
}

impl ListObjectsV2Request {
    /// Lists what starts with a prefix.
    pub fn new(bucket: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), prefix: prefix.into(), ..Self::default() }
    }
}

/// What `ListObjectsV2` answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListObjectsV2Response {
    /// Objects by key.
    pub contents: Vec<ListedObject>,
    /// Common prefixes, ascending.
    pub common_prefixes: Vec<String>,
    /// Whether there is more.
    pub is_truncated: bool,
    /// Where another call goes on.
    pub next_continuation_token: Option<String>,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// When it was put.
    pub last_modified: Timestamp,
    /// Of its body.
    pub e_tag: ETag,
    /// Of its body, in bytes.
    pub size: u64,
}

impl ListObjectsV2Response {
    /// Entries of this page: objects and common prefixes.
    pub fn key_count(&self) -> usize {
        self.contents.len() + self.common_prefixes.len()
    }

    /// Enters an object or the common prefix it belongs to; answers from which key to go on,
    /// or `None` when no key can come after.
    fn take(&mut self, object: ObjectRow, request: &ListObjectsV2Request) -> Option<String> {
        let delimiter = request.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let common = delimiter
            .and_then(|delimiter| object_key::common_prefix(&object.key, &request.prefix, delimiter));
        if let Some(common) = common {
            self.common_prefixes.push(common.to_owned());
            return object_key::after_prefix(common);
        }
        let next = object_key::successor(&object.key);
        self.contents.push(ListedObject {
            key: object.key,
            last_modified: object.modified,
            e_tag: ETag::stored(object.e_tag),
            size: object.size_bytes,
        });
        Some(next)
    }
}

fn max_keys(request: &ListObjectsV2Request) -> Result<usize, ApiError> {
    let max_keys = request.max_keys.map_or(Ok(KEYS_MAX), usize::try_from);
    let max_keys = max_keys.map_err(|_| {
        errors::invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647")
    })?;
    Ok(max_keys.min(KEYS_MAX))
}

/// The first key that the page may have.
fn start(request: &ListObjectsV2Request) -> Result<String, ApiError> {
    let start = match (&request.continuation_token, &request.start_after) {
        (Some(token), _) => opaque::open_token(LISTING, token)
            .ok_or_else(|| errors::invalid_argument("The continuation token provided is incorrect"))?,
        (None, Some(key)) => object_key::successor(key),
        (None, None) => String::new(),
    };
    Ok(start.max(request.prefix.clone()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorCode;
    use crate::s3::{CreateBucket, CreateBucketRequest, PutObject, PutObjectRequest};
    use crate::{Emulator, Identity, Storage};

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
    fn list(emulator: &Emulator, mut request: ListObjectsV2Request) -> Vec<String> {
        let mut entries = Vec::new();
        loop {
            let page = emulator.call::<ListObjectsV2>(NOW, request.clone()).unwrap();
            assert!(page.key_count() as i32 <= request.max_keys.unwrap_or(1000));
            assert_eq!(page.is_truncated, page.next_continuation_token.is_some());
            entries.extend(page.contents.into_iter().map(|object| object.key));
            let prefixes = page.common_prefixes.into_iter();
            entries.extend(prefixes.map(|prefix| format!("[{prefix}]")));
            request.continuation_token = page.next_continuation_token;
            if request.continuation_token.is_none() {
                return entries;
            }
        }
    }

    fn request(prefix: &str, delimiter: &str) -> ListObjectsV2Request {
        ListObjectsV2Request {
            delimiter: Some(delimiter.to_owned()),
            ..ListObjectsV2Request::new("lake", prefix)
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
        let request = ListObjectsV2Request {
            start_after: Some("a".to_owned()),
            ..ListObjectsV2Request::new("lake", "")
        };
        assert_eq!(list(&emulator, request), ["b", "c"]);
    }

    #[test]
    fn page_of_no_keys_is_empty_and_complete() {
        let request = ListObjectsV2Request { max_keys: Some(0), ..ListObjectsV2Request::new("lake", "") };
        let page = emulator(&["a"]).call::<ListObjectsV2>(NOW, request).unwrap();
        assert_eq!(page, ListObjectsV2Response::default());
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let emulator = emulator(&[]);
        let code = |request| emulator.call::<ListObjectsV2>(NOW, request).unwrap_err().code;
        let negative = ListObjectsV2Request { max_keys: Some(-1), ..ListObjectsV2Request::new("lake", "") };
        assert_eq!(code(negative), ErrorCode::InvalidArgument);
        let made_up = ListObjectsV2Request {
            continuation_token: Some("made up".to_owned()),
            ..ListObjectsV2Request::new("lake", "")
        };
        assert_eq!(code(made_up), ErrorCode::InvalidArgument);
        let nowhere = ListObjectsV2Request::new("nowhere", "");
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
                let paged = ListObjectsV2Request { max_keys: Some(max_keys), ..whole.clone() };
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
