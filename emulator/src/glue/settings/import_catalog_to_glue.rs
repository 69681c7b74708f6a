//! `ImportCatalogToGlue`: there is nothing to import, so it is done at once.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ImportCatalogToGlue.html>

use serde::{Deserialize, Serialize};

use super::{CatalogImportStatus, IMPORT};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct ImportCatalogToGlue;

impl Operation for ImportCatalogToGlue {
    const NAME: &'static str = "AWSGlue.ImportCatalogToGlue";
    const RULES: &'static [Rule<ImportCatalogToGlueRequest>] = &[];
    type Request = ImportCatalogToGlueRequest;
    type Response = ImportCatalogToGlueResponse;

    fn call(
        ctx: &mut Context<'_>,
        _request: ImportCatalogToGlueRequest,
    ) -> Result<ImportCatalogToGlueResponse, ApiError> {
        let status = CatalogImportStatus {
            import_completed: true,
            import_time: Some(ctx.now),
            imported_by: Some(ctx.identity.account.clone()),
        };
        ctx.store.set_account_setting(IMPORT, &status)?;
        Ok(ImportCatalogToGlueResponse {})
    }
}

/// What `ImportCatalogToGlue` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImportCatalogToGlueRequest {}

/// What `ImportCatalogToGlue` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportCatalogToGlueResponse {}
