//! `GetCatalogs`: the catalogs below the account's own, of which there are none; and that one itself, when asked for.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogs.html>

use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::error::ApiError;
use crate::glue::name::OPTIONAL_NAME;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, text};

/// See the module.
pub struct GetCatalogs;

impl Operation for GetCatalogs {
    const NAME: &'static str = "AWSGlue.GetCatalogs";
    const RULES: &'static [Rule<GetCatalogsRequest>] = &[
        field("parentCatalogId", |r| text(&r.parent_catalog_id), OPTIONAL_NAME),
        field("maxResults", |r| number(&r.max_results), &[Range(1, 1000)]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetCatalogsRequest;
    type Response = GetCatalogsResponse;

    fn call(ctx: &mut Context<'_>, request: GetCatalogsRequest) -> Result<GetCatalogsResponse, ApiError> {
        let root = (request.include_root == Some(true)).then(|| Catalog::of_account(ctx));
        Ok(GetCatalogsResponse { catalog_list: root.into_iter().collect() })
    }
}

/// What `GetCatalogs` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCatalogsRequest {
    /// The catalog above; the account's own when absent.
    pub parent_catalog_id: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Catalogs in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Also those further below.
    pub recursive: Option<bool>,
    /// Also the account's own.
    pub include_root: Option<bool>,
}

/// What `GetCatalogs` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCatalogsResponse {
    /// The catalogs.
    pub catalog_list: Vec<Catalog>,
}
