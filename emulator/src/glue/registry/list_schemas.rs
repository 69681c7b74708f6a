//! `ListSchemas`: schemas by registry and name, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ListSchemas.html>

use serde::{Deserialize, Serialize};

use super::{RegistryId, SchemaListItem};
use crate::error::ApiError;
use crate::glue::{paging, registry};
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number};

const LISTING: &str = "schemas";

/// See the module.
pub struct ListSchemas;

impl Operation for ListSchemas {
    const NAME: &'static str = "AWSGlue.ListSchemas";
    const RULES: &'static [Rule<ListSchemasRequest>] =
        &[field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS)];
    const READS_ONLY: bool = true;
    type Request = ListSchemasRequest;
    type Response = ListSchemasResponse;

    fn call(ctx: &mut Context<'_>, request: ListSchemasRequest) -> Result<ListSchemasResponse, ApiError> {
        let registry =
            request.registry_id.map(|id| registry::find(ctx, &id)).transpose()?.map(|row| row.name);
        let limit = paging::limit(request.max_results);
        let after: Option<(String, String)> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_schemas(registry.as_deref(), &after.unwrap_or_default(), limit + 1)?;
        let next_token =
            paging::cut(LISTING, &mut rows, limit, |row| (row.registry.clone(), row.name.clone()));
        let schemas = rows.into_iter().map(|row| SchemaListItem::new(ctx, row));
        Ok(ListSchemasResponse { schemas: schemas.collect(), next_token })
    }
}

/// What `ListSchemas` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListSchemasRequest {
    /// Their registry; all registries when absent.
    pub registry_id: Option<RegistryId>,
    /// Schemas in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// What `ListSchemas` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListSchemasResponse {
    /// Schemas by registry and name.
    pub schemas: Vec<SchemaListItem>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
