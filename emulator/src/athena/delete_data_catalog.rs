//! `DeleteDataCatalog`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteDataCatalog.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalog, data_catalog, resource, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteDataCatalog;

impl Operation for DeleteDataCatalog {
    const NAME: &'static str = "AmazonAthena.DeleteDataCatalog";
    const RULES: &'static [Rule<DeleteDataCatalogRequest>] =
        &[field("name", |r| text(&r.name), rules::CATALOG)];
    type Request = DeleteDataCatalogRequest;
    type Response = DeleteDataCatalogResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteDataCatalogRequest,
    ) -> Result<DeleteDataCatalogResponse, ApiError> {
        let name = required(request.name);
        data_catalog::check_own(&name)?;
        let data_catalog = data_catalog::find(ctx, &name)?;
        ctx.store.forget_resource(&resource::data_catalog(ctx.identity, &name))?;
        ctx.store.delete_data_catalog(&name)?;
        Ok(DeleteDataCatalogResponse { data_catalog })
    }
}

/// What `DeleteDataCatalog` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteDataCatalogRequest {
    /// Required.
    pub name: Option<String>,
}

/// What `DeleteDataCatalog` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteDataCatalogResponse {
    /// The catalog that was there.
    pub data_catalog: DataCatalog,
}
