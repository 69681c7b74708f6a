//! How requests name registries, schemas and versions.

use serde::{Deserialize, Serialize};

/// A registry: its name or its ARN.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegistryId {
    /// Its name.
    pub registry_name: Option<String>,
    /// Its ARN.
    pub registry_arn: Option<String>,
}

/// A schema: its name and that of its registry, or its ARN.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SchemaId {
    /// Its ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_arn: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_name: Option<String>,
    /// The name of its registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry_name: Option<String>,
}

/// A version of a schema: its number, or that it is the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SchemaVersionNumber {
    /// The newest one.
    pub latest_version: Option<bool>,
    /// The one of this number.
    pub version_number: Option<i64>,
}
