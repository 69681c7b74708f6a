//! `ListObjectVersions`: every version of every key, delete markers too, newest first.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>

use s3s::dto;

use super::access::Permission;
use super::listing::{self, Encoding, Listed, Page, Query};
use super::{attributes_shown, bucket, e_tag, errors, list_objects_v2, owner, times};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::ObjectRow;
use crate::validation::Rule;

/// See the module.
pub struct ListObjectVersions;

impl Operation for ListObjectVersions {
    const NAME: &'static str = "s3:ListObjectVersions";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListObjectVersionsInput;
    type Response = dto::ListObjectVersionsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Read)?;
        let encoding = Encoding::asked(request.encoding_type.as_ref())?;
        let max_keys = listing::max_of(request.max_keys, "max-keys")?;
        let query = Query::of(&request.prefix, &request.delimiter, max_keys);
        let page = match start(ctx, &request, &query)? {
            Some(start) => listing::page(&query, start, |(key, rank): &(String, i64), limit| {
                let rows = ctx.store.object_versions_from(&request.bucket, (key, *rank), limit)?;
                Ok(rows.into_iter().map(Version).collect())
            })?,
            None => Page::empty(),
        };
        let (next_key, next_version) = next(&page);
        let (markers, versions): (Vec<_>, Vec<_>) = page.rows.iter().partition(|row| row.0.body.is_none());
        let some = |key: &Option<String>| key.as_deref().map(|key| encoding.of(key));
        Ok(dto::ListObjectVersionsOutput {
            common_prefixes: page.shown_prefixes(encoding),
            delete_markers: not_empty(markers.iter().map(|row| marker(ctx, &row.0, encoding)).collect()),
            versions: not_empty(versions.iter().map(|row| version(ctx, &row.0, encoding)).collect()),
            delimiter: query.delimiter.map(|delimiter| encoding.of(delimiter)),
            encoding_type: encoding.shown(),
            is_truncated: Some(page.is_truncated),
            key_marker: Some(some(&request.key_marker).unwrap_or_default()),
            version_id_marker: Some(request.version_id_marker.clone().unwrap_or_default()),
            max_keys: Some(max_keys as i32),
            name: Some(request.bucket.clone()),
            next_key_marker: some(&next_key),
            next_version_id_marker: next_version,
            prefix: Some(encoding.of(query.prefix)),
            request_charged: None,
        })
    }
}

/// A row of this listing, whose place is a key and a rank.
struct Version(ObjectRow);

impl Listed for Version {
    type Place = (String, i64);

    fn key(&self) -> &str {
        &self.0.key
    }

    fn after(&self) -> Self::Place {
        (self.0.key.clone(), self.0.rank + 1)
    }

    fn first_of(key: String) -> Self::Place {
        (key, i64::MIN)
    }

    fn key_of((key, _): &Self::Place) -> &str {
        key
    }
}

fn start(
    ctx: &Context<'_>,
    request: &dto::ListObjectVersionsInput,
    query: &Query<'_>,
) -> Result<Option<(String, i64)>, ApiError> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    match (filled(&request.key_marker), filled(&request.version_id_marker)) {
        (None, None) => Ok(Some((String::new(), i64::MIN))),
        (None, Some(version_id)) => {
            let message = "A version-id marker cannot be specified without a key marker.";
            Err(errors::invalid_named_argument(message, "version-id-marker", version_id))
        }
        (Some(key), None) => {
            let after = listing::after_marker(&key, query.prefix, query.delimiter);
            Ok(after.map(|key| (key, i64::MIN)))
        }
        (Some(key), Some(version_id)) => {
            // Who deletes what a page has before asking for the next finds the rest of the key, whose version is gone.
            let found = ctx.store.object_version(&request.bucket, &key, &version_id)?;
            Ok(Some(found.map_or((key, i64::MIN), |row| Version(row).after())))
        }
    }
}

/// The last entry of a page that is not the last one: a key and a version, or a common prefix.
fn next(page: &Page<Version>) -> (Option<String>, Option<String>) {
    if !page.is_truncated {
        return (None, None);
    }
    match (page.ends_with_prefix, page.rows.last()) {
        (false, Some(Version(row))) => (Some(row.key.clone()), Some(row.version_id.clone())),
        _ => (page.common_prefixes.last().cloned(), None),
    }
}

fn version(ctx: &Context<'_>, row: &ObjectRow, encoding: Encoding) -> dto::ObjectVersion {
    let class = row.attributes.storage_class();
    dto::ObjectVersion {
        checksum_algorithm: list_objects_v2::checksum_algorithms(row),
        checksum_type: attributes_shown::checksum_type(&row.attributes),
        e_tag: Some(e_tag::shown(row.e_tag.text())),
        is_latest: Some(row.is_current()),
        key: Some(encoding.of(&row.key)),
        last_modified: Some(times::shown(row.modified)),
        owner: Some(owner::shown(ctx, &row.attributes.owner)),
        restore_status: None,
        size: Some(row.size() as i64),
        storage_class: Some(dto::ObjectVersionStorageClass::from(class)),
        version_id: Some(row.version_id.clone()),
    }
}

fn marker(ctx: &Context<'_>, row: &ObjectRow, encoding: Encoding) -> dto::DeleteMarkerEntry {
    dto::DeleteMarkerEntry {
        is_latest: Some(row.is_current()),
        key: Some(encoding.of(&row.key)),
        last_modified: Some(times::shown(row.modified)),
        owner: Some(owner::shown(ctx, &row.attributes.owner)),
        version_id: Some(row.version_id.clone()),
    }
}

fn not_empty<T>(rows: Vec<T>) -> Option<Vec<T>> {
    Some(rows).filter(|rows| !rows.is_empty())
}
