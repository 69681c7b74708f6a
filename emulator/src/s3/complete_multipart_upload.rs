//! `CompleteMultipartUpload`: makes an object of the parts that are named. No content is moved for that.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>

use s3s::dto;

use super::access::Permission;
use super::integrity;
use super::{
    ChecksumAlgorithm, Checksums, bucket, checksum, conditions, e_tag, encryption, errors, multipart, object,
};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::{BucketRow, CompletedUpload, ObjectRow, PartAttributes, PartRow, UploadRow};
use crate::validation::Rule;

/// Bytes of every part but the last, at least.
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

/// See the module.
pub struct CompleteMultipartUpload;

impl Operation for CompleteMultipartUpload {
    const NAME: &'static str = "s3:CompleteMultipartUpload";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::CompleteMultipartUploadInput;
    type Response = CompleteMultipartUploadResponse;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Write)?;
        let named = request.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref());
        let named = named.filter(|parts| !parts.is_empty());
        let Some(upload) = ctx.store.find_upload(&bucket.name, &request.key, &request.upload_id)? else {
            return again(ctx, &bucket, &request);
        };
        let named = named.ok_or_else(errors::malformed_xml)?;
        let current = ctx.store.current_object(&bucket.name, &request.key)?;
        let (if_match, if_none_match) = (request.if_match.as_ref(), request.if_none_match.as_ref());
        conditions::check_write(if_match, if_none_match, current.as_ref(), &request.key)?;
        let stored = ctx.store.parts(&upload.upload_id)?;
        let parts = choose(named, &stored, &upload)?;
        check_sizes(&parts, &request)?;
        let checksums = checksums(&upload, &parts, &request)?;
        let object = finish(ctx, &bucket, upload, &parts, checksums)?;
        Ok(response(&bucket, &object))
    }
}

/// What `CompleteMultipartUpload` answers.
#[derive(Debug)]
pub struct CompleteMultipartUploadResponse {
    /// The answer.
    pub output: dto::CompleteMultipartUploadOutput,
    /// All checksums, also those that the answer has no place for.
    pub checksums: Checksums,
}

/// An upload that was completed answers again as it did.
fn again(
    ctx: &Context<'_>,
    bucket: &BucketRow,
    request: &dto::CompleteMultipartUploadInput,
) -> Result<CompleteMultipartUploadResponse, ApiError> {
    let completed = ctx.store.completed_upload(&request.upload_id)?;
    let same = completed.filter(|done| done.bucket == bucket.name && done.key == request.key);
    let object = match same {
        Some(done) => ctx.store.object_version(&bucket.name, &done.key, &done.version_id)?,
        None => None,
    };
    match object {
        Some(object) => Ok(response(bucket, &object)),
        None => Err(errors::no_such_upload(&request.upload_id)),
    }
}

/// The parts that are named, in ascending order and as they were uploaded.
fn choose<'a>(
    named: &[dto::CompletedPart],
    stored: &'a [PartRow],
    upload: &UploadRow,
) -> Result<Vec<&'a PartRow>, ApiError> {
    let mut chosen: Vec<&PartRow> = Vec::with_capacity(named.len());
    for (at, part) in named.iter().enumerate() {
        let number = part.part_number.ok_or_else(errors::malformed_xml)?;
        // A part that is named twice in a row is the one that was named last.
        if named.get(at + 1).is_some_and(|next| next.part_number == Some(number)) {
            continue;
        }
        if chosen.last().is_some_and(|last| last.number >= number) {
            let message = "The list of parts was not in ascending order. The parts list must be specified in order \
                           by part number.";
            let error = ApiError::new(ErrorCode::InvalidPartOrder, message);
            return Err(error.with("UploadId", upload.upload_id.as_str()));
        }
        let e_tag = part.e_tag.as_ref().map(dto::ETag::value).unwrap_or_default();
        let found = stored.binary_search_by_key(&number, |row| row.number).ok().map(|at| &stored[at]);
        let found = found.filter(|row| row.e_tag == e_tag && checksums_agree(part, row));
        chosen.push(found.ok_or_else(|| {
            let message = "One or more of the specified parts could not be found.  The part may not have been \
                           uploaded, or the specified entity tag may not match the part's entity tag.";
            let error = ApiError::new(ErrorCode::InvalidPart, message);
            let error = error.with("UploadId", upload.upload_id.as_str());
            error.with("PartNumber", number.to_string()).with("ETag", e_tag)
        })?);
    }
    Ok(chosen)
}

fn checksums_agree(named: &dto::CompletedPart, row: &PartRow) -> bool {
    let given = [
        (ChecksumAlgorithm::Crc32, &named.checksum_crc32),
        (ChecksumAlgorithm::Crc32c, &named.checksum_crc32c),
        (ChecksumAlgorithm::Crc64Nvme, &named.checksum_crc64nvme),
        (ChecksumAlgorithm::Sha1, &named.checksum_sha1),
        (ChecksumAlgorithm::Sha256, &named.checksum_sha256),
    ];
    given.into_iter().all(|(algorithm, given)| {
        given.is_none() || row.checksums.get(algorithm.name()).is_none_or(|kept| Some(kept) == given.as_ref())
    })
}

