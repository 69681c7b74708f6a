//! `UploadPart`: one part of an object, in place of any other of its number.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>

use s3s::dto;

use super::integrity::Integrity;
use super::{Checksums, Content, e_tag, encryption, errors, multipart, put_object};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{PartRow, UploadRow};
use crate::validation::Rule;

/// See the module.
pub struct UploadPart;

impl Operation for UploadPart {
    const NAME: &'static str = "s3:UploadPart";
    const RULES: &'static [Rule<UploadPartRequest>] = &[];
    type Request = UploadPartRequest;
    type Response = UploadPartResponse;

    fn call(ctx: &mut Context<'_>, request: UploadPartRequest) -> Result<UploadPartResponse, ApiError> {
        let UploadPartRequest { input, content, integrity } = request;
        let (_, upload) = multipart::find(ctx, &input.bucket, &input.key, &input.upload_id)?;
        multipart::check_number(input.part_number)?;
        put_object::check_size(content.len())?;
        integrity.check(&content)?;
        check_algorithm(&upload, &integrity)?;
        let e_tag = e_tag::of_digest(content.digest());
        let Content { body, checksums, .. } = content;
        let body = ctx.store.keep_body(body)?;
        let part = PartRow { number: input.part_number, body, e_tag, modified: ctx.now, checksums };
        put_part(ctx, &upload, &part)?;
        let encrypted = &upload.attributes.encryption;
        let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
            super::common_checksums(&part.checksums);
        let output = dto::UploadPartOutput {
            bucket_key_enabled: encrypted.bucket_key_enabled,
            checksum_crc32,
            checksum_crc32c,
            checksum_crc64nvme,
            checksum_sha1,
            checksum_sha256,
            e_tag: Some(e_tag::shown(&part.e_tag)),
            sse_customer_algorithm: encrypted.customer_algorithm.clone(),
            sse_customer_key_md5: encrypted.customer_key_md5.clone(),
            ssekms_key_id: encrypted.kms_key_id.clone(),
            server_side_encryption: encryption::shown(encrypted),
            request_charged: None,
        };
        Ok(UploadPartResponse { output, checksums: part.checksums })
    }
}

/// What `UploadPart` asks.
#[derive(Debug)]
pub struct UploadPartRequest {
    /// All but the content.
    pub input: dto::UploadPartInput,
    /// The content.
    pub content: Content,
    /// What the content must come to.
    pub integrity: Integrity,
}

/// What `UploadPart` answers.
#[derive(Debug)]
pub struct UploadPartResponse {
    /// The answer.
    pub output: dto::UploadPartOutput,
    /// All checksums, also those that the answer has no place for.
    pub checksums: Checksums,
}

/// Stores a part in place of any other of its number.
pub(super) fn put_part(ctx: &mut Context<'_>, upload: &UploadRow, part: &PartRow) -> Result<(), ApiError> {
    let replaced = ctx.store.find_part(&upload.upload_id, part.number)?;
    ctx.store.upsert_part(&upload.upload_id, part)?;
    if let Some(replaced) = replaced {
        ctx.store.release_body(&replaced.body)?;
    }
    Ok(())
}

/// A part may not bring a checksum of another algorithm than the upload's.
fn check_algorithm(upload: &UploadRow, integrity: &Integrity) -> Result<(), ApiError> {
    let Some(expected) = multipart::algorithm(upload) else { return Ok(()) };
    match integrity.checksums.keys().find(|name| *name != expected.name()) {
        None => Ok(()),
        Some(found) => Err(errors::invalid_request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            expected.name().to_lowercase(),
            found.to_lowercase(),
        ))),
    }
}
