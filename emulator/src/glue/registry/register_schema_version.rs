//! `RegisterSchemaVersion`: adds a version to a schema, unless it has one of the same definition.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_RegisterSchemaVersion.html>

use serde::{Deserialize, Serialize};

use super::{AVAILABLE, SchemaId, definition, wording};
use crate::error::ApiError;
use crate::glue::registry;
use crate::operation::{Context, Operation};
use crate::store::SchemaVersionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure, text};

/// See the module.
pub struct RegisterSchemaVersion;

impl Operation for RegisterSchemaVersion {
    const NAME: &'static str = "AWSGlue.RegisterSchemaVersion";
    const RULES: &'static [Rule<RegisterSchemaVersionRequest>] = &[
        field("schemaId", |r| structure(&r.schema_id), &[Required]),
        field("schemaDefinition", |r| text(&r.schema_definition), &[Required]),
    ];
    type Request = RegisterSchemaVersionRequest;
    type Response = RegisterSchemaVersionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: RegisterSchemaVersionRequest,
    ) -> Result<RegisterSchemaVersionResponse, ApiError> {
        let id = required(request.schema_id);
        let mut row = registry::find_schema(ctx, &id)?;
        if row.compatibility == "DISABLED" {
            return Err(wording::versioning_disabled(&row, &id));
        }
        let text = required(request.schema_definition);
        definition::check(&row.data_format, &text)?;
        let versions = ctx.store.list_schema_versions(&row, 0)?;
        let same =
            |version: &SchemaVersionRow| definition::same(&row.data_format, &version.definition, &text);
        let version = match versions.into_iter().find(same) {
            Some(version) => version,
            None => registry::add_version(ctx, &mut row, text)?,
        };
        let (schema_version_id, version_number) = (version.id, version.number);
        Ok(RegisterSchemaVersionResponse { schema_version_id, version_number, status: AVAILABLE })
    }
}

/// What `RegisterSchemaVersion` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegisterSchemaVersionRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
    /// Required: the text of the schema.
    pub schema_definition: Option<String>,
}

/// What `RegisterSchemaVersion` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegisterSchemaVersionResponse {
    /// Its id.
    pub schema_version_id: String,
    /// Its number.
    pub version_number: i64,
    /// `AVAILABLE`.
    pub status: &'static str,
}
