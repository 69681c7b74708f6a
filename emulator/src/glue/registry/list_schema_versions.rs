//! `ListSchemaVersions`: the versions of a schema in order, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ListSchemaVersions.html>

use serde::{Deserialize, Serialize};

use super::{SchemaId, SchemaVersionListItem};
use crate::error::ApiError;
use crate::glue::{paging, registry};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, structure};

const LISTING: &str = "schema versions";

/// See the module.
pub struct ListSchemaVersions;

impl Operation for ListSchemaVersions {
    const NAME: &'static str = "AWSGlue.ListSchemaVersions";
    const RULES: &'static [Rule<ListSchemaVersionsRequest>] = &[
        field("schemaId", |r| structure(&r.schema_id), &[Required]),
        field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS),
    ];
    const READS_ONLY: bool = true;
    type Request = ListSchemaVersionsRequest;
    type Response = ListSchemaVersionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListSchemaVersionsRequest,
    ) -> Result<ListSchemaVersionsResponse, ApiError> {
        let row = registry::find_schema(ctx, &required(request.schema_id))?;
        let limit = paging::limit(request.max_results);
        let after: Option<i64> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_schema_versions(&row, after.unwrap_or_default())?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.number);
        let schemas = rows.into_iter().map(|row| SchemaVersionListItem::new(ctx, row));
        Ok(ListSchemaVersionsResponse { schemas: schemas.collect(), next_token })
    }
}

/// What `ListSchemaVersions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListSchemaVersionsRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
    /// Versions in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// What `ListSchemaVersions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListSchemaVersionsResponse {
    /// The versions: AWS calls them so.
    pub schemas: Vec<SchemaVersionListItem>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
