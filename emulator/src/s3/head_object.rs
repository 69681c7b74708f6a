//! `HeadObject`: what `GetObject` says of an object, without its content.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>

use s3s::dto;

use super::{Checksums, get_object};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct HeadObject;

impl Operation for HeadObject {
    const NAME: &'static str = "s3:HeadObject";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::HeadObjectInput;
    type Response = HeadObjectResponse;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let selected = get_object::select(ctx, &get(request), "HEAD")?;
        let kept = selected.object.attributes;
        Ok(HeadObjectResponse {
            output: head(selected.output),
            checksums: selected.checksums,
            expires: kept.expires,
            tag_count: kept.tags.len(),
        })
    }
}

/// What `HeadObject` answers.
#[derive(Debug)]
pub struct HeadObjectResponse {
    /// The answer.
    pub output: dto::HeadObjectOutput,
    /// Checksums, where they were asked for; also those that the answer has no place for.
    pub checksums: Checksums,
    /// The `Expires` header, as it was put.
    pub expires: Option<String>,
    /// How many tags the object has.
    pub tag_count: usize,
}

fn get(input: dto::HeadObjectInput) -> dto::GetObjectInput {
    dto::GetObjectInput {
        bucket: input.bucket,
        checksum_mode: input.checksum_mode,
        expected_bucket_owner: input.expected_bucket_owner,
        if_match: input.if_match,
        if_modified_since: input.if_modified_since,
        if_none_match: input.if_none_match,
        if_unmodified_since: input.if_unmodified_since,
        key: input.key,
        part_number: input.part_number,
        range: input.range,
        request_payer: input.request_payer,
        response_cache_control: input.response_cache_control,
        response_content_disposition: input.response_content_disposition,
        response_content_encoding: input.response_content_encoding,
        response_content_language: input.response_content_language,
        response_content_type: input.response_content_type,
        response_expires: input.response_expires,
        sse_customer_algorithm: input.sse_customer_algorithm,
        sse_customer_key: input.sse_customer_key,
        sse_customer_key_md5: input.sse_customer_key_md5,
        version_id: input.version_id,
    }
}

fn head(output: dto::GetObjectOutput) -> dto::HeadObjectOutput {
    dto::HeadObjectOutput {
        accept_ranges: output.accept_ranges,
        bucket_key_enabled: output.bucket_key_enabled,
        cache_control: output.cache_control,
        checksum_crc32: output.checksum_crc32,
        checksum_crc32c: output.checksum_crc32c,
        checksum_crc64nvme: output.checksum_crc64nvme,
        checksum_sha1: output.checksum_sha1,
        checksum_sha256: output.checksum_sha256,
        checksum_type: output.checksum_type,
        content_disposition: output.content_disposition,
        content_encoding: output.content_encoding,
        content_language: output.content_language,
        content_length: output.content_length,
        content_range: output.content_range,
        content_type: output.content_type,
        delete_marker: output.delete_marker,
        e_tag: output.e_tag,
        expiration: output.expiration,
        expires: output.expires,
        last_modified: output.last_modified,
        metadata: output.metadata,
        missing_meta: output.missing_meta,
        object_lock_legal_hold_status: output.object_lock_legal_hold_status,
        object_lock_mode: output.object_lock_mode,
        object_lock_retain_until_date: output.object_lock_retain_until_date,
        parts_count: output.parts_count,
        replication_status: output.replication_status,
        request_charged: output.request_charged,
        restore: output.restore,
        sse_customer_algorithm: output.sse_customer_algorithm,
        sse_customer_key_md5: output.sse_customer_key_md5,
        ssekms_key_id: output.ssekms_key_id,
        server_side_encryption: output.server_side_encryption,
        storage_class: output.storage_class,
        version_id: output.version_id,
        website_redirect_location: output.website_redirect_location,
        ..dto::HeadObjectOutput::default()
    }
}
