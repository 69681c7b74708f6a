//! `RemoveSchemaVersionMetadata`: a key and a value are no longer noted about a version.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_RemoveSchemaVersionMetadata.html>

use serde::{Deserialize, Serialize};

use super::{MetadataEcho, MetadataKeyValuePair, SchemaId, SchemaVersionNumber, names, wording};
use crate::error::ApiError;
use crate::glue::registry;
use crate::operation::{Context, Operation};
use crate::store::MetadataRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct RemoveSchemaVersionMetadata;

impl Operation for RemoveSchemaVersionMetadata {
    const NAME: &'static str = "AWSGlue.RemoveSchemaVersionMetadata";
    const RULES: &'static [Rule<RemoveSchemaVersionMetadataRequest>] =
        &[field("metadataKeyValue", |r| structure(&r.metadata_key_value), &[Required])];
    type Request = RemoveSchemaVersionMetadataRequest;
    type Response = RemoveSchemaVersionMetadataResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: RemoveSchemaVersionMetadataRequest,
    ) -> Result<RemoveSchemaVersionMetadataResponse, ApiError> {
        let (key, value) = names::check_metadata(required(request.metadata_key_value))?;
        let version = registry::find_version(
            ctx,
            request.schema_id.as_ref(),
            request.schema_version_id.as_deref(),
            request.schema_version_number.as_ref(),
        )?;
        if !ctx.store.delete_schema_metadata(&version.id, &key, &value)? {
            return Err(wording::metadata_not_found(&version.id, &key, &value));
        }
        let entry = MetadataRow { key, value, created: ctx.now };
        let echo = MetadataEcho::new(
            request.schema_id,
            request.schema_version_id,
            request.schema_version_number,
            entry,
        );
        Ok(RemoveSchemaVersionMetadataResponse { entry: echo })
    }
}

/// What `RemoveSchemaVersionMetadata` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RemoveSchemaVersionMetadataRequest {
    /// The schema, where the version is not named by its id.
    pub schema_id: Option<SchemaId>,
    /// The id of the version, and nothing else.
    pub schema_version_id: Option<String>,
    /// The version of the schema.
    pub schema_version_number: Option<SchemaVersionNumber>,
    /// Required: a key and a value.
    pub metadata_key_value: Option<MetadataKeyValuePair>,
}

/// What `RemoveSchemaVersionMetadata` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RemoveSchemaVersionMetadataResponse {
    /// What was removed, and from what.
    #[serde(flatten)]
    pub entry: MetadataEcho,
}
