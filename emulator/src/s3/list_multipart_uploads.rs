//! `ListMultipartUploads`: the uploads in parts that are under way, by key.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html>

use s3s::dto;

use super::access::Permission;
use super::listing::{self, Encoding, Listed, Query};
use super::{attributes_shown, bucket, multipart, object_key, owner, times};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::UploadRow;
use crate::validation::Rule;

/// See the module.
pub struct ListMultipartUploads;

impl Operation for ListMultipartUploads {
    const NAME: &'static str = "s3:ListMultipartUploads";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListMultipartUploadsInput;
    type Response = dto::ListMultipartUploadsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Read)?;
        let encoding = Encoding::asked(request.encoding_type.as_ref())?;
        let max_uploads = listing::max_of(request.max_uploads, "max-uploads")?;
        let query = Query::of(&request.prefix, &request.delimiter, max_uploads);
        let key_marker = request.key_marker.clone().unwrap_or_default();
        let id_marker = request.upload_id_marker.clone().unwrap_or_default();
        let start = match (key_marker.as_str(), id_marker.as_str()) {
            ("", _) => (String::new(), String::new()),
            // All uploads of the marker's key are behind it.
            (key, "") => (object_key::successor(key), String::new()),
            (key, id) => (key.to_owned(), id.to_owned()),
        };
        let page = listing::page(&query, start, |(key, id): &(String, String), limit| {
            let rows = ctx.store.uploads_after(&request.bucket, (key, id), limit)?;
            Ok(rows.into_iter().map(Upload).collect())
        })?;
        let last = page.rows.last().filter(|_| page.is_truncated && !page.ends_with_prefix).map(|row| &row.0);
        let last_prefix = page.common_prefixes.last().filter(|_| page.is_truncated && page.ends_with_prefix);
        Ok(dto::ListMultipartUploadsOutput {
            common_prefixes: page.shown_prefixes(encoding),
            delimiter: query.delimiter.map(|delimiter| encoding.of(delimiter)),
            encoding_type: encoding.shown(),
            is_truncated: Some(page.is_truncated),
            key_marker: Some(encoding.of(&key_marker)),
            max_uploads: Some(max_uploads as i32),
            next_key_marker: last.map(|row| &row.key).or(last_prefix).map(|key| encoding.of(key)),
            next_upload_id_marker: last.map(|row| row.upload_id.clone()),
            prefix: Some(encoding.of(query.prefix)),
            upload_id_marker: Some(id_marker),
            uploads: (!page.rows.is_empty())
                .then(|| page.rows.iter().map(|row| shown(ctx, &row.0, encoding)).collect()),
            bucket: Some(request.bucket.clone()),
            request_charged: None,
        })
    }
}

/// A row of this listing, whose place is a key and the id before the first that is meant.
struct Upload(UploadRow);

impl Listed for Upload {
    type Place = (String, String);

    fn key(&self) -> &str {
        &self.0.key
    }

    fn after(&self) -> Self::Place {
        (self.0.key.clone(), self.0.upload_id.clone())
    }

    fn first_of(key: String) -> Self::Place {
        (key, String::new())
    }

    fn key_of((key, _): &Self::Place) -> &str {
        key
    }
}

fn shown(ctx: &Context<'_>, upload: &UploadRow, encoding: Encoding) -> dto::MultipartUpload {
    let by = owner::shown(ctx, &upload.attributes.owner);
    let algorithm = multipart::algorithm(upload);
    let class = upload.attributes.storage_class();
    dto::MultipartUpload {
        checksum_algorithm: algorithm.map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: attributes_shown::checksum_type(&upload.attributes),
        initiated: Some(times::shown(upload.initiated)),
        initiator: Some(dto::Initiator { display_name: by.display_name.clone(), id: by.id.clone() }),
        key: Some(encoding.of(&upload.key)),
        owner: Some(by),
        storage_class: Some(dto::StorageClass::from(class)),
        upload_id: Some(upload.upload_id.clone()),
    }
}
