//! `GetDataCatalogEncryptionSettings`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDataCatalogEncryptionSettings.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalogEncryptionSettings, ENCRYPTION};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct GetDataCatalogEncryptionSettings;

impl Operation for GetDataCatalogEncryptionSettings {
    const NAME: &'static str = "AWSGlue.GetDataCatalogEncryptionSettings";
    const RULES: &'static [Rule<GetDataCatalogEncryptionSettingsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = GetDataCatalogEncryptionSettingsRequest;
    type Response = GetDataCatalogEncryptionSettingsResponse;

    fn call(
        ctx: &mut Context<'_>,
        _request: GetDataCatalogEncryptionSettingsRequest,
    ) -> Result<GetDataCatalogEncryptionSettingsResponse, ApiError> {
        let kept: DataCatalogEncryptionSettings = ctx.store.account_setting(ENCRYPTION)?.unwrap_or_default();
        Ok(GetDataCatalogEncryptionSettingsResponse {
            data_catalog_encryption_settings: kept.with_defaults(),
        })
    }
}

/// What `GetDataCatalogEncryptionSettings` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDataCatalogEncryptionSettingsRequest {}

/// What `GetDataCatalogEncryptionSettings` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDataCatalogEncryptionSettingsResponse {
    /// The settings.
    pub data_catalog_encryption_settings: DataCatalogEncryptionSettings,
}
