//! `GetCatalogImportStatus`: whether the catalog that Athena had before Glue was imported.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogImportStatus.html>

use serde::{Deserialize, Serialize};

use super::{CatalogImportStatus, IMPORT};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct GetCatalogImportStatus;

impl Operation for GetCatalogImportStatus {
    const NAME: &'static str = "AWSGlue.GetCatalogImportStatus";
    const RULES: &'static [Rule<GetCatalogImportStatusRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = GetCatalogImportStatusRequest;
    type Response = GetCatalogImportStatusResponse;

    fn call(
        ctx: &mut Context<'_>,
        _request: GetCatalogImportStatusRequest,
    ) -> Result<GetCatalogImportStatusResponse, ApiError> {
        Ok(GetCatalogImportStatusResponse {
            import_status: ctx.store.account_setting(IMPORT)?.unwrap_or_default(),
        })
    }
}

/// What `GetCatalogImportStatus` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCatalogImportStatusRequest {}

/// What `GetCatalogImportStatus` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCatalogImportStatusResponse {
    /// The state of the import.
    pub import_status: CatalogImportStatus,
}
