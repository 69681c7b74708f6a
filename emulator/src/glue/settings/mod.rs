//! What is said about the catalog as a whole: its encryption, its import from Athena, and itself as one of the catalogs.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DataCatalogEncryptionSettings.html>

mod get_catalog;
mod get_catalog_import_status;
mod get_catalogs;
mod get_data_catalog_encryption_settings;
mod import_catalog_to_glue;
mod put_data_catalog_encryption_settings;

pub use get_catalog::{GetCatalog, GetCatalogRequest, GetCatalogResponse};
pub use get_catalog_import_status::{
    GetCatalogImportStatus, GetCatalogImportStatusRequest, GetCatalogImportStatusResponse,
};
pub use get_catalogs::{GetCatalogs, GetCatalogsRequest, GetCatalogsResponse};
pub use get_data_catalog_encryption_settings::{
    GetDataCatalogEncryptionSettings, GetDataCatalogEncryptionSettingsRequest,
    GetDataCatalogEncryptionSettingsResponse,
};
pub use import_catalog_to_glue::{
    ImportCatalogToGlue, ImportCatalogToGlueRequest, ImportCatalogToGlueResponse,
};
pub use put_data_catalog_encryption_settings::{
    PutDataCatalogEncryptionSettings, PutDataCatalogEncryptionSettingsRequest,
    PutDataCatalogEncryptionSettingsResponse,
};

use serde::{Deserialize, Serialize};

use super::arn;
use crate::operation::Context;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, text};

/// Names of settings of the account in the store.
const ENCRYPTION: &str = "glue.encryption";
const IMPORT: &str = "glue.import";

/// How the catalog is encrypted: kept without effect.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DataCatalogEncryptionSettings {
    /// Of all that is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_at_rest: Option<EncryptionAtRest>,
    /// Of passwords of connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_password_encryption: Option<ConnectionPasswordEncryption>,
}

/// Encryption of all that is in the catalog.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EncryptionAtRest {
    /// Required: `DISABLED`, `SSE-KMS` or `SSE-KMS-WITH-SERVICE-ROLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_encryption_mode: Option<String>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sse_aws_kms_key_id: Option<String>,
    /// The role that uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_encryption_service_role: Option<String>,
}

/// Encryption of passwords of connections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConnectionPasswordEncryption {
    /// Required: whether passwords stay encrypted in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_connection_password_encrypted: Option<bool>,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_kms_key_id: Option<String>,
}

impl DataCatalogEncryptionSettings {
    /// With what AWS says where nothing was set.
    fn with_defaults(self) -> Self {
        let disabled = || EncryptionAtRest {
            catalog_encryption_mode: Some("DISABLED".to_owned()),
            ..EncryptionAtRest::default()
        };
        let open = || ConnectionPasswordEncryption {
            return_connection_password_encrypted: Some(false),
            aws_kms_key_id: None,
        };
        Self {
            encryption_at_rest: Some(self.encryption_at_rest.unwrap_or_else(disabled)),
            connection_password_encryption: Some(self.connection_password_encryption.unwrap_or_else(open)),
        }
    }
}

const SETTINGS: &[Rule<DataCatalogEncryptionSettings>] =
    &[inside(|s, found| found.within("encryptionAtRest", &s.encryption_at_rest, AT_REST))];

const AT_REST: &[Rule<EncryptionAtRest>] = &[field(
    "catalogEncryptionMode",
    |e| text(&e.catalog_encryption_mode),
    &[Required, OneOf(&["DISABLED", "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"])],
)];

/// Whether and when the catalog was imported from Athena.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CatalogImportStatus {
    /// Whether it was.
    pub import_completed: bool,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_time: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_by: Option<String>,
}

/// A catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Catalog {
    /// The account.
    pub catalog_id: String,
    /// The account, too.
    pub name: String,
    /// Its ARN.
    pub resource_arn: String,
}

impl Catalog {
    /// The one that an account has from the beginning.
    fn of_account(ctx: &Context<'_>) -> Self {
        let account = &ctx.identity.account;
        Self { catalog_id: account.clone(), name: account.clone(), resource_arn: arn::catalog(ctx) }
    }
}
