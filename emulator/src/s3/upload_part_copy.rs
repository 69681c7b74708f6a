//! `UploadPartCopy`: a part with the content of an object that is there, or of a range of it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>

use s3s::dto;

use super::copy_source::{CopySource, Digest};
use super::{e_tag, encryption, multipart, object, put_object, times, upload_part};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::PartRow;
use crate::validation::Rule;

/// See the module.
pub struct UploadPartCopy;

impl Operation for UploadPartCopy {
    const NAME: &'static str = "s3:UploadPartCopy";
    const RULES: &'static [Rule<Self::Request>] = &[];
    /// The request, and what the content comes to where that was found out before.
    type Request = (dto::UploadPartCopyInput, Option<Digest>);
    type Response = dto::UploadPartCopyOutput;

    fn call(ctx: &mut Context<'_>, (input, digest): Self::Request) -> Result<Self::Response, ApiError> {
        let (_, upload) = multipart::find(ctx, &input.bucket, &input.key, &input.upload_id)?;
        multipart::check_number(input.part_number)?;
        let found = source(&input).find(ctx)?;
        put_object::check_size(found.range.end - found.range.start)?;
        let algorithms: Vec<_> = multipart::algorithm(&upload).into_iter().collect();
        let digest = digest.filter(|digest| {
            algorithms.iter().all(|algorithm| digest.hashed.checksums.contains_key(algorithm.name()))
        });
        let mut hashed = found.hashed(ctx, digest, &algorithms)?;
        hashed.checksums.retain(|name, _| algorithms.iter().any(|algorithm| algorithm.name() == name));
        let body = ctx.store.share_body(found.body(), found.range.clone())?;
        let part = PartRow {
            number: input.part_number,
            body,
            e_tag: e_tag::of_digest(hashed.md5),
            modified: ctx.now,
            checksums: hashed.checksums,
        };
        upload_part::put_part(ctx, &upload, &part)?;
        let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
            super::common_checksums(&part.checksums);
        let encrypted = &upload.attributes.encryption;
        Ok(dto::UploadPartCopyOutput {
            copy_part_result: Some(dto::CopyPartResult {
                checksum_crc32,
                checksum_crc32c,
                checksum_crc64nvme,
                checksum_sha1,
                checksum_sha256,
                e_tag: Some(e_tag::shown(&part.e_tag)),
                last_modified: Some(times::shown(part.modified)),
            }),
            copy_source_version_id: object::shown_version(&found.bucket, &found.object),
            server_side_encryption: encryption::shown(encrypted),
            ssekms_key_id: encrypted.kms_key_id.clone(),
            ..dto::UploadPartCopyOutput::default()
        })
    }
}

/// What a request copies.
pub fn source(input: &dto::UploadPartCopyInput) -> CopySource {
    CopySource {
        source: input.copy_source.clone(),
        range: input.copy_source_range.clone(),
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
}
