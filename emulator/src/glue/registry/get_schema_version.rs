//! `GetSchemaVersion`: a version, by its id or by schema and number.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaVersion.html>

use serde::{Deserialize, Serialize};

use super::{AVAILABLE, SchemaId, SchemaVersionNumber, names, wording};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct GetSchemaVersion;

impl Operation for GetSchemaVersion {
    const NAME: &'static str = "AWSGlue.GetSchemaVersion";
    const RULES: &'static [Rule<GetSchemaVersionRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = GetSchemaVersionRequest;
    type Response = GetSchemaVersionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetSchemaVersionRequest,
    ) -> Result<GetSchemaVersionResponse, ApiError> {
        let version = registry::find_version(
            ctx,
            request.schema_id.as_ref(),
            request.schema_version_id.as_deref(),
            request.schema_version_number.as_ref(),
        )?;
        let schema = ctx.store.find_schema(&version.registry, &version.schema)?;
        Ok(GetSchemaVersionResponse {
            data_format: schema.ok_or_else(|| wording::version_id_not_found(&version.id))?.data_format,
            schema_arn: arn::schema(ctx, &version.registry, &version.schema),
            schema_version_id: version.id,
            schema_definition: version.definition,
            version_number: version.number,
            status: AVAILABLE,
            created_time: names::time(version.created),
        })
    }
}

/// What `GetSchemaVersion` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetSchemaVersionRequest {
    /// The schema, where the version is not named by its id.
    pub schema_id: Option<SchemaId>,
    /// The id of the version, and nothing else.
    pub schema_version_id: Option<String>,
    /// The version of the schema.
    pub schema_version_number: Option<SchemaVersionNumber>,
}

/// What `GetSchemaVersion` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetSchemaVersionResponse {
    /// Its id.
    pub schema_version_id: String,
    /// The text of the schema.
    pub schema_definition: String,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    pub data_format: String,
    /// The ARN of the schema.
    pub schema_arn: String,
    /// Its number.
    pub version_number: i64,
    /// `AVAILABLE`.
    pub status: &'static str,
    /// When it was created.
    pub created_time: String,
}
