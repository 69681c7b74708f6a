//! An object's attributes as answers have them.

use s3s::dto;

use super::checksum::Checksums;
use super::{e_tag, encryption, object, times};
use crate::operation::Context;
use crate::store::{BucketRow, ObjectAttributes, ObjectRow};

/// All that `GetObject` and `HeadObject` say of an object, but for ranges and checksums.
pub(super) fn output(ctx: &Context<'_>, bucket: &BucketRow, row: &ObjectRow) -> dto::GetObjectOutput {
    let kept = &row.attributes;
    let metadata = kept.user_metadata.iter().map(|(name, value)| (name.clone(), value.clone()));
    let retention = kept.retention.as_ref();
    let hold = |on: bool| dto::ObjectLockLegalHoldStatus::from_static(if on { "ON" } else { "OFF" });
    dto::GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        bucket_key_enabled: kept.encryption.bucket_key_enabled,
        cache_control: kept.cache_control.clone(),
        content_disposition: kept.content_disposition.clone(),
        content_encoding: kept.content_encoding.clone(),
        content_language: kept.content_language.clone(),
        content_type: kept.content_type.clone(),
        e_tag: Some(e_tag::shown(row.e_tag.text())),
        last_modified: Some(times::shown(row.modified)),
        metadata: Some(metadata.collect()),
        object_lock_legal_hold_status: kept.legal_hold.map(hold),
        object_lock_mode: retention.map(|retention| dto::ObjectLockMode::from(retention.mode.clone())),
        object_lock_retain_until_date: retention.map(|retention| times::shown(retention.until)),
        restore: restore(ctx, row),
        sse_customer_algorithm: kept.encryption.customer_algorithm.clone(),
        sse_customer_key_md5: kept.encryption.customer_key_md5.clone(),
        ssekms_key_id: kept.encryption.kms_key_id.clone(),
        server_side_encryption: encryption::shown(&kept.encryption),
        storage_class: kept.storage_class.clone().map(Into::into),
        tag_count: (!kept.tags.is_empty()).then_some(kept.tags.len() as i32),
        version_id: object::shown_version(bucket, row),
        website_redirect_location: kept.website_redirect_location.clone(),
        ..dto::GetObjectOutput::default()
    }
}

/// Says checksums, and what they are of.
pub(super) fn set_checksums(output: &mut dto::GetObjectOutput, row: &ObjectRow, checksums: &Checksums) {
    [
        output.checksum_crc32,
        output.checksum_crc32c,
        output.checksum_crc64nvme,
        output.checksum_sha1,
        output.checksum_sha256,
    ] = super::common_checksums(checksums);
    if !checksums.is_empty() {
        output.checksum_type = checksum_type(&row.attributes);
    }
}

/// What checksums are of: the whole, or the checksums of parts.
pub(super) fn checksum_type(kept: &ObjectAttributes) -> Option<dto::ChecksumType> {
    let name = match kept.checksum_composite {
        true => dto::ChecksumType::COMPOSITE,
        false => dto::ChecksumType::FULL_OBJECT,
    };
    (!kept.checksums.is_empty()).then(|| dto::ChecksumType::from_static(name))
}

/// Whether an object's content must be asked back before it is read.
pub(super) fn is_archived(row: &ObjectRow) -> bool {
    matches!(row.attributes.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
}

fn restore(ctx: &Context<'_>, row: &ObjectRow) -> Option<String> {
    let until = row.attributes.restored_until.filter(|until| *until > ctx.now)?;
    let date = times::http_date(until);
    Some(format!("ongoing-request=\"false\", expiry-date=\"{date}\""))
}
