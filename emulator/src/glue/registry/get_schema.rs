//! `GetSchema`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchema.html>

use serde::{Deserialize, Serialize};

use super::{SchemaDescription, SchemaId, names};
use crate::error::ApiError;
use crate::glue::registry;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct GetSchema;

impl Operation for GetSchema {
    const NAME: &'static str = "AWSGlue.GetSchema";
    const RULES: &'static [Rule<GetSchemaRequest>] =
        &[field("schemaId", |r| structure(&r.schema_id), &[Required])];
    const READS_ONLY: bool = true;
    type Request = GetSchemaRequest;
    type Response = GetSchemaResponse;

    fn call(ctx: &mut Context<'_>, request: GetSchemaRequest) -> Result<GetSchemaResponse, ApiError> {
        let row = registry::find_schema(ctx, &required(request.schema_id))?;
        let (created_time, updated_time) = (names::time(row.created), names::time(row.updated));
        Ok(GetSchemaResponse { schema: SchemaDescription::new(ctx, row), created_time, updated_time })
    }
}

/// What `GetSchema` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetSchemaRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
}

/// What `GetSchema` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetSchemaResponse {
    /// The schema.
    #[serde(flatten)]
    pub schema: SchemaDescription,
    /// When it was created.
    pub created_time: String,
    /// When it was last updated.
    pub updated_time: String,
}
