//! `GetObject`: an object, a range of it, or one of its parts.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use std::ops::Range;

use bytes::Bytes;
use s3s::dto;

use super::conditions::ReadConditions;
use super::{Caller, Checksums, attributes_shown, encryption, errors, object};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::{BodyReader, ObjectRow, StoreError};
use crate::validation::Rule;

/// See the module.
pub struct GetObject;

impl Operation for GetObject {
    const NAME: &'static str = "s3:GetObject";
    const RULES: &'static [Rule<dto::GetObjectInput>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectInput;
    type Response = GetObjectResponse;

    fn call(ctx: &mut Context<'_>, request: dto::GetObjectInput) -> Result<GetObjectResponse, ApiError> {
        let Selected { object, range, output, checksums } = select(ctx, &request, "GET")?;
        check_not_archived(ctx, &object)?;
        let body = object.body.as_ref().expect("a selected object is no delete marker");
        let content = ctx.store.open_body(body, range)?;
        Ok(GetObjectResponse { output, checksums, expires: object.attributes.expires, content })
    }
}

/// What `GetObject` answers.
#[derive(Debug)]
pub struct GetObjectResponse {
    /// All but the content.
    pub output: dto::GetObjectOutput,
    /// Checksums, where they were asked for; also those that the answer has no place for.
    pub checksums: Checksums,
    /// The `Expires` header, as it was put.
    pub expires: Option<String>,
    /// The content, or the part asked for.
    pub content: BodyReader,
}

impl GetObjectResponse {
    /// All of the content.
    ///
    /// # Errors
    /// `InternalFailure` when a file cannot be read.
    pub fn into_bytes(self) -> Result<Bytes, ApiError> {
        Ok(self.content.read_all().map_err(StoreError::Body)?)
    }
}

/// What a request to read comes to.
pub(super) struct Selected {
    pub object: ObjectRow,
    pub range: Range<u64>,
    pub output: dto::GetObjectOutput,
    pub checksums: Checksums,
}

