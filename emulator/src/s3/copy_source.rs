//! The source of a copy: which version, which part of it, and whether the caller may have it.
//!
//! Content is not moved for a copy, but what it comes to (its ETag) must often be found out by reading it. Who can
//! reads it beside the emulator's lock, with [`ReadCopySource`], and gives the result along with the copy.

use std::io;
use std::ops::Range;

use s3s::dto;

use super::conditions::ReadConditions;
use super::content::Hashed;
use super::{ChecksumAlgorithm, errors, get_object, object};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::{Body, BodyId, BodyReader, BucketRow, ObjectRow, StoreError};
use crate::validation::Rule;

/// What is copied, and on which conditions.
#[derive(Debug, Clone)]
pub struct CopySource {
    /// Bucket, key and version.
    pub source: dto::CopySource,
    /// `bytes=first-last`.
    pub range: Option<String>,
    /// Conditions on it.
    pub if_match: Option<dto::ETagCondition>,
    /// Conditions on it.
    pub if_none_match: Option<dto::ETagCondition>,
    /// Conditions on it.
    pub if_modified_since: Option<dto::Timestamp>,
    /// Conditions on it.
    pub if_unmodified_since: Option<dto::Timestamp>,
}

/// What a part of a body comes to.
#[derive(Debug, Clone)]
pub struct Digest {
    of: BodyId,
    range: Range<u64>,
    pub(super) hashed: Hashed,
}

/// The content of a source, for who finds out beside the lock what it comes to; none where that is known.
pub struct ReadCopySource;

impl Operation for ReadCopySource {
    const NAME: &'static str = "s3:ReadCopySource";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    /// The source, and whether it becomes a part of an upload.
    type Request = (CopySource, bool);
    type Response = Option<SourceContent>;

    fn call(ctx: &mut Context<'_>, (source, is_part): Self::Request) -> Result<Self::Response, ApiError> {
        let found = source.find(ctx)?;
        let is_known = !is_part && found.object.attributes.parts.is_empty();
        let body = found.body().clone();
        let reader = ctx.store.open_body(&body, found.range.clone())?;
        Ok((!is_known).then_some(SourceContent { of: body.id, range: found.range, reader }))
    }
}

/// Content that is to be read to find out what it comes to.
#[derive(Debug)]
pub struct SourceContent {
    of: BodyId,
    range: Range<u64>,
    reader: BodyReader,
}

impl SourceContent {
    /// Reads it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn digest(self, algorithms: &[ChecksumAlgorithm]) -> io::Result<Digest> {
        Ok(Digest { of: self.of, range: self.range, hashed: Hashed::of_reader(self.reader, algorithms)? })
    }
}

/// A source that was found.
pub(super) struct Found {
    pub bucket: BucketRow,
    pub object: ObjectRow,
    pub range: Range<u64>,
}

impl Found {
    pub fn body(&self) -> &Body {
        self.object.body.as_ref().expect("a source is no delete marker")
    }

    /// What it comes to: as was found out before, or by reading it now.
    pub fn hashed(
        &self,
        ctx: &Context<'_>,
        known: Option<Digest>,
        algorithms: &[ChecksumAlgorithm],
    ) -> Result<Hashed, ApiError> {
        let body = self.body();
        match known.filter(|known| known.of == body.id && known.range == self.range) {
            Some(known) => Ok(known.hashed),
            None => {
                let reader = ctx.store.open_body(body, self.range.clone())?;
                Ok(Hashed::of_reader(reader, algorithms).map_err(StoreError::Body)?)
            }
        }
    }
}

impl CopySource {
    /// The bucket, the key and the version that it names.
    fn names(&self) -> Result<(&str, &str, Option<&str>), ApiError> {
        match &self.source {
            dto::CopySource::Bucket { bucket, key, version_id } => Ok((bucket, key, version_id.as_deref())),
            _ => {
                let message = "copies from access points and outposts are not implemented";
                Err(ApiError::new(ErrorCode::NotImplemented, message))
            }
        }
    }

    pub(super) fn find(&self, ctx: &Context<'_>) -> Result<Found, ApiError> {
        let (bucket, key, version_id) = self.names()?;
        let (bucket, object) = object::open(ctx, bucket, key, version_id, "GET").map_err(|error| {
            match error.code {
                ErrorCode::MethodNotAllowed => errors::invalid_request(
                    "The source of a copy request may not specifically refer to a delete marker by version id.",
                ),
                _ => error,
            }
        })?;
        let conditions = ReadConditions {
            if_match: self.if_match.as_ref(),
            if_none_match: self.if_none_match.as_ref(),
            if_modified_since: self.if_modified_since.as_ref(),
            if_unmodified_since: self.if_unmodified_since.as_ref(),
        };
        conditions.check_copy(&object)?;
        get_object::check_not_archived(ctx, &object).map_err(|error| {
            let message = "The source object of the COPY action is not in the active tier and is only stored in \
                           Amazon S3 Glacier.";
            ApiError { code: ErrorCode::ObjectNotInActiveTierError, message: message.to_owned(), ..error }
        })?;
        let range = self.range.as_deref().map(|range| part_range(range, object.size())).transpose()?;
        let range = range.unwrap_or(0..object.size());
        Ok(Found { bucket, object, range })
    }
}

/// `bytes=first-last`, both of them within the object.
fn part_range(text: &str, size: u64) -> Result<Range<u64>, ApiError> {
    let malformed = || {
        let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last \
                       are the zero-based offsets of the first and last bytes to copy";
        errors::invalid_named_argument(message, "x-amz-copy-source-range", text)
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| is_number)
    };
    let (first, last) =
        text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(malformed)?;
    let (first, last) = number(first).zip(number(last)).ok_or_else(malformed)?;
    if first > last {
        return Err(malformed());
    }
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        let error = ApiError::new(ErrorCode::InvalidCopyRange, message);
        return Err(error.with("ActualObjectSize", size.to_string()).with("RangeRequested", text));
    }
    Ok(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_of_a_source_names_both_of_its_ends() {
        assert_eq!(part_range("bytes=0-4", 5).unwrap(), 0..5);
        for text in [
            "0-2",
            "bytes=0",
            "bytes=hello-world",
            "bytes=0-bar",
            "bytes=hello-",
            "bytes=0-2,3-5",
            "bytes=3-1",
        ] {
            assert_eq!(part_range(text, 5).unwrap_err().code, ErrorCode::InvalidArgument, "{text}");
        }
        assert_eq!(part_range("bytes=0-5", 5).unwrap_err().code, ErrorCode::InvalidCopyRange);
    }
}
