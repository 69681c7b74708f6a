//! `CopyObject`: a new object with the content of another, and its attributes or others.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>

use s3s::dto;

use super::access::Permission;
use super::copy_source::{CopySource, Digest, Found};
use super::documents::{self, EncryptionKind};
use super::{
    ChecksumAlgorithm, Checksums, attributes, bucket, conditions, e_tag, encryption, errors, object,
    put_object, tags, times,
};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{BucketRow, ObjectAttributes};
use crate::validation::Rule;

/// See the module.
pub struct CopyObject;

impl Operation for CopyObject {
    const NAME: &'static str = "s3:CopyObject";
    const RULES: &'static [Rule<CopyObjectRequest>] = &[];
    type Request = CopyObjectRequest;
    type Response = CopyObjectResponse;

    fn call(ctx: &mut Context<'_>, request: CopyObjectRequest) -> Result<CopyObjectResponse, ApiError> {
        let CopyObjectRequest { input, expires, digest, if_match, if_none_match } = request;
        attributes::check_key(&input.key)?;
        let bucket = bucket::open(ctx, &input.bucket, Permission::Write)?;
        let current = ctx.store.current_object(&bucket.name, &input.key)?;
        conditions::check_write(if_match.as_ref(), if_none_match.as_ref(), current.as_ref(), &input.key)?;
        let found = source(&input).find(ctx)?;
        put_object::check_size(found.range.end)?;
        refuse_to_itself(ctx, &input, &bucket, &found)?;
        let mut attributes = new_attributes(ctx, &bucket, &input, &found, expires)?;
        let algorithm = algorithm(&input)?;
        let (e_tag, checksums) = contents(ctx, &found, digest, algorithm)?;
        attributes.checksums = checksums;
        let body = ctx.store.share_body(found.body(), found.range.clone())?;
        let event = "ObjectCreated:Copy";
        let stored = object::put(ctx, &bucket, input.key, (body, e_tag), attributes, event)?;
        let encrypted = &stored.attributes.encryption;
        let checksums = stored.attributes.checksums.clone();
        let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
            super::common_checksums(&checksums);
        let full = dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT);
        let result = dto::CopyObjectResult {
            checksum_crc32,
            checksum_crc32c,
            checksum_crc64nvme,
            checksum_sha1,
            checksum_sha256,
            checksum_type: (!checksums.is_empty()).then_some(full),
            e_tag: Some(e_tag::shown(stored.e_tag.text())),
            last_modified: Some(times::shown(stored.modified)),
        };
        Ok(CopyObjectResponse {
            bucket_key_enabled: encrypted.bucket_key_enabled,
            copy_object_result: Some(result),
            copy_source_version_id: object::shown_version(&found.bucket, &found.object),
            sse_customer_algorithm: encrypted.customer_algorithm.clone(),
            sse_customer_key_md5: encrypted.customer_key_md5.clone(),
            ssekms_key_id: encrypted.kms_key_id.clone(),
            server_side_encryption: encryption::shown(encrypted),
            version_id: object::new_version(&bucket, &stored),
            ..dto::CopyObjectOutput::default()
        })
    }
}

/// What `CopyObject` asks.
#[derive(Debug)]
pub struct CopyObjectRequest {
    /// The request.
    pub input: dto::CopyObjectInput,
    /// The `Expires` header, as it came.
    pub expires: Option<String>,
    /// What the content comes to, where that was found out before.
    pub digest: Option<Digest>,
    /// The ETag that the object it replaces must have.
    pub if_match: Option<dto::ETagCondition>,
    /// Whether there must be none.
    pub if_none_match: Option<dto::ETagCondition>,
}

/// What `CopyObject` answers.
pub type CopyObjectResponse = dto::CopyObjectOutput;

