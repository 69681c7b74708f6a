//! `UpdateDataCatalog`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateDataCatalog.html>

use serde::{Deserialize, Serialize};

use super::{data_catalog, rules};
use crate::error::ApiError;
use crate::glue::Parameters;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct UpdateDataCatalog;

impl Operation for UpdateDataCatalog {
    const NAME: &'static str = "AmazonAthena.UpdateDataCatalog";
    const RULES: &'static [Rule<UpdateDataCatalogRequest>] = &[
        field("name", |r| text(&r.name), rules::CATALOG),
        field("type", |r| text(&r.catalog_type), &[Required, OneOf(data_catalog::TYPES)]),
        field("description", |r| text(&r.description), rules::DESCRIPTION),
    ];
    type Request = UpdateDataCatalogRequest;
    type Response = UpdateDataCatalogResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateDataCatalogRequest,
    ) -> Result<UpdateDataCatalogResponse, ApiError> {
        let name = required(request.name);
        data_catalog::check_own(&name)?;
        let mut catalog = data_catalog::find(ctx, &name)?;
        catalog.catalog_type = required(request.catalog_type);
        catalog.description = request.description.or(catalog.description);
        catalog.parameters = request.parameters.or(catalog.parameters);
        ctx.store.put_data_catalog(&catalog)?;
        Ok(UpdateDataCatalogResponse {})
    }
}

/// What `UpdateDataCatalog` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateDataCatalogRequest {
    /// Required.
    pub name: Option<String>,
    /// Required: `GLUE`, `LAMBDA`, `HIVE` or `FEDERATED`.
    #[serde(rename = "Type")]
    pub catalog_type: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// What the type needs.
    pub parameters: Option<Parameters>,
}

/// What `UpdateDataCatalog` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateDataCatalogResponse {}
