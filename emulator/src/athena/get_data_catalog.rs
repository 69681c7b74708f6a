//! `GetDataCatalog`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDataCatalog.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalog, data_catalog, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetDataCatalog;

impl Operation for GetDataCatalog {
    const NAME: &'static str = "AmazonAthena.GetDataCatalog";
    const RULES: &'static [Rule<GetDataCatalogRequest>] = &[
        field("name", |r| text(&r.name), rules::CATALOG),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = GetDataCatalogRequest;
    type Response = GetDataCatalogResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetDataCatalogRequest,
    ) -> Result<GetDataCatalogResponse, ApiError> {
        let data_catalog = data_catalog::find(ctx, &required(request.name))?;
        Ok(GetDataCatalogResponse { data_catalog })
    }
}

/// What `GetDataCatalog` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDataCatalogRequest {
    /// Required.
    pub name: Option<String>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `GetDataCatalog` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDataCatalogResponse {
    /// The catalog.
    pub data_catalog: DataCatalog,
}