/// Finds what a request reads, and says it as an answer does.
pub(super) fn select(
    ctx: &Context<'_>,
    request: &dto::GetObjectInput,
    method: &str,
) -> Result<Selected, ApiError> {
    if *ctx.caller == Caller::Anonymous && overrides(request) {
        let message = "Request specific response headers cannot be used for anonymous GET requests.";
        return Err(errors::invalid_request(message));
    }
    let (bucket, object) =
        object::open(ctx, &request.bucket, &request.key, request.version_id.as_deref(), method)?;
    let customer = request.sse_customer_algorithm.as_deref();
    encryption::check_key(&object.attributes.encryption, customer, request.sse_customer_key_md5.as_deref())?;
    let conditions = ReadConditions {
        if_match: request.if_match.as_ref(),
        if_none_match: request.if_none_match.as_ref(),
        if_modified_since: request.if_modified_since.as_ref(),
        if_unmodified_since: request.if_unmodified_since.as_ref(),
    };
    conditions.check_read(&object)?;
    let size = object.size();
    let part = request.part_number.map(|number| part(&object, number)).transpose()?;
    let asked = match (&part, &request.range) {
        (Some(_), Some(_)) => {
            return Err(errors::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            ));
        }
        (Some(part), None) => Some(part.range.clone()),
        (None, Some(range)) => Some(resolve(range, size)?),
        (None, None) => None,
    };
    let mut output = attributes_shown::output(ctx, &bucket, &object);
    if let Some(range) = asked.as_ref().filter(|range| !range.is_empty()) {
        output.content_range = Some(format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    let range = asked.unwrap_or(0..size);
    output.content_length = Some((range.end - range.start) as i64);
    output.parts_count = part.as_ref().and_then(|part| part.count);
    apply_overrides(&mut output, request);
    let wanted = request.checksum_mode.as_ref().is_some_and(|mode| mode.as_str() == "ENABLED");
    let checksums = match part {
        Some(Part { checksums: Some(checksums), .. }) => checksums,
        _ => object.attributes.checksums.clone(),
    };
    // The checksum of the whole says nothing of a part.
    let partial = output.content_range.is_some() && request.part_number.is_none();
    let checksums = if wanted && !partial { checksums } else { Checksums::new() };
    attributes_shown::set_checksums(&mut output, &object, &checksums);
    Ok(Selected { object, range, output, checksums })
}

/// A part of an object that was uploaded in parts.
struct Part {
    range: Range<u64>,
    count: Option<i32>,
    checksums: Option<Checksums>,
}

fn part(object: &ObjectRow, number: i32) -> Result<Part, ApiError> {
    let parts = &object.attributes.parts;
    if parts.is_empty() && number == 1 {
        return Ok(Part { range: 0..object.size(), count: None, checksums: None });
    }
    let mut start = 0;
    for part in parts {
        if part.number == number {
            let count = Some(parts.len() as i32);
            let checksums = Some(part.checksums.clone());
            return Ok(Part { range: start..start + part.size, count, checksums });
        }
        start += part.size;
    }
    let error = ApiError::new(ErrorCode::InvalidPartNumber, "The requested partnumber is not satisfiable");
    let error = error.with("PartNumberRequested", number.to_string());
    Err(error.with("ActualPartCount", parts.len().max(1).to_string()))
}

/// What a range comes to on an object of this size.
fn resolve(range: &dto::Range, size: u64) -> Result<Range<u64>, ApiError> {
    let unsatisfiable = || errors::invalid_range(&range.to_header_string(), size);
    match *range {
        dto::Range::Int { first, .. } if first >= size => Err(unsatisfiable()),
        dto::Range::Int { first, last } => {
            Ok(first..last.map_or(size, |last| size.min(last.saturating_add(1))))
        }
        dto::Range::Suffix { length: 0 } => Err(unsatisfiable()),
        dto::Range::Suffix { .. } if size == 0 => Err(unsatisfiable()),
        dto::Range::Suffix { length } => Ok(size.saturating_sub(length)..size),
    }
}

/// Refuses the content of an object that is in an archive and was not asked back.
pub(super) fn check_not_archived(ctx: &Context<'_>, object: &ObjectRow) -> Result<(), ApiError> {
    let archived = attributes_shown::is_archived(object);
    if archived && object.attributes.restored_until.is_none_or(|until| until <= ctx.now) {
        let message = "The operation is not valid for the object's storage class";
        let class = object.attributes.storage_class.clone().unwrap_or_default();
        return Err(ApiError::new(ErrorCode::InvalidObjectState, message).with("StorageClass", class));
    }
    Ok(())
}

fn overrides(request: &dto::GetObjectInput) -> bool {
    [
        &request.response_cache_control,
        &request.response_content_disposition,
        &request.response_content_encoding,
        &request.response_content_language,
        &request.response_content_type,
    ]
    .into_iter()
    .any(Option::is_some)
        || request.response_expires.is_some()
}

fn apply_overrides(output: &mut dto::GetObjectOutput, request: &dto::GetObjectInput) {
    let set = |header: &mut Option<String>, asked: &Option<String>| {
        if asked.is_some() {
            header.clone_from(asked);
        }
    };
    set(&mut output.cache_control, &request.response_cache_control);
    set(&mut output.content_disposition, &request.response_content_disposition);
    set(&mut output.content_encoding, &request.response_content_encoding);
    set(&mut output.content_language, &request.response_content_language);
    set(&mut output.content_type, &request.response_content_type);
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::{CreateBucket, DeleteObject, HeadObject, PutObject, PutObjectRequest, input};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn check(storage: Storage) {
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        emulator.call::<CreateBucket>(NOW, input::create_bucket("lake")).unwrap();
        let mut put = PutObjectRequest::new("lake", "key", "0123456789");
        put.input.content_type = Some("text/plain".to_owned());
        put.input.metadata = Some([("origin".to_owned(), "test".to_owned())].into());
        emulator.call::<PutObject>(NOW, put).unwrap();

        let whole = input::get_object("lake", "key");
        let object = emulator.call::<GetObject>(NOW.plus_millis(5), whole.clone()).unwrap();
        let output = object.output;
        assert_eq!(object.content.read_all().unwrap(), "0123456789");
        assert_eq!(output.content_range, None);
        assert_eq!(output.content_type.as_deref(), Some("text/plain"));
        assert_eq!(output.last_modified, Some(crate::s3::times::shown(NOW)));
        assert_eq!(output.metadata.unwrap()["origin"], "test");

        let range = |first, last| Some(dto::Range::Int { first, last });
        let part = dto::GetObjectInput { range: range(2, Some(4)), ..whole.clone() };
        let part = emulator.call::<GetObject>(NOW, part).unwrap();
        assert_eq!(part.output.content_range.as_deref(), Some("bytes 2-4/10"));
        assert_eq!(part.output.e_tag, output.e_tag);
        assert_eq!(part.into_bytes().unwrap(), "234");

        let beyond = dto::GetObjectInput { range: range(10, None), ..whole.clone() };
        let error = emulator.call::<GetObject>(NOW, beyond).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRange);

        let head = emulator.call::<HeadObject>(NOW, input::head_object("lake", "key")).unwrap().output;
        assert_eq!((head.content_length, head.e_tag), (Some(10), output.e_tag));

        for _ in 0..2 {
            emulator.call::<DeleteObject>(NOW, input::delete_object("lake", "key")).unwrap();
        }
        let error = emulator.call::<GetObject>(NOW, whole).unwrap_err();
        assert_eq!(error.code, ErrorCode::NoSuchKey);
    }

    #[test]
    fn object_in_memory_is_read_whole_and_in_parts() {
        check(Storage::Memory);
    }

    #[test]
    fn object_in_a_directory_is_read_whole_and_in_parts() {
        let directory = tempfile::tempdir().unwrap();
        check(Storage::Directory(directory.path().to_owned()));
    }
}
