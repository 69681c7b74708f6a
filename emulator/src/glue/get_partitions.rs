//! `GetPartitions`: the partitions of a table, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html>

use serde::{Deserialize, Serialize};

use super::expression::Filter;
use super::name::{NAME, folded};
use super::{Partition, errors, paging, table};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::PartitionPage;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, text};

const LISTING: &str = "partitions";
const RESULTS_MAX: usize = 1000;

/// See the module.
pub struct GetPartitions;

impl Operation for GetPartitions {
    const NAME: &'static str = "AWSGlue.GetPartitions";
    const RULES: &'static [Rule<GetPartitionsRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("expression", |r| text(&r.expression), &[Length(0, 2048)]),
        inside(|r, found| found.within("segment", &r.segment, SEGMENT)),
        field("maxResults", |r| number(&r.max_results), &[Range(1, RESULTS_MAX as i64)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetPartitionsRequest;
    type Response = GetPartitionsResponse;

    fn call(ctx: &mut Context<'_>, request: GetPartitionsRequest) -> Result<GetPartitionsResponse, ApiError> {
        let (segment, segments) = segment(request.segment)?;
        let (database, table) = (folded(request.database_name), folded(request.table_name));
        let table = table::find(ctx, &database, &table)?;
        let keys = table.input.partition_keys.as_deref().unwrap_or_default();
        let filter = Filter::new(request.expression.as_deref(), keys)?;
        let limit = request.max_results.map_or(RESULTS_MAX, |limit| limit as usize);
        let after: Option<Vec<String>> = paging::start(LISTING, request.next_token.as_deref())?;
        let page = PartitionPage { after: after.as_deref(), limit: limit + 1, segment, segments };
        let mut rows = ctx.store.list_partitions(&table, &page, |values| filter.matches(values))?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.values.clone());
        let partitions = rows.into_iter().map(|row| Partition::new(ctx, &table, row));
        let mut partitions: Vec<_> = partitions.collect();
        if request.exclude_column_schema == Some(true) {
            partitions.iter_mut().for_each(drop_columns);
        }
        Ok(GetPartitionsResponse { partitions, next_token })
    }
}

const SEGMENT: &[Rule<Segment>] = &[
    field("segmentNumber", |s| number(&s.segment_number), &[Required, Range(0, i32::MAX as i64)]),
    field("totalSegments", |s| number(&s.total_segments), &[Required, Range(1, 10)]),
];

/// What `GetPartitions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetPartitionsRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Which partitions, such as `day > '2024-01-31' AND hour IN (9, 10)`. Spark sends an empty one for all.
    pub expression: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// For clients that read a table in parallel: one of its disjoint parts.
    pub segment: Option<Segment>,
    /// Partitions in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Leaves the columns of partitions away.
    pub exclude_column_schema: Option<bool>,
}

impl GetPartitionsRequest {
    /// Gets the partitions of a table.
    pub fn new(database_name: impl Into<String>, table_name: impl Into<String>) -> Self {
        Self {
            database_name: Some(database_name.into()),
            table_name: Some(table_name.into()),
            ..Self::default()
        }
    }
}

/// One of the disjoint parts of a table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Segment {
    /// From 0.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub segment_number: Option<i32>,
    /// 1 to 10.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub total_segments: Option<i32>,
}

/// What `GetPartitions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPartitionsResponse {
    /// Partitions, ordered by their values.
    pub partitions: Vec<Partition>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// The part of the table to list: its number, and how many there are.
fn segment(segment: Option<Segment>) -> Result<(i64, i64), ApiError> {
    let Some(segment) = segment else {
        return Ok((0, 1));
    };
    let number = segment.segment_number.unwrap_or_default();
    let total = segment.total_segments.unwrap_or(1);
    if number >= total {
        return Err(errors::invalid_input(format!(
            "Segment number {number} must be less than the total number of segments {total}"
        )));
    }
    Ok((number.into(), total.into()))
}

