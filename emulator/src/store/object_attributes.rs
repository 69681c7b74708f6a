//! What is kept of an object beside its content: headers, tags, checksums, parts, locks and grants.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// See the module. What is absent was never said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ObjectAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_disposition: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<String>,
    /// As it came: S3 keeps whatever text it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website_redirect_location: Option<String>,
    /// `STANDARD` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// The `x-amz-meta-…` headers, without that prefix.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user_metadata: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Encryption::is_none")]
    pub encryption: Encryption,
    /// Base64 by the name of the algorithm, such as `CRC32`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub checksums: BTreeMap<String, String>,
    /// Whether the checksums are those of the parts' checksums.
    #[serde(skip_serializing_if = "is_false")]
    pub checksum_composite: bool,
    /// Of an object that was uploaded in parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartAttributes>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_hold: Option<bool>,
    /// The owner alone may do anything when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// An account id; empty for the emulator's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// When an archived object was asked back, and until when it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored_until: Option<Timestamp>,
}

impl ObjectAttributes {
    /// The storage class by its name.
    pub fn storage_class(&self) -> String {
        self.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())
    }
}

/// How an object says it is encrypted. Nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Encryption {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_key_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_algorithm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_key_md5: Option<String>,
}

impl Encryption {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A part of an object, as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartAttributes {
    pub number: i32,
    pub size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checksums: BTreeMap<String, String>,
}

/// Until when a version may not be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    /// `GOVERNANCE` or `COMPLIANCE`.
    pub mode: String,
    pub until: Timestamp,
}

/// Who may do what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acl {
    pub grants: Vec<AclGrant>,
}

/// One permission of an access control list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AclGrant {
    /// A canonical user id, or the URI of a group.
    pub grantee: String,
    /// Such as `READ` or `FULL_CONTROL`.
    pub permission: String,
}

fn is_false(value: &bool) -> bool {
    !value
}
