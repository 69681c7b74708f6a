//! Conditions that a request makes: on what it reads, on what it replaces, on what it deletes.
//!
//! Source: RFC 9110 §13.2.2 for the order; <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use s3s::dto::{ETagCondition, Timestamp as DtoTimestamp};

use super::{errors, times};
use crate::error::{ApiError, ErrorCode};
use crate::store::ObjectRow;

/// What must hold of an object that is read.
#[derive(Debug, Default)]
pub(super) struct ReadConditions<'a> {
    pub if_match: Option<&'a ETagCondition>,
    pub if_none_match: Option<&'a ETagCondition>,
    pub if_modified_since: Option<&'a DtoTimestamp>,
    pub if_unmodified_since: Option<&'a DtoTimestamp>,
}

/// What a condition that does not hold comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    NotModified,
    /// Of the condition of this name.
    Failed(&'static str),
}

impl ReadConditions<'_> {
    /// Refuses what does not hold: 304 for a reader who has it already, else 412.
    pub fn check_read(&self, object: &ObjectRow) -> Result<(), ApiError> {
        match self.judge(object, ["If-Match", "If-Unmodified-Since"]) {
            Verdict::Holds => Ok(()),
            Verdict::NotModified => {
                let headers = ApiError::new(ErrorCode::NotModified, "Not Modified");
                let headers = headers.with("etag", format!("\"{}\"", object.e_tag.text()));
                Err(headers.with("last-modified", times::http_date(object.modified)))
            }
            Verdict::Failed(condition) => Err(errors::precondition_failed(condition)),
        }
    }

    /// The same for the source of a copy, which is never 304.
    pub fn check_copy(&self, object: &ObjectRow) -> Result<(), ApiError> {
        let names = ["x-amz-copy-source-If-Match", "x-amz-copy-source-If-Unmodified-Since"];
        match self.judge(object, names) {
            Verdict::Holds => Ok(()),
            Verdict::NotModified if self.if_none_match.is_some() => {
                Err(errors::precondition_failed("x-amz-copy-source-If-None-Match"))
            }
            Verdict::NotModified => Err(errors::precondition_failed("x-amz-copy-source-If-Modified-Since")),
            Verdict::Failed(condition) => Err(errors::precondition_failed(condition)),
        }
    }

    fn judge(&self, object: &ObjectRow, [if_match, if_unmodified]: [&'static str; 2]) -> Verdict {
        match (self.if_match, self.if_unmodified_since) {
            (Some(condition), _) if !matches(condition, object) => return Verdict::Failed(if_match),
            (None, Some(since)) if times::is_after(object.modified, since) => {
                return Verdict::Failed(if_unmodified);
            }
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(condition), _) if matches(condition, object) => Verdict::NotModified,
            (None, Some(since)) if !times::is_after(object.modified, since) => Verdict::NotModified,
            _ => Verdict::Holds,
        }
    }
}

/// Refuses to write where what is there now is not what was expected. A delete marker counts as nothing.
pub(super) fn check_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    current: Option<&ObjectRow>,
    key: &str,
) -> Result<(), ApiError> {
    let current = current.filter(|object| object.body.is_some());
    match if_none_match {
        Some(condition) if !condition.is_any() => {
            return Err(errors::not_implemented().with("Header", "If-None-Match"));
        }
        Some(_) if current.is_some() => return Err(errors::precondition_failed("If-None-Match")),
        _ => {}
    }
    match (if_match, current) {
        (Some(_), None) => Err(errors::no_such_key(key)),
        (Some(condition), Some(object)) if !matches(condition, object) => {
            Err(errors::precondition_failed("If-Match"))
        }
        _ => Ok(()),
    }
}

/// What must hold of a version that is deleted.
#[derive(Debug, Default)]
pub(super) struct DeleteConditions<'a> {
    pub e_tag: Option<&'a str>,
    pub modified: Option<&'a DtoTimestamp>,
    pub size: Option<i64>,
}

impl DeleteConditions<'_> {
    pub fn check(&self, found: Option<&ObjectRow>, key: &str) -> Result<(), ApiError> {
        if self.e_tag.is_none() && self.modified.is_none() && self.size.is_none() {
            return Ok(());
        }
        let Some(object) = found.filter(|object| object.body.is_some()) else {
            return Err(errors::no_such_key(key));
        };
        if self.e_tag.is_some_and(|e_tag| e_tag != "*" && e_tag != object.e_tag.text()) {
            return Err(errors::precondition_failed("If-Match"));
        }
        if self.modified.is_some_and(|modified| !times::is_same_second(object.modified, modified)) {
            return Err(errors::precondition_failed("x-amz-if-match-last-modified-time"));
        }
        if self.size.is_some_and(|size| size != object.size() as i64) {
            return Err(errors::precondition_failed("x-amz-if-match-size"));
        }
        Ok(())
    }
}

fn matches(condition: &ETagCondition, object: &ObjectRow) -> bool {
    condition.is_any() || condition.as_etag().is_some_and(|wanted| wanted.value() == object.e_tag.text())
}
