//! `PutSchemaVersionMetadata`: notes a key and a value about a version; ten at most.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PutSchemaVersionMetadata.html>

use serde::{Deserialize, Serialize};

use super::{MetadataEcho, MetadataKeyValuePair, SchemaId, SchemaVersionNumber, names, wording};
use crate::error::ApiError;
use crate::glue::registry;
use crate::operation::{Context, Operation};
use crate::store::MetadataRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

const METADATA_MAX: usize = 10;

/// See the module.
pub struct PutSchemaVersionMetadata;

impl Operation for PutSchemaVersionMetadata {
    const NAME: &'static str = "AWSGlue.PutSchemaVersionMetadata";
    const RULES: &'static [Rule<PutSchemaVersionMetadataRequest>] =
        &[field("metadataKeyValue", |r| structure(&r.metadata_key_value), &[Required])];
    type Request = PutSchemaVersionMetadataRequest;
    type Response = PutSchemaVersionMetadataResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: PutSchemaVersionMetadataRequest,
    ) -> Result<PutSchemaVersionMetadataResponse, ApiError> {
        let (key, value) = names::check_metadata(required(request.metadata_key_value))?;
        let version = registry::find_version(
            ctx,
            request.schema_id.as_ref(),
            request.schema_version_id.as_deref(),
            request.schema_version_number.as_ref(),
        )?;
        if ctx.store.list_schema_metadata(&version.id)?.len() >= METADATA_MAX {
            return Err(wording::too_much_metadata());
        }
        let entry = MetadataRow { key, value, created: ctx.now };
        if !ctx.store.insert_schema_metadata(&version.id, &entry)? {
            return Err(wording::metadata_exists(&version.id, &entry));
        }
        let echo = MetadataEcho::new(
            request.schema_id,
            request.schema_version_id,
            request.schema_version_number,
            entry,
        );
        Ok(PutSchemaVersionMetadataResponse { entry: echo })
    }
}

/// What `PutSchemaVersionMetadata` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutSchemaVersionMetadataRequest {
    /// The schema, where the version is not named by its id.
    pub schema_id: Option<SchemaId>,
    /// The id of the version, and nothing else.
    pub schema_version_id: Option<String>,
    /// The version of the schema.
    pub schema_version_number: Option<SchemaVersionNumber>,
    /// Required: a key and a value.
    pub metadata_key_value: Option<MetadataKeyValuePair>,
}

/// What `PutSchemaVersionMetadata` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutSchemaVersionMetadataResponse {
    /// What was noted, and about what.
    #[serde(flatten)]
    pub entry: MetadataEcho,
}
