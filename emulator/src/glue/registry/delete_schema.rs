//! `DeleteSchema`: a schema is gone with all its versions; AWS takes its time over these.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteSchema.html>

use serde::{Deserialize, Serialize};

use super::{DELETING, SchemaId};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct DeleteSchema;

impl Operation for DeleteSchema {
    const NAME: &'static str = "AWSGlue.DeleteSchema";
    const RULES: &'static [Rule<DeleteSchemaRequest>] =
        &[field("schemaId", |r| structure(&r.schema_id), &[Required])];
    type Request = DeleteSchemaRequest;
    type Response = DeleteSchemaResponse;

    fn call(ctx: &mut Context<'_>, request: DeleteSchemaRequest) -> Result<DeleteSchemaResponse, ApiError> {
        let row = registry::find_schema(ctx, &required(request.schema_id))?;
        registry::delete_schema(ctx, &row)?;
        let schema_arn = arn::schema(ctx, &row.registry, &row.name);
        Ok(DeleteSchemaResponse { schema_arn, schema_name: row.name, status: DELETING })
    }
}

/// What `DeleteSchema` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteSchemaRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
}

/// What `DeleteSchema` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSchemaResponse {
    /// Its ARN.
    pub schema_arn: String,
    /// Its name.
    pub schema_name: String,
    /// `DELETING`.
    pub status: &'static str,
}