/// What a request copies.
pub fn source(input: &dto::CopyObjectInput) -> CopySource {
    CopySource {
        source: input.copy_source.clone(),
        range: None,
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
}

/// The algorithm that a copy asks a checksum by.
pub(super) fn algorithm(input: &dto::CopyObjectInput) -> Result<Option<ChecksumAlgorithm>, ApiError> {
    let Some(asked) = &input.checksum_algorithm else { return Ok(None) };
    match ChecksumAlgorithm::named(asked.as_str()) {
        Some(algorithm) => Ok(Some(algorithm)),
        None => Err(errors::invalid_request("Checksum algorithm provided is unsupported.")),
    }
}

fn refuse_to_itself(
    ctx: &Context<'_>,
    input: &dto::CopyObjectInput,
    bucket: &BucketRow,
    found: &Found,
) -> Result<(), ApiError> {
    let same = found.bucket.name == bucket.name && found.object.key == input.key && found.object.is_current();
    let changes = is_replaced(&input.metadata_directive.as_ref().map(dto::MetadataDirective::as_str))
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || input.server_side_encryption.is_some()
        || input.sse_customer_algorithm.is_some()
        || input.checksum_algorithm.is_some()
        || documents::find::<EncryptionKind>(ctx, &bucket.name)?.is_some();
    if same && !changes && !names_version(input) {
        let message = "This copy request is illegal because it is trying to copy an object to itself without \
                       changing the object's metadata, storage class, website redirect location or encryption \
                       attributes.";
        return Err(errors::invalid_request(message));
    }
    Ok(())
}

/// Whether the source is named with its version: an old one may come to be the current one again.
fn names_version(input: &dto::CopyObjectInput) -> bool {
    matches!(&input.copy_source, dto::CopySource::Bucket { version_id: Some(_), .. })
}

fn is_replaced(directive: &Option<&str>) -> bool {
    *directive == Some("REPLACE")
}

/// The attributes of the copy: those of the source but for what belongs to a version, or what the request says.
fn new_attributes(
    ctx: &Context<'_>,
    bucket: &BucketRow,
    input: &dto::CopyObjectInput,
    found: &Found,
    expires: Option<String>,
) -> Result<ObjectAttributes, ApiError> {
    let asked = attributes::of_put(ctx, bucket, &attributes::put_of_copy(input), expires)?;
    let kept = &found.object.attributes;
    let metadata = input.metadata_directive.as_ref().map(dto::MetadataDirective::as_str);
    let tagging = input.tagging_directive.as_ref().map(dto::TaggingDirective::as_str);
    for (directive, name) in [(metadata, "metadata"), (tagging, "tagging")] {
        if directive.is_some_and(|directive| !["COPY", "REPLACE"].contains(&directive)) {
            return Err(errors::invalid_argument(format!("Unknown {name} directive.")));
        }
    }
    let tags = match is_replaced(&tagging) {
        true => input.tagging.as_deref().map(tags::of_header).transpose()?.unwrap_or_default(),
        false => kept.tags.clone(),
    };
    if is_replaced(&metadata) {
        return Ok(ObjectAttributes { tags, ..asked });
    }
    Ok(ObjectAttributes {
        content_type: kept.content_type.clone(),
        content_encoding: kept.content_encoding.clone(),
        content_language: kept.content_language.clone(),
        content_disposition: kept.content_disposition.clone(),
        cache_control: kept.cache_control.clone(),
        expires: kept.expires.clone(),
        user_metadata: kept.user_metadata.clone(),
        tags,
        ..asked
    })
}

/// ETag and checksums of the copy, which is never in parts.
fn contents(
    ctx: &Context<'_>,
    found: &Found,
    digest: Option<Digest>,
    asked: Option<ChecksumAlgorithm>,
) -> Result<(String, Checksums), ApiError> {
    let kept = &found.object.attributes;
    let wanted = match asked {
        Some(algorithm) => vec![algorithm],
        None => kept.checksums.keys().filter_map(|name| ChecksumAlgorithm::named(name)).collect(),
    };
    let known =
        kept.parts.is_empty() && wanted.iter().all(|algorithm| kept.checksums.contains_key(algorithm.name()));
    if known {
        let mut checksums = kept.checksums.clone();
        checksums.retain(|name, _| wanted.iter().any(|algorithm| algorithm.name() == name));
        return Ok((found.object.e_tag.text().to_owned(), checksums));
    }
    let digest = digest.filter(|digest| {
        wanted.iter().all(|algorithm| digest.hashed.checksums.contains_key(algorithm.name()))
    });
    let mut hashed = found.hashed(ctx, digest, &wanted)?;
    hashed.checksums.retain(|name, _| wanted.iter().any(|algorithm| algorithm.name() == name));
    Ok((e_tag::of_digest(hashed.md5), hashed.checksums))
}
