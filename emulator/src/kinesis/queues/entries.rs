//! Requests on up to ten received records, and their answers: each entry succeeds or fails by itself.

use serde::{Deserialize, Serialize};

use super::attributes::VISIBILITY_SECS;
use super::{queue, receipt_handle};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::{QueueRecordRow, QueueRow};
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, field, inside, list, number, required, text};

const ENTRIES: &[Constraint] = &[Required, Length(1, 10)];
const RECEIPT_HANDLE: &[Constraint] = &[Required, Length(1, 1024)];

/// What operations ask that acknowledge or restore records.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReceiptsRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
    /// Required: 1 to 10 records.
    pub entries: Option<Vec<ReceiptEntry>>,
}

/// A received record.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReceiptEntry {
    /// Required: that of the record's latest receive.
    pub receipt_handle: Option<String>,
}

impl ReceiptsRequest {
    pub(super) const RULES: &'static [Rule<Self>] = &[
        field("queueARN", |r| text(&r.queue_arn), queue::ARN),
        field("entries", |r| list(&r.entries, "RequestEntry"), ENTRIES),
        inside(|r, found| {
            const ENTRY: &[Rule<ReceiptEntry>] =
                &[field("receiptHandle", |e| text(&e.receipt_handle), RECEIPT_HANDLE)];
            found.each("entries", &r.entries, ENTRY)
        }),
    ];

    /// Does something to each record.
    pub(super) fn answer(
        self,
        ctx: &Context<'_>,
        is_dead: bool,
        apply: impl Fn(&QueueRow, QueueRecordRow) -> Result<(), ApiError>,
    ) -> Result<EntriesResponse, ApiError> {
        let entries = required(self.entries).into_iter().map(|entry| (required(entry.receipt_handle), ()));
        answer(ctx, &required(self.queue_arn), is_dead, entries, |queue, record, ()| apply(queue, record))
    }
}

/// What operations ask that change how long records are not visible.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VisibilitiesRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
    /// Required: 1 to 10 records.
    pub entries: Option<Vec<VisibilityEntry>>,
}

/// A received record, and how long it is not visible.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VisibilityEntry {
    /// Required: that of the record's latest receive.
    pub receipt_handle: Option<String>,
    /// Required: from now on, 0 to 43,200.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub visibility_timeout_seconds: Option<i32>,
}

impl VisibilitiesRequest {
    pub(super) const RULES: &'static [Rule<Self>] = &[
        field("queueARN", |r| text(&r.queue_arn), queue::ARN),
        field("entries", |r| list(&r.entries, "RequestEntry"), ENTRIES),
        inside(|r, found| {
            const ENTRY: &[Rule<VisibilityEntry>] = &[
                field("receiptHandle", |e| text(&e.receipt_handle), RECEIPT_HANDLE),
                field("visibilityTimeoutSeconds", |e| number(&e.visibility_timeout_seconds), &[Required]),
                field("visibilityTimeoutSeconds", |e| number(&e.visibility_timeout_seconds), VISIBILITY_SECS),
            ];
            found.each("entries", &r.entries, ENTRY)
        }),
    ];

    /// Sets from when on each record is visible.
    pub(super) fn answer(self, ctx: &Context<'_>, is_dead: bool) -> Result<EntriesResponse, ApiError> {
        let entries = required(self.entries).into_iter();
        let entries =
            entries.map(|entry| (required(entry.receipt_handle), required(entry.visibility_timeout_seconds)));
        answer(ctx, &required(self.queue_arn), is_dead, entries, |queue, record, secs| {
            let visible = ctx.now.plus_millis(i64::from(secs) * 1000);
            Ok(ctx.store.upsert_queue_record(&queue.id, &QueueRecordRow { visible, ..record })?)
        })
    }
}

/// What became of each entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EntriesResponse {
    /// Those that were done, in the order of the request.
    pub successful: Vec<SuccessfulEntry>,
    /// Those that were not.
    pub failed: Vec<RefusedEntry>,
}

/// An entry that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SuccessfulEntry {
    /// As in the request.
    pub receipt_handle: String,
}

/// An entry that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RefusedEntry {
    /// As in the request.
    pub receipt_handle: String,
    /// `InvalidArgumentException` or `ResourceNotFoundException`.
    pub error_code: String,
    /// What is wrong.
    pub error_message: String,
}

fn answer<T>(
    ctx: &Context<'_>,
    queue_arn: &str,
    is_dead: bool,
    entries: impl Iterator<Item = (String, T)>,
    apply: impl Fn(&QueueRow, QueueRecordRow, T) -> Result<(), ApiError>,
) -> Result<EntriesResponse, ApiError> {
    let (queue, _) = queue::find_by_now(ctx, queue_arn)?;
    let mut response = EntriesResponse::default();
    for (receipt_handle, wanted) in entries {
        let record = receipt_handle::open(ctx, &queue, is_dead, &receipt_handle);
        match record.and_then(|record| apply(&queue, record, wanted)) {
            Ok(()) => response.successful.push(SuccessfulEntry { receipt_handle }),
            Err(error) if error.code == ErrorCode::InternalFailure => return Err(error),
            Err(error) => response.failed.push(RefusedEntry {
                receipt_handle,
                error_code: error.code.name().to_owned(),
                error_message: error.message,
            }),
        }
    }
    Ok(response)
}
