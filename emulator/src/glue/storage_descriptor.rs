//! Where and how the data of a table or partition is stored.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_StorageDescriptor.html>

use serde::{Deserialize, Serialize};

use super::Parameters;
use super::name::NAME;
use super::registry::SchemaId;
use crate::validation::{Rule, field, inside, text};

/// Layout of data. Members that a client does not send stay absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StorageDescriptor {
    /// Columns in the files, in order; partition keys are not among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Column>>,
    /// Such as `s3://bucket/prefix/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Further locations, for Delta tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_locations: Option<Vec<String>>,
    /// Class of Hadoop that reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_format: Option<String>,
    /// Class of Hadoop that writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_format: Option<String>,
    /// Whether files are compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compressed: Option<bool>,
    /// For tables with buckets.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "crate::codec::integer")]
    pub number_of_buckets: Option<i32>,
    /// How rows are written as bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serde_info: Option<SerDeInfo>,
    /// For tables with buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_columns: Option<Vec<String>>,
    /// Order inside buckets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_columns: Option<Vec<Order>>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
    /// Values that are very frequent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skewed_info: Option<SkewedInfo>,
    /// Whether data lies in sub-directories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_as_sub_directories: Option<bool>,
    /// Where the columns are in the Schema Registry; kept, and no columns come from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_reference: Option<SchemaReference>,
}

/// A version of a schema in the Schema Registry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SchemaReference {
    /// The schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<SchemaId>,
    /// The version, where the schema is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version_id: Option<String>,
    /// The number of the version, where the schema is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version_number: Option<i64>,
}

/// A column or partition key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Column {
    /// Required.
    pub name: Option<String>,
    /// A type of Hive as text, such as `array<struct<sku:string,qty:int>>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

impl Column {
    /// A column of a name and a type.
    pub fn new(name: impl Into<String>, r#type: impl Into<String>) -> Self {
        Self { name: Some(name.into()), r#type: Some(r#type.into()), ..Self::default() }
    }
}

/// How rows are written as bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SerDeInfo {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Class of Hive, such as `org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serialization_library: Option<String>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// A column to sort by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Order {
    /// Name of the column.
    pub column: Option<String>,
    /// 1 ascending, 0 descending.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub sort_order: Option<i32>,
}

/// Values that are very frequent, and where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SkewedInfo {
    /// Names of columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skewed_column_names: Option<Vec<String>>,
    /// The values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skewed_column_values: Option<Vec<String>>,
    /// From values to locations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skewed_column_value_location_maps: Option<Parameters>,
}

/// On storage descriptors.
pub(super) const STORAGE_DESCRIPTOR: &[Rule<StorageDescriptor>] =
    &[inside(|s, found| found.each("columns", &s.columns, COLUMN))];

/// On columns and partition keys.
pub(super) const COLUMN: &[Rule<Column>] = &[field("name", |c| text(&c.name), NAME)];
