//! Statistics as clients give them.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::base64;
use crate::glue::name::NAME;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, Value, field, inside, structure, text};

/// Statistics on one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ColumnStatistics {
    /// Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_name: Option<String>,
    /// Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_type: Option<String>,
    /// Required: when they were computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analyzed_time: Option<Timestamp>,
    /// Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics_data: Option<ColumnStatisticsData>,
}

/// Statistics on values of one type: the member that the type names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ColumnStatisticsData {
    /// Required: `BOOLEAN`, `DATE`, `DECIMAL`, `DOUBLE`, `LONG`, `STRING` or `BINARY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// For `BOOLEAN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boolean_column_statistics_data: Option<BooleanColumnStatisticsData>,
    /// For `DATE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_column_statistics_data: Option<DateColumnStatisticsData>,
    /// For `DECIMAL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_column_statistics_data: Option<DecimalColumnStatisticsData>,
    /// For `DOUBLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double_column_statistics_data: Option<DoubleColumnStatisticsData>,
    /// For `LONG`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_column_statistics_data: Option<LongColumnStatisticsData>,
    /// For `STRING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_column_statistics_data: Option<StringColumnStatisticsData>,
    /// For `BINARY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary_column_statistics_data: Option<BinaryColumnStatisticsData>,
}

/// Statistics on truth values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BooleanColumnStatisticsData {
    /// Required: rows with true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_trues: Option<i64>,
    /// Required: rows with false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_falses: Option<i64>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
}

/// Statistics on dates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DateColumnStatisticsData {
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_value: Option<Timestamp>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_value: Option<Timestamp>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
    /// Required: different values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_distinct_values: Option<i64>,
}

/// Statistics on decimals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DecimalColumnStatisticsData {
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_value: Option<DecimalNumber>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_value: Option<DecimalNumber>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
    /// Required: different values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_distinct_values: Option<i64>,
}

/// Statistics on floating-point numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DoubleColumnStatisticsData {
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_value: Option<f64>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_value: Option<f64>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
    /// Required: different values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_distinct_values: Option<i64>,
}

/// Statistics on integers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LongColumnStatisticsData {
    /// The least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_value: Option<i64>,
    /// The greatest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_value: Option<i64>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
    /// Required: different values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_distinct_values: Option<i64>,
}

/// Statistics on texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StringColumnStatisticsData {
    /// Required: of the longest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_length: Option<i64>,
    /// Required: of all values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_length: Option<f64>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
    /// Required: different values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_distinct_values: Option<i64>,
}

/// Statistics on binary values.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BinaryColumnStatisticsData {
    /// Required: of the longest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_length: Option<i64>,
    /// Required: of all values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_length: Option<f64>,
    /// Required: rows without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_nulls: Option<i64>,
}

/// A decimal number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DecimalNumber {
    /// Its digits, as a big-endian two's complement number.
    #[serde(with = "base64::blob")]
    pub unscaled_value: Bytes,
    /// How many of them are behind the point.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub scale: Option<i32>,
}

/// On statistics of one column.
pub(super) const COLUMN_STATISTICS: &[Rule<ColumnStatistics>] = &[
    field("columnName", |s| text(&s.column_name), NAME),
    field("columnType", |s| text(&s.column_type), &[Required, Length(0, 20_000)]),
    field("analyzedTime", |s| s.analyzed_time.map_or(Value::Null, |_| Value::Structure), &[Required]),
    field("statisticsData", |s| structure(&s.statistics_data), &[Required]),
    inside(|s, found| found.within("statisticsData", &s.statistics_data, DATA)),
];

const DATA: &[Rule<ColumnStatisticsData>] = &[field(
    "type",
    |d| text(&d.r#type),
    &[Required, OneOf(&["BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "LONG", "STRING", "BINARY"])],
)];
