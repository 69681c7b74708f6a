//! Where results go, and which engine makes them.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ResultConfiguration.html>

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;

/// The engine that there is.
const ENGINE: &str = "Athena engine version 3";
/// What clients select who do not care.
const AUTO: &str = "AUTO";

/// Where results go. Encryption and access control lists are kept and shown, and have no effect.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResultConfiguration {
    /// A folder: `s3://bucket/prefix/`; of an execution: its result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_location: Option<String>,
    /// How results are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_configuration: Option<EncryptionConfiguration>,
    /// The account that the bucket must be of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_bucket_owner: Option<String>,
    /// Who may do what with results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl_configuration: Option<AclConfiguration>,
}

/// How results are encrypted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EncryptionConfiguration {
    /// `SSE_S3`, `SSE_KMS` or `CSE_KMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_option: Option<String>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// Who may do what with results.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AclConfiguration {
    /// `BUCKET_OWNER_FULL_CONTROL`.
    #[serde(rename = "S3AclOption", skip_serializing_if = "Option::is_none")]
    pub s3_acl_option: Option<String>,
}

/// Which engine runs queries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EngineVersion {
    /// What a client has selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_engine_version: Option<String>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_engine_version: Option<String>,
}

impl EngineVersion {
    /// Where a client leaves it to Athena.
    pub(super) fn auto() -> Self {
        Self::of(AUTO)
    }

    /// Every version that can be selected.
    pub(super) fn all() -> Vec<Self> {
        vec![Self::auto(), Self::of(ENGINE)]
    }

    /// The version that a client has selected.
    pub(super) fn select(version: Option<Self>) -> Result<Self, ApiError> {
        match version.and_then(|version| version.selected_engine_version) {
            None => Ok(Self::auto()),
            Some(selected) if [AUTO, ENGINE].contains(&selected.as_str()) => Ok(Self::of(&selected)),
            Some(selected) => Err(errors::invalid_request(format!("Invalid engine version: {selected}"))),
        }
    }

    fn of(selected: &str) -> Self {
        Self {
            selected_engine_version: Some(selected.to_owned()),
            effective_engine_version: Some(ENGINE.to_owned()),
        }
    }
}
