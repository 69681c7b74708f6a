//! `CreateDataCatalog`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateDataCatalog.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalog, Tag, data_catalog, errors, resource, rules, tags};
use crate::error::ApiError;
use crate::glue::Parameters;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, list, required, text};

/// See the module.
pub struct CreateDataCatalog;

impl Operation for CreateDataCatalog {
    const NAME: &'static str = "AmazonAthena.CreateDataCatalog";
    const RULES: &'static [Rule<CreateDataCatalogRequest>] = &[
        field("name", |r| text(&r.name), rules::CATALOG),
        field("type", |r| text(&r.catalog_type), &[Required, OneOf(data_catalog::TYPES)]),
        field("description", |r| text(&r.description), rules::DESCRIPTION),
        field("tags", |r| list(&r.tags, "Tag"), tags::TAGS),
    ];
    type Request = CreateDataCatalogRequest;
    type Response = CreateDataCatalogResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateDataCatalogRequest,
    ) -> Result<CreateDataCatalogResponse, ApiError> {
        let name = required(request.name);
        if data_catalog::find(ctx, &name).is_ok() {
            return Err(errors::already_exists("DataCatalog"));
        }
        let arn = resource::data_catalog(ctx.identity, &name);
        tags::add(ctx, &arn, request.tags.unwrap_or_default())?;
        let data_catalog = DataCatalog {
            name,
            description: request.description,
            catalog_type: required(request.catalog_type),
            parameters: request.parameters,
        };
        ctx.store.put_data_catalog(&data_catalog)?;
        Ok(CreateDataCatalogResponse { data_catalog })
    }
}

/// What `CreateDataCatalog` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateDataCatalogRequest {
    /// Required.
    pub name: Option<String>,
    /// Required: `GLUE`, `LAMBDA`, `HIVE` or `FEDERATED`.
    #[serde(rename = "Type")]
    pub catalog_type: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// What the type needs.
    pub parameters: Option<Parameters>,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// What `CreateDataCatalog` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateDataCatalogResponse {
    /// The catalog.
    pub data_catalog: DataCatalog,
}
