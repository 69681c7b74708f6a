//! `PutObject`: an object in place of any other of its key, or before it where versions are kept.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use s3s::dto;

use super::access::Permission;
use super::integrity::Integrity;
use super::{Checksums, Content, attributes, bucket, conditions, e_tag, encryption, errors, object};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::ETag;
use crate::validation::Rule;

/// Bytes that are put at once, at most; more goes in parts.
pub const CONTENT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// See the module.
pub struct PutObject;

impl Operation for PutObject {
    const NAME: &'static str = "s3:PutObject";
    const RULES: &'static [Rule<PutObjectRequest>] = &[];
    type Request = PutObjectRequest;
    type Response = PutObjectResponse;

    fn call(ctx: &mut Context<'_>, request: PutObjectRequest) -> Result<PutObjectResponse, ApiError> {
        let PutObjectRequest { input, content, integrity, expires, event } = request;
        attributes::check_key(&input.key)?;
        let bucket = bucket::open(ctx, &input.bucket, Permission::Write)?;
        if input.write_offset_bytes.is_some() {
            return Err(errors::not_implemented().with("Header", "x-amz-write-offset-bytes"));
        }
        let current = ctx.store.current_object(&bucket.name, &input.key)?;
        let (if_match, if_none_match) = (input.if_match.as_ref(), input.if_none_match.as_ref());
        conditions::check_write(if_match, if_none_match, current.as_ref(), &input.key)?;
        let mut attributes = attributes::of_put(ctx, &bucket, &input, expires)?;
        check_size(content.len())?;
        integrity.check(&content)?;
        let known = if ctx.store.holds_bodies() { content.md5 } else { Some(content.digest()) };
        let Content { body, checksums, .. } = content;
        attributes.checksums = checksums;
        let body = ctx.store.keep_body(body)?;
        let known = known.map(|digest| ETag::Known(e_tag::of_digest(digest)));
        let e_tag = known.or_else(|| ctx.store.e_tag_of_held(&body));
        let e_tag = e_tag.expect("content that is not held is digested");
        let stored = object::put(ctx, &bucket, input.key, (body, e_tag), attributes, &event)?;
        let encrypted = &stored.attributes.encryption;
        let checksums = stored.attributes.checksums.clone();
        let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
            super::common_checksums(&checksums);
        let full = dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT);
        Ok(PutObjectResponse {
            output: dto::PutObjectOutput {
                bucket_key_enabled: encrypted.bucket_key_enabled,
                checksum_crc32,
                checksum_crc32c,
                checksum_crc64nvme,
                checksum_sha1,
                checksum_sha256,
                checksum_type: (!checksums.is_empty()).then_some(full),
                e_tag: stored.e_tag.known().map(e_tag::shown),
                sse_customer_algorithm: encrypted.customer_algorithm.clone(),
                sse_customer_key_md5: encrypted.customer_key_md5.clone(),
                ssekms_key_id: encrypted.kms_key_id.clone(),
                server_side_encryption: encryption::shown(encrypted),
                version_id: object::new_version(&bucket, &stored),
                ..dto::PutObjectOutput::default()
            },
            checksums,
        })
    }
}

/// What `PutObject` asks.
#[derive(Debug)]
pub struct PutObjectRequest {
    /// All but the content.
    pub input: dto::PutObjectInput,
    /// The content.
    pub content: Content,
    /// What the content must come to.
    pub integrity: Integrity,
    /// The `Expires` header, as it came.
    pub expires: Option<String>,
    /// What is told to those who are told of new objects.
    pub event: String,
}

impl PutObjectRequest {
    /// Puts an object with nothing but content.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, content: impl Into<Content>) -> Self {
        let input = dto::PutObjectInput { bucket: bucket.into(), key: key.into(), ..Default::default() };
        let event = "ObjectCreated:Put".to_owned();
        Self { input, content: content.into(), integrity: Integrity::default(), expires: None, event }
    }
}

/// What `PutObject` answers.
#[derive(Debug)]
pub struct PutObjectResponse {
    /// The answer.
    pub output: dto::PutObjectOutput,
    /// All checksums, also those that the answer has no place for.
    pub checksums: Checksums,
}

pub(super) fn check_size(size: u64) -> Result<(), ApiError> {
    if size <= CONTENT_BYTES_MAX {
        return Ok(());
    }
    let message = "Your proposed upload exceeds the maximum allowed size";
    let error = ApiError::new(ErrorCode::EntityTooLarge, message).with("ProposedSize", size.to_string());
    Err(error.with("MaxSizeAllowed", CONTENT_BYTES_MAX.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::{CreateBucket, input};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateBucket>(NOW, input::create_bucket("lake")).unwrap();
        emulator
    }

    #[test]
    fn conditional_put_succeeds_once() {
        let emulator = emulator();
        let put = |condition: &str| {
            let mut request = PutObjectRequest::new("lake", "key", "body");
            request.input.if_none_match =
                Some(dto::ETagCondition::parse_http_header(condition.as_bytes()).unwrap());
            emulator.call::<PutObject>(NOW, request)
        };
        let e_tag = put("*").unwrap().output.e_tag.unwrap();
        assert_eq!(e_tag.value(), "841a2d689ad86bd1611447453c22c6fc");
        assert_eq!(put("*").unwrap_err().code, ErrorCode::PreconditionFailed);
        assert_eq!(put("\"x\"").unwrap_err().code, ErrorCode::NotImplemented);
    }

    #[test]
    fn undigested_content_has_its_e_tag_when_somebody_asks() {
        let folder = tempfile::tempdir().unwrap();
        let place = Storage::Directory(folder.path().to_owned());
        let on_disk = Emulator::open(place, Identity::default()).unwrap();
        on_disk.call::<CreateBucket>(NOW, input::create_bucket("lake")).unwrap();
        for (emulator, answered) in [(emulator(), false), (on_disk, true)] {
            let body = bytes::Bytes::from(vec![b'x'; 20_000]);
            let request = PutObjectRequest::new(
                "lake",
                "key",
                Content::undigested(vec![body.slice(..5), body.slice(5..)]),
            );
            let put = emulator.call::<PutObject>(NOW, request).unwrap().output;
            assert_eq!(put.e_tag.is_some(), answered);
            let digested = PutObjectRequest::new("lake", "other", body);
            let expected = emulator.call::<PutObject>(NOW, digested).unwrap().output.e_tag;
            assert!(expected.is_some());
            let listed =
                emulator.call::<crate::s3::ListObjectsV2>(NOW, input::list_objects("lake", "")).unwrap();
            let e_tags = listed.contents.unwrap().into_iter().map(|object| object.e_tag);
            assert!(e_tags.into_iter().all(|e_tag| e_tag == expected));
        }
    }

    #[test]
    fn bucket_must_be_there_and_key_short_enough() {
        let refusal = |bucket: &str, key: String| {
            let request = PutObjectRequest::new(bucket, key, "");
            emulator().call::<PutObject>(NOW, request).unwrap_err().code
        };
        assert_eq!(refusal("nowhere", "k".to_owned()), ErrorCode::NoSuchBucket);
        assert_eq!(refusal("lake", "k".repeat(1025)), ErrorCode::KeyTooLongError);
    }
}
