//! `DeleteSchemaVersions`: versions by number or range; the first one and the checkpoint stay as long as the schema.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteSchemaVersions.html>

use serde::{Deserialize, Serialize};

use super::{SchemaId, wording};
use crate::error::{ApiError, ErrorCode};
use crate::glue::{ErrorDetail, errors, registry};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure, text};

/// See the module.
pub struct DeleteSchemaVersions;

impl Operation for DeleteSchemaVersions {
    const NAME: &'static str = "AWSGlue.DeleteSchemaVersions";
    const RULES: &'static [Rule<DeleteSchemaVersionsRequest>] = &[
        field("schemaId", |r| structure(&r.schema_id), &[Required]),
        field("versions", |r| text(&r.versions), &[Required]),
    ];
    type Request = DeleteSchemaVersionsRequest;
    type Response = DeleteSchemaVersionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteSchemaVersionsRequest,
    ) -> Result<DeleteSchemaVersionsResponse, ApiError> {
        let row = registry::find_schema(ctx, &required(request.schema_id))?;
        let (first, last) =
            range(&required(request.versions)).ok_or_else(|| wording::not_valid("versions"))?;
        if first == 1 || (first..=last).contains(&row.checkpoint) {
            return Err(errors::invalid_input(
                "The first version and the checkpoint of a schema cannot be deleted.",
            ));
        }
        let versions = ctx.store.list_schema_versions(&row, first - 1)?;
        let mut schema_version_errors = Vec::new();
        // Numbers that were never given are many, and all alike: they are named up to the next one.
        for number in first..=last.min(row.version_next) {
            match versions.iter().find(|version| version.number == number) {
                Some(version) => ctx.store.delete_schema_version(&version.id)?,
                None => schema_version_errors.push(SchemaVersionErrorItem::not_found(number)),
            }
        }
        Ok(DeleteSchemaVersionsResponse { schema_version_errors })
    }
}

/// What `DeleteSchemaVersions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteSchemaVersionsRequest {
    /// Required: its names or its ARN.
    pub schema_id: Option<SchemaId>,
    /// Required: `5`, or `5-8`.
    pub versions: Option<String>,
}

/// What `DeleteSchemaVersions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSchemaVersionsResponse {
    /// The versions that were not deleted.
    pub schema_version_errors: Vec<SchemaVersionErrorItem>,
}

/// A version that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaVersionErrorItem {
    /// Its number.
    pub version_number: i64,
    /// Why.
    pub error_details: ErrorDetail,
}

impl SchemaVersionErrorItem {
    fn not_found(version_number: i64) -> Self {
        let error_details = ErrorDetail {
            error_code: ErrorCode::EntityNotFoundException.to_string(),
            error_message: format!("Schema version is not found. VersionNumber: {version_number}"),
        };
        Self { version_number, error_details }
    }
}

/// The first and the last number of `5` or `5-8`.
fn range(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    (1 <= first && first <= last).then_some((first, last))
}
