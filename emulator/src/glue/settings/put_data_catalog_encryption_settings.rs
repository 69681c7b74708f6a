//! `PutDataCatalogEncryptionSettings`: kept and answered, without effect.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PutDataCatalogEncryptionSettings.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalogEncryptionSettings, ENCRYPTION, SETTINGS};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure};

/// See the module.
pub struct PutDataCatalogEncryptionSettings;

impl Operation for PutDataCatalogEncryptionSettings {
    const NAME: &'static str = "AWSGlue.PutDataCatalogEncryptionSettings";
    const RULES: &'static [Rule<PutDataCatalogEncryptionSettingsRequest>] = &[
        field(
            "dataCatalogEncryptionSettings",
            |r| structure(&r.data_catalog_encryption_settings),
            &[Required],
        ),
        inside(|r, found| {
            found.within("dataCatalogEncryptionSettings", &r.data_catalog_encryption_settings, SETTINGS)
        }),
    ];
    type Request = PutDataCatalogEncryptionSettingsRequest;
    type Response = PutDataCatalogEncryptionSettingsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: PutDataCatalogEncryptionSettingsRequest,
    ) -> Result<PutDataCatalogEncryptionSettingsResponse, ApiError> {
        let settings = required(request.data_catalog_encryption_settings);
        ctx.store.set_account_setting(ENCRYPTION, &settings)?;
        Ok(PutDataCatalogEncryptionSettingsResponse {})
    }
}

/// What `PutDataCatalogEncryptionSettings` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutDataCatalogEncryptionSettingsRequest {
    /// Required.
    pub data_catalog_encryption_settings: Option<DataCatalogEncryptionSettings>,
}

/// What `PutDataCatalogEncryptionSettings` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PutDataCatalogEncryptionSettingsResponse {}
