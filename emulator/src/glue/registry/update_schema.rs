//! `UpdateSchema`: other compatibility, another checkpoint, another description.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateSchema.html>

use serde::{Deserialize, Serialize};

use super::{SchemaId, SchemaVersionNumber, definition, names};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::store::SchemaRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct UpdateSchema;

impl Operation for UpdateSchema {
    const NAME: &'static str = "AWSGlue.UpdateSchema";
    const RULES: &'static [Rule<UpdateSchemaRequest>] =
        &[field("schemaId", |r| structure(&r.schema_id), &[Required])];
    type Request = UpdateSchemaRequest;
    type Response = UpdateSchemaResponse;

    fn call(ctx: &mut Context<'_>, request: UpdateSchemaRequest) -> Result<UpdateSchemaResponse, ApiError> {
        let mut row = registry::find_schema(ctx, &required(request.schema_id))?;
        names::check_description(request.description.as_deref())?;
        if request.compatibility.is_some() {
            row.compatibility = definition::compatibility(request.compatibility)?;
        }
        if let Some(number) = request.schema_version_number {
            row.checkpoint = registry::version_of(ctx, &row, &number, None)?.number;
        }
        let description = request.description.or(row.description);
        let row = SchemaRow { description, updated: ctx.now, ..row };
        ctx.store.update_schema(&row)?;
        let schema_arn = arn::schema(ctx, &row.registry, &row.name);
        Ok(UpdateSchemaResponse { schema_arn, schema_name: row.name, registry_name: row.registry })
    }
}

/// What `UpdateSchema` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateSchemaRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
    /// The version that is the checkpoint from now on.
    pub schema_version_number: Option<SchemaVersionNumber>,
    /// Which versions may follow.
    pub compatibility: Option<String>,
    /// For people.
    pub description: Option<String>,
}

/// What `UpdateSchema` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateSchemaResponse {
    /// Its ARN.
    pub schema_arn: String,
    /// Its name.
    pub schema_name: String,
    /// Its registry.
    pub registry_name: String,
}