fn check_sizes(parts: &[&PartRow], request: &dto::CompleteMultipartUploadInput) -> Result<(), ApiError> {
    let but_last = &parts[..parts.len() - 1];
    if let Some(small) = but_last.iter().find(|part| part.body.size < PART_BYTES_MIN) {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        let error = ApiError::new(ErrorCode::EntityTooSmall, message);
        let error = error.with("ProposedSize", small.body.size.to_string());
        let error = error.with("MinSizeAllowed", PART_BYTES_MIN.to_string());
        return Err(error.with("PartNumber", small.number.to_string()).with("ETag", small.e_tag.as_str()));
    }
    let size: u64 = parts.iter().map(|part| part.body.size).sum();
    if request.mpu_object_size.is_some_and(|expected| expected != size as i64) {
        let message = "The provided 'x-amz-mp-object-size' header value does not match what was computed.";
        return Err(errors::invalid_request(message));
    }
    Ok(())
}

/// The checksum of the whole object, by the upload's algorithm, and as the request says it is.
fn checksums(
    upload: &UploadRow,
    parts: &[&PartRow],
    request: &dto::CompleteMultipartUploadInput,
) -> Result<Checksums, ApiError> {
    let given = [
        (ChecksumAlgorithm::Crc32, &request.checksum_crc32),
        (ChecksumAlgorithm::Crc32c, &request.checksum_crc32c),
        (ChecksumAlgorithm::Crc64Nvme, &request.checksum_crc64nvme),
        (ChecksumAlgorithm::Sha1, &request.checksum_sha1),
        (ChecksumAlgorithm::Sha256, &request.checksum_sha256),
    ];
    let given = given.into_iter().find_map(|(algorithm, given)| Some((algorithm, given.as_deref()?)));
    let algorithm = multipart::algorithm(upload).or(given.map(|(algorithm, _)| algorithm));
    let Some(algorithm) = algorithm else { return Ok(Checksums::new()) };
    let name = algorithm.name();
    let of_parts: Option<Vec<(&str, u64)>> =
        parts.iter().map(|part| Some((part.checksums.get(name)?.as_str(), part.body.size))).collect();
    let whole = of_parts.and_then(|parts| match upload.attributes.checksum_composite {
        true => checksum::composite(algorithm, parts.into_iter().map(|(sum, _)| sum)),
        false => checksum::of_whole(algorithm, parts),
    });
    if let Some((of_request, given)) = given {
        let form = given.split_once('-').map_or(given, |(sum, _)| sum);
        integrity::check_form(of_request.name(), form)?;
        let full_form =
            |whole: &str| whole == given || whole.split_once('-').is_some_and(|(sum, _)| sum == given);
        if !whole.as_deref().is_some_and(full_form) {
            let message =
                format!("The {} you specified did not match the calculated checksum.", of_request.name());
            return Err(ApiError::new(ErrorCode::BadDigest, message));
        }
    }
    Ok(whole.map(|whole| (name.to_owned(), whole)).into_iter().collect())
}

fn finish(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    upload: UploadRow,
    parts: &[&PartRow],
    checksums: Checksums,
) -> Result<ObjectRow, ApiError> {
    let bodies: Vec<_> = parts.iter().map(|part| part.body.clone()).collect();
    let unused: Vec<_> = ctx.store.parts(&upload.upload_id)?.into_iter().collect();
    for part in unused.iter().filter(|part| parts.iter().all(|used| used.number != part.number)) {
        ctx.store.release_body(&part.body)?;
    }
    let body = ctx.store.join_bodies(&bodies)?;
    let e_tag = e_tag::of_parts(parts.iter().map(|part| part.e_tag.as_str()));
    ctx.store.delete_upload(&bucket.name, &upload)?;
    let UploadRow { key, upload_id, mut attributes, .. } = upload;
    let kept = |part: &&PartRow| PartAttributes {
        number: part.number,
        size: part.body.size,
        checksums: part.checksums.clone(),
    };
    attributes.parts = parts.iter().map(kept).collect();
    attributes.checksums = checksums;
    let event = "ObjectCreated:CompleteMultipartUpload";
    let object = object::put(ctx, bucket, key, (body, e_tag), attributes, event)?;
    let completed = CompletedUpload {
        bucket: bucket.name.clone(),
        key: object.key.clone(),
        version_id: object.version_id.clone(),
    };
    ctx.store.insert_completed_upload(&upload_id, &completed)?;
    Ok(object)
}

fn response(bucket: &BucketRow, object: &ObjectRow) -> CompleteMultipartUploadResponse {
    let encrypted = &object.attributes.encryption;
    let checksums = object.attributes.checksums.clone();
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
        super::common_checksums(&checksums);
    let output = dto::CompleteMultipartUploadOutput {
        bucket: Some(bucket.name.clone()),
        bucket_key_enabled: encrypted.bucket_key_enabled,
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        checksum_type: super::attributes_shown::checksum_type(&object.attributes),
        e_tag: Some(e_tag::shown(object.e_tag.text())),
        key: Some(object.key.clone()),
        location: Some(format!("/{}/{}", bucket.name, object.key)),
        ssekms_key_id: encrypted.kms_key_id.clone(),
        server_side_encryption: encryption::shown(encrypted),
        version_id: object::new_version(bucket, object),
        ..dto::CompleteMultipartUploadOutput::default()
    };
    CompleteMultipartUploadResponse { output, checksums }
}
