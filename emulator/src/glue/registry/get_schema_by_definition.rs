//! `GetSchemaByDefinition`: the version of a schema that has this definition, to the letter.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaByDefinition.html>

use serde::{Deserialize, Serialize};

use super::{AVAILABLE, SchemaId, definition, names, wording};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure, text};

/// See the module.
pub struct GetSchemaByDefinition;

impl Operation for GetSchemaByDefinition {
    const NAME: &'static str = "AWSGlue.GetSchemaByDefinition";
    const RULES: &'static [Rule<GetSchemaByDefinitionRequest>] = &[
        field("schemaId", |r| structure(&r.schema_id), &[Required]),
        field("schemaDefinition", |r| text(&r.schema_definition), &[Required]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetSchemaByDefinitionRequest;
    type Response = GetSchemaByDefinitionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetSchemaByDefinitionRequest,
    ) -> Result<GetSchemaByDefinitionResponse, ApiError> {
        let text = required(request.schema_definition);
        definition::check_length(&text)?;
        let id = required(request.schema_id);
        let row = registry::find_schema(ctx, &id)?;
        let versions = ctx.store.list_schema_versions(&row, 0)?;
        let version = versions.into_iter().find(|version| version.definition == text);
        let version = version.ok_or_else(|| wording::schema_not_found(&id))?;
        Ok(GetSchemaByDefinitionResponse {
            schema_version_id: version.id,
            schema_arn: arn::schema(ctx, &row.registry, &row.name),
            data_format: row.data_format,
            status: AVAILABLE,
            created_time: names::time(version.created),
        })
    }
}

/// What `GetSchemaByDefinition` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetSchemaByDefinitionRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
    /// Required: the text of the schema.
    pub schema_definition: Option<String>,
}

/// What `GetSchemaByDefinition` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetSchemaByDefinitionResponse {
    /// Its id.
    pub schema_version_id: String,
    /// The ARN of the schema.
    pub schema_arn: String,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    pub data_format: String,
    /// `AVAILABLE`.
    pub status: &'static str,
    /// When it was created.
    pub created_time: String,
}
