//! `ListDataCatalogs`: data catalogs by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDataCatalogs.html>

use serde::{Deserialize, Serialize};

use super::{DataCatalog, data_catalog, paging, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

const LISTING: &str = "data catalogs";

/// See the module.
pub struct ListDataCatalogs;

impl Operation for ListDataCatalogs {
    const NAME: &'static str = "AmazonAthena.ListDataCatalogs";
    const RULES: &'static [Rule<ListDataCatalogsRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP)];
    const READS_ONLY: bool = true;
    type Request = ListDataCatalogsRequest;
    type Response = ListDataCatalogsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListDataCatalogsRequest,
    ) -> Result<ListDataCatalogsResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let catalogs = data_catalog::all(ctx)?;
        let token = request.next_token.as_deref();
        let (catalogs, next_token) =
            paging::page(LISTING, catalogs, token, limit, |catalog: &DataCatalog| catalog.name.clone())?;
        let summary = |catalog: DataCatalog| DataCatalogSummary {
            catalog_name: catalog.name,
            catalog_type: catalog.catalog_type,
        };
        let data_catalogs_summary = catalogs.into_iter().map(summary).collect();
        Ok(ListDataCatalogsResponse { data_catalogs_summary, next_token })
    }
}

/// The name and the type of a data catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataCatalogSummary {
    /// The name.
    pub catalog_name: String,
    /// `GLUE`, `LAMBDA`, `HIVE` or `FEDERATED`.
    #[serde(rename = "Type")]
    pub catalog_type: String,
}

/// What `ListDataCatalogs` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListDataCatalogsRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `ListDataCatalogs` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListDataCatalogsResponse {
    /// Catalogs.
    pub data_catalogs_summary: Vec<DataCatalogSummary>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
