//! `GetObjectAttributes`: what is known of an object, as far as it is asked for.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html>

use s3s::dto;

use super::listing;
use super::{encryption, object, times};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{ObjectRow, PartAttributes};
use crate::validation::Rule;

/// See the module.
pub struct GetObjectAttributes;

impl Operation for GetObjectAttributes {
    const NAME: &'static str = "s3:GetObjectAttributes";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectAttributesInput;
    type Response = dto::GetObjectAttributesOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, object) = object::open(ctx, &request.bucket, &request.key, version_id, "GET")?;
        let customer = request.sse_customer_algorithm.as_deref();
        let kept = &object.attributes;
        encryption::check_key(&kept.encryption, customer, request.sse_customer_key_md5.as_deref())?;
        let asks = |name: &str| asked(&request.object_attributes).any(|asked| asked == name);
        let class = kept.storage_class();
        let parts = match asks("ObjectParts") && !kept.parts.is_empty() {
            true => Some(parts(&request, &object)?),
            false => None,
        };
        Ok(dto::GetObjectAttributesOutput {
            checksum: checksum(&object).filter(|_| asks("Checksum")),
            e_tag: asks("ETag").then(|| super::e_tag::shown(object.e_tag.text())),
            last_modified: Some(times::shown(object.modified)),
            object_parts: parts,
            object_size: asks("ObjectSize").then_some(object.size() as i64),
            storage_class: asks("StorageClass").then(|| dto::StorageClass::from(class)),
            version_id: object::shown_version(&bucket, &object),
            ..dto::GetObjectAttributesOutput::default()
        })
    }
}

/// The names that are asked for: several in a header, or each in one of its own.
fn asked(names: &[dto::ObjectAttributes]) -> impl Iterator<Item = &str> {
    names.iter().flat_map(|names| names.as_str().split(',')).map(str::trim)
}

fn checksum(object: &ObjectRow) -> Option<dto::Checksum> {
    let kept = &object.attributes.checksums;
    if kept.is_empty() {
        return None;
    }
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
        super::common_checksums(kept);
    Some(dto::Checksum {
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        checksum_type: super::attributes_shown::checksum_type(&object.attributes),
    })
}

fn parts(
    request: &dto::GetObjectAttributesInput,
    object: &ObjectRow,
) -> Result<dto::GetObjectAttributesParts, ApiError> {
    let max_parts = listing::max_of(request.max_parts, "max-parts")?;
    let marker = request.part_number_marker.unwrap_or_default();
    let all = &object.attributes.parts;
    let behind: Vec<&PartAttributes> = all.iter().filter(|part| part.number > marker).collect();
    let page = &behind[..behind.len().min(max_parts)];
    Ok(dto::GetObjectAttributesParts {
        is_truncated: Some(page.len() < behind.len()),
        max_parts: Some(max_parts as i32),
        next_part_number_marker: Some(page.last().map_or(marker, |part| part.number)),
        part_number_marker: Some(marker),
        parts: Some(page.iter().map(|part| shown(part)).collect()),
        total_parts_count: Some(all.len() as i32),
    })
}

fn shown(part: &PartAttributes) -> dto::ObjectPart {
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
        super::common_checksums(&part.checksums);
    dto::ObjectPart {
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        part_number: Some(part.number),
        size: Some(part.size as i64),
    }
}
