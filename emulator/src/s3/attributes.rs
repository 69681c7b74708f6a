//! What a request says of an object beside its content, checked and made what is kept.

use std::collections::BTreeMap;

use s3s::dto;

use super::acl::{self, Asked};
use super::acl_operations::grants;
use super::{Caller, encryption, errors, locks, tags};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::{BucketRow, ObjectAttributes};

const CONTENT_TYPE_DEFAULT: &str = "binary/octet-stream";
/// Bytes of all names and values of user metadata together.
const METADATA_BYTES_MAX: usize = 2048;
/// Those that an object can be put into.
const STORAGE_CLASSES: [&str; 9] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
    "EXPRESS_ONEZONE",
];

/// The attributes of a new object.
pub(super) fn of_put(
    ctx: &Context<'_>,
    bucket: &BucketRow,
    input: &dto::PutObjectInput,
    expires: Option<String>,
) -> Result<ObjectAttributes, ApiError> {
    let owner = match ctx.caller {
        Caller::Anonymous => bucket.owner.as_str(),
        caller => caller.owner(),
    };
    let asked = Asked {
        canned: input.acl.as_ref().map(dto::ObjectCannedACL::as_str),
        headers: grants([
            ("FULL_CONTROL", &input.grant_full_control),
            ("READ", &input.grant_read),
            ("READ_ACP", &input.grant_read_acp),
            ("WRITE_ACP", &input.grant_write_acp),
        ]),
        policy: None,
    };
    Ok(ObjectAttributes {
        content_type: Some(input.content_type.clone().unwrap_or_else(|| CONTENT_TYPE_DEFAULT.to_owned())),
        content_encoding: input.content_encoding.clone(),
        content_language: input.content_language.clone(),
        content_disposition: input.content_disposition.clone(),
        cache_control: input.cache_control.clone(),
        expires,
        website_redirect_location: redirect(input.website_redirect_location.as_deref())?,
        storage_class: storage_class(input.storage_class.as_ref())?,
        user_metadata: metadata(input.metadata.as_ref())?,
        encryption: encryption::of_put(ctx, bucket, input)?,
        tags: input.tagging.as_deref().map(tags::of_header).transpose()?.unwrap_or_default(),
        retention: locks::retention_of_headers(
            bucket,
            input.object_lock_mode.as_ref(),
            input.object_lock_retain_until_date.as_ref(),
            ctx.now,
        )?,
        legal_hold: locks::hold_of_header(bucket, input.object_lock_legal_hold_status.as_ref())?,
        acl: acl::read(ctx, &asked, owner, bucket)?,
        ..ObjectAttributes::default()
    })
}

/// The storage class that is kept: none for the usual one.
pub(super) fn storage_class(asked: Option<&dto::StorageClass>) -> Result<Option<String>, ApiError> {
    match asked.map(dto::StorageClass::as_str) {
        None | Some("STANDARD") => Ok(None),
        Some(class) if STORAGE_CLASSES.contains(&class) => Ok(Some(class.to_owned())),
        Some(class) => {
            let message = "The storage class you specified is not valid";
            Err(ApiError::new(ErrorCode::InvalidStorageClass, message).with("StorageClassRequested", class))
        }
    }
}

fn redirect(location: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(location) = location else { return Ok(None) };
    let is_valid = ["/", "http://", "https://"].iter().any(|start| location.starts_with(start));
    if !is_valid {
        let message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.";
        return Err(ApiError::new(ErrorCode::InvalidRedirectLocation, message));
    }
    Ok(Some(location.to_owned()))
}

fn metadata(asked: Option<&dto::Metadata>) -> Result<BTreeMap<String, String>, ApiError> {
    let metadata: BTreeMap<String, String> =
        asked.into_iter().flatten().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    let bytes: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > METADATA_BYTES_MAX {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        let error = ApiError::new(ErrorCode::MetadataTooLarge, message);
        return Err(error
            .with("Size", bytes.to_string())
            .with("MaxSizeAllowed", METADATA_BYTES_MAX.to_string()));
    }
    Ok(metadata)
}

/// What an upload in parts says of its object is what a put says.
pub(super) fn put_of_upload(input: dto::CreateMultipartUploadInput) -> dto::PutObjectInput {
    dto::PutObjectInput {
        acl: input.acl,
        bucket: input.bucket,
        bucket_key_enabled: input.bucket_key_enabled,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        grant_full_control: input.grant_full_control,
        grant_read: input.grant_read,
        grant_read_acp: input.grant_read_acp,
        grant_write_acp: input.grant_write_acp,
        key: input.key,
        metadata: input.metadata,
        object_lock_legal_hold_status: input.object_lock_legal_hold_status,
        object_lock_mode: input.object_lock_mode,
        object_lock_retain_until_date: input.object_lock_retain_until_date,
        sse_customer_algorithm: input.sse_customer_algorithm,
        sse_customer_key: input.sse_customer_key,
        sse_customer_key_md5: input.sse_customer_key_md5,
        ssekms_encryption_context: input.ssekms_encryption_context,
        ssekms_key_id: input.ssekms_key_id,
        server_side_encryption: input.server_side_encryption,
        storage_class: input.storage_class,
        tagging: input.tagging,
        website_redirect_location: input.website_redirect_location,
        ..dto::PutObjectInput::default()
    }
}

/// What a copy says of its object is what a put says.
pub(super) fn put_of_copy(input: &dto::CopyObjectInput) -> dto::PutObjectInput {
    let input = input.clone();
    dto::PutObjectInput {
        acl: input.acl,
        bucket: input.bucket,
        bucket_key_enabled: input.bucket_key_enabled,
        cache_control: input.cache_control,
        content_disposition: input.content_disposition,
        content_encoding: input.content_encoding,
        content_language: input.content_language,
        content_type: input.content_type,
        grant_full_control: input.grant_full_control,
        grant_read: input.grant_read,
        grant_read_acp: input.grant_read_acp,
        grant_write_acp: input.grant_write_acp,
        key: input.key,
        metadata: input.metadata,
        object_lock_legal_hold_status: input.object_lock_legal_hold_status,
        object_lock_mode: input.object_lock_mode,
        object_lock_retain_until_date: input.object_lock_retain_until_date,
        sse_customer_algorithm: input.sse_customer_algorithm,
        sse_customer_key: input.sse_customer_key,
        sse_customer_key_md5: input.sse_customer_key_md5,
        ssekms_encryption_context: input.ssekms_encryption_context,
        ssekms_key_id: input.ssekms_key_id,
        server_side_encryption: input.server_side_encryption,
        storage_class: input.storage_class,
        tagging: input.tagging,
        website_redirect_location: input.website_redirect_location,
        ..dto::PutObjectInput::default()
    }
}

/// Refuses a key that no object can have.
pub(super) fn check_key(key: &str) -> Result<(), ApiError> {
    super::object_key::check(key)?;
    // Text that XML cannot carry would make every listing unreadable.
    if key.contains('\0') {
        return Err(errors::invalid_argument("Object keys must not contain the character U+0000"));
    }
    Ok(())
}
