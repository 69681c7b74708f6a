//! Keys and values noted about versions.

use serde::{Deserialize, Serialize};

use super::{SchemaId, SchemaVersionNumber, names};
use crate::store::MetadataRow;

/// A key and a value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MetadataKeyValuePair {
    /// The key.
    pub metadata_key: Option<String>,
    /// The value.
    pub metadata_value: Option<String>,
}

impl MetadataKeyValuePair {
    /// Whether an entry has what this names.
    pub(super) fn is(&self, entry: &MetadataRow) -> bool {
        let has = |wanted: &Option<String>, own: &String| wanted.as_ref().is_none_or(|wanted| wanted == own);
        has(&self.metadata_key, &entry.key) && has(&self.metadata_value, &entry.value)
    }
}

/// The values of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetadataInfo {
    /// The newest value.
    pub metadata_value: String,
    /// When it was noted.
    pub created_time: String,
    /// The values before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_metadata_value_list: Vec<OtherMetadataValue>,
}

/// One of several values of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OtherMetadataValue {
    /// The value.
    pub metadata_value: String,
    /// When it was noted.
    pub created_time: String,
}

impl MetadataInfo {
    /// From the entries of a key in the order in which they came; `None` without any.
    pub(super) fn new(mut entries: Vec<MetadataRow>) -> Option<Self> {
        let newest = entries.pop()?;
        let others = entries.into_iter().map(|entry| OtherMetadataValue {
            metadata_value: entry.value,
            created_time: names::time(entry.created),
        });
        Some(Self {
            metadata_value: newest.value,
            created_time: names::time(newest.created),
            other_metadata_value_list: others.collect(),
        })
    }
}

/// What was noted or removed, with the version as the request named it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetadataEcho {
    /// The schema.
    #[serde(flatten)]
    pub schema: Option<SchemaId>,
    /// Whether the newest version was asked for.
    pub latest_version: bool,
    /// The number that was asked for; 0 when none was.
    pub version_number: i64,
    /// The id that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version_id: Option<String>,
    /// The key.
    pub metadata_key: String,
    /// The value.
    pub metadata_value: String,
}

impl MetadataEcho {
    pub(super) fn new(
        schema: Option<SchemaId>,
        schema_version_id: Option<String>,
        number: Option<SchemaVersionNumber>,
        entry: MetadataRow,
    ) -> Self {
        let number = number.unwrap_or_default();
        Self {
            schema,
            latest_version: number.latest_version.unwrap_or_default(),
            version_number: number.version_number.unwrap_or_default(),
            schema_version_id,
            metadata_key: entry.key,
            metadata_value: entry.value,
        }
    }
}
