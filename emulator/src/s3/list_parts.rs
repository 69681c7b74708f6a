//! `ListParts`: the parts of an upload that is under way, by number.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html>

use s3s::dto;

use super::listing;
use super::{attributes_shown, e_tag, multipart, owner, times};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::PartRow;
use crate::validation::Rule;

/// See the module.
pub struct ListParts;

impl Operation for ListParts {
    const NAME: &'static str = "s3:ListParts";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListPartsInput;
    type Response = dto::ListPartsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let (_, upload) = multipart::find(ctx, &request.bucket, &request.key, &request.upload_id)?;
        let max_parts = listing::max_of(request.max_parts, "max-parts")?;
        listing::max_of(request.part_number_marker, "part-number-marker")?;
        let marker = request.part_number_marker.unwrap_or_default();
        let mut parts = ctx.store.parts(&upload.upload_id)?;
        parts.retain(|part| part.number > marker);
        let is_truncated = parts.len() > max_parts;
        parts.truncate(max_parts);
        let by = owner::shown(ctx, &upload.attributes.owner);
        let algorithm = multipart::algorithm(&upload);
        let class = upload.attributes.storage_class();
        Ok(dto::ListPartsOutput {
            bucket: Some(request.bucket),
            checksum_algorithm: algorithm
                .map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: attributes_shown::checksum_type(&upload.attributes),
            initiator: Some(dto::Initiator { display_name: by.display_name.clone(), id: by.id.clone() }),
            is_truncated: Some(is_truncated),
            key: Some(request.key),
            max_parts: Some(max_parts as i32),
            next_part_number_marker: Some(parts.last().map_or(marker, |part| part.number)),
            owner: Some(by),
            part_number_marker: Some(marker),
            parts: Some(parts.iter().map(shown).collect()),
            storage_class: Some(dto::StorageClass::from(class)),
            upload_id: Some(upload.upload_id),
            ..dto::ListPartsOutput::default()
        })
    }
}

fn shown(part: &PartRow) -> dto::Part {
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
        super::common_checksums(&part.checksums);
    dto::Part {
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        e_tag: Some(e_tag::shown(&part.e_tag)),
        last_modified: Some(times::shown(part.modified)),
        part_number: Some(part.number),
        size: Some(part.body.size as i64),
    }
}