fn drop_columns(partition: &mut Partition) {
    if let Some(descriptor) = &mut partition.input.storage_descriptor {
        descriptor.columns = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::glue::{
        BatchCreatePartition, BatchCreatePartitionRequest, Column, CreateDatabase, CreateDatabaseRequest,
        CreatePartition, CreatePartitionRequest, CreateTable, CreateTableRequest, DeleteTable,
        DeleteTableRequest, PartitionInput, StorageDescriptor, TableInput,
    };
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn create_table(emulator: &Emulator) {
        let keys = [Column::new("day", "string"), Column::new("hour", "int")];
        let input = TableInput {
            name: Some("orders".to_owned()),
            partition_keys: Some(keys.into()),
            ..Default::default()
        };
        let request = CreateTableRequest::new("sales", input);
        emulator.call::<CreateTable>(NOW, request).unwrap();
    }

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateDatabaseRequest::new("sales");
        emulator.call::<CreateDatabase>(NOW, request).unwrap();
        create_table(&emulator);
        emulator
    }

    fn input(values: &[&str]) -> PartitionInput {
        PartitionInput {
            values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
            storage_descriptor: Some(StorageDescriptor {
                location: Some(format!("s3://lake/{}/", values.join("/"))),
                columns: Some(vec![Column::new("id", "bigint")]),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn add(emulator: &Emulator, partitions: Vec<PartitionInput>) -> Vec<(String, String, String)> {
        let request = BatchCreatePartitionRequest::new("sales", "orders", partitions);
        let response = emulator.call::<BatchCreatePartition>(NOW, request).unwrap();
        let errors = response.errors.into_iter();
        let plain = errors.map(|error| {
            let ErrorDetail { error_code, error_message } = error.error_detail;
            (error.partition_values.join("/"), error_code, error_message)
        });
        plain.collect()
    }

    use crate::glue::ErrorDetail;

    fn values(emulator: &Emulator, mut request: GetPartitionsRequest) -> Vec<String> {
        let mut values = Vec::new();
        loop {
            let page = emulator.call::<GetPartitions>(NOW, request.clone()).unwrap();
            let partitions = page.partitions.into_iter();
            values.extend(partitions.map(|p| p.input.values.unwrap().join("/")));
            request.next_token = page.next_token;
            if request.next_token.is_none() {
                return values;
            }
        }
    }

    #[test]
    fn batch_refuses_single_entries_and_keeps_the_others() {
        let emulator = emulator();
        let request = CreatePartitionRequest::new("sales", "orders", input(&["d1", "1"]));
        emulator.call::<CreatePartition>(NOW, request.clone()).unwrap();
        let error = emulator.call::<CreatePartition>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::AlreadyExistsException);
        assert_eq!(error.message, "Partition already exists.");

        let batch = vec![input(&["d1", "1"]), input(&["d1", "2"]), input(&["d1"])];
        let expected = [
            ("d1/1", "AlreadyExistsException", "Partition already exists."),
            (
                "d1",
                "InvalidInputException",
                "The number of partition keys do not match the number of partition values",
            ),
        ];
        let expected = expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(add(&emulator, batch), expected);
        let all = GetPartitionsRequest::new("sales", "orders");
        assert_eq!(values(&emulator, all), ["d1/1", "d1/2"]);
    }

    #[test]
    fn pages_and_segments_list_every_partition_once() {
        let emulator = emulator();
        let hours: Vec<_> = (10..33).map(|hour| hour.to_string()).collect();
        let partitions = hours.iter().rev().map(|hour| input(&["d", hour]));
        assert_eq!(add(&emulator, partitions.collect()), []);
        let expected: Vec<_> = hours.iter().map(|hour| format!("d/{hour}")).collect();
        let paged = GetPartitionsRequest {
            max_results: Some(4),
            expression: Some(String::new()),
            ..GetPartitionsRequest::new("sales", "orders")
        };
        assert_eq!(values(&emulator, paged.clone()), expected);

        let part = |number| GetPartitionsRequest {
            segment: Some(Segment { segment_number: Some(number), total_segments: Some(3) }),
            ..paged.clone()
        };
        let mut parts: Vec<_> = (0..3).flat_map(|n| values(&emulator, part(n))).collect();
        parts.sort();
        assert_eq!(parts, expected);
        let error = emulator.call::<GetPartitions>(NOW, part(3)).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInputException);
    }

    #[test]
    fn an_expression_selects_and_pages_hold_what_it_selects() {
        let emulator = emulator();
        let hours: Vec<String> = (0..24).map(|hour| hour.to_string()).collect();
        add(&emulator, hours.iter().map(|hour| input(&["d1", hour])).collect());
        let request = GetPartitionsRequest {
            expression: Some("day = 'd1' and hour >= 9 and hour <= 11".to_owned()),
            max_results: Some(2),
            ..GetPartitionsRequest::new("sales", "orders")
        };
        assert_eq!(values(&emulator, request.clone()), ["d1/10", "d1/11", "d1/9"]);

        let none = GetPartitionsRequest { expression: Some("hour > 100".to_owned()), ..request.clone() };
        assert_eq!(values(&emulator, none), [""; 0]);
        for bad in ["day", "hour = 'x'", "minute = 1", "day = 'd1' AND"] {
            let request = GetPartitionsRequest { expression: Some(bad.to_owned()), ..request.clone() };
            let error = emulator.call::<GetPartitions>(NOW, request).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidInputException, "{bad}");
        }
    }

    #[test]
    fn columns_can_be_left_away() {
        let emulator = emulator();
        add(&emulator, vec![input(&["d", "1"])]);
        let columns = |exclude| {
            let request = GetPartitionsRequest {
                exclude_column_schema: exclude,
                ..GetPartitionsRequest::new("sales", "orders")
            };
            let mut page = emulator.call::<GetPartitions>(NOW, request).unwrap();
            let descriptor = page.partitions.remove(0).input.storage_descriptor.unwrap();
            assert_eq!(descriptor.location.as_deref(), Some("s3://lake/d/1/"));
            descriptor.columns
        };
        assert_eq!(columns(None), Some(vec![Column::new("id", "bigint")]));
        assert_eq!(columns(Some(true)), None);
    }

    #[test]
    fn partitions_go_with_their_table() {
        let emulator = emulator();
        add(&emulator, vec![input(&["d", "1"])]);
        let request = DeleteTableRequest::new("sales", "orders");
        emulator.call::<DeleteTable>(NOW, request).unwrap();
        create_table(&emulator);
        let all = GetPartitionsRequest::new("sales", "orders");
        assert_eq!(values(&emulator, all), [""; 0]);
    }
}
