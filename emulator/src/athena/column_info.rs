//! Columns of a result.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html>

use serde::{Deserialize, Serialize};

/// What is known of a column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ColumnInfo {
    /// `hive`.
    pub catalog_name: String,
    /// Athena leaves it empty.
    pub schema_name: String,
    /// Athena leaves it empty.
    pub table_name: String,
    /// The name.
    pub name: String,
    /// The name that is shown.
    pub label: String,
    /// In Athena's words: `varchar`, `bigint`, `decimal`, `timestamp with time zone`, `array`, …
    #[serde(rename = "Type")]
    pub type_name: String,
    /// Digits of a number, characters of a text.
    pub precision: i32,
    /// Digits behind the point.
    pub scale: i32,
    /// Whether a value may be absent.
    pub nullable: Nullable,
    /// Whether case matters: true for texts.
    pub case_sensitive: bool,
}

/// Whether a value may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Nullable {
    /// It may not.
    NotNull,
    /// It may.
    Nullable,
    /// Athena does not say, as mostly.
    Unknown,
}

impl ColumnInfo {
    /// A column of Athena's type `type_name`, with what Athena says of every such column.
    pub fn new(name: impl Into<String>, type_name: impl Into<String>, precision: i32, scale: i32) -> Self {
        let (name, type_name) = (name.into(), type_name.into());
        let case_sensitive = matches!(type_name.as_str(), "varchar" | "char" | "string");
        Self {
            catalog_name: "hive".to_owned(),
            schema_name: String::new(),
            table_name: String::new(),
            label: name.clone(),
            name,
            type_name,
            precision,
            scale,
            nullable: Nullable::Unknown,
            case_sensitive,
        }
    }
}
