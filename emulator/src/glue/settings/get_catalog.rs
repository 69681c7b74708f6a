//! `GetCatalog`: the account's own catalog, the only one that there is.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalog.html>

use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::error::ApiError;
use crate::glue::errors;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetCatalog;

impl Operation for GetCatalog {
    const NAME: &'static str = "AWSGlue.GetCatalog";
    const RULES: &'static [Rule<GetCatalogRequest>] = &[field("catalogId", |r| text(&r.catalog_id), NAME)];
    const READS_ONLY: bool = true;
    type Request = GetCatalogRequest;
    type Response = GetCatalogResponse;

    fn call(ctx: &mut Context<'_>, request: GetCatalogRequest) -> Result<GetCatalogResponse, ApiError> {
        let id = required(request.catalog_id);
        if id != ctx.identity.account {
            return Err(errors::named_not_found("Catalog", &id));
        }
        Ok(GetCatalogResponse { catalog: Catalog::of_account(ctx) })
    }
}

/// What `GetCatalog` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCatalogRequest {
    /// Required: the account.
    pub catalog_id: Option<String>,
}

/// What `GetCatalog` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCatalogResponse {
    /// The catalog.
    pub catalog: Catalog,
}
