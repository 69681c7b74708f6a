//! `CreateSchema`: a schema, with its first version where a definition is given.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSchema.html>

use serde::{Deserialize, Serialize};

use super::{AVAILABLE, RegistryId, SchemaDescription, definition, names};
use crate::error::ApiError;
use crate::glue::tags::apply_tags;
use crate::glue::{Parameters, arn, registry};
use crate::operation::{Context, Operation};
use crate::store::SchemaRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CreateSchema;

impl Operation for CreateSchema {
    const NAME: &'static str = "AWSGlue.CreateSchema";
    const RULES: &'static [Rule<CreateSchemaRequest>] = &[
        field("schemaName", |r| text(&r.schema_name), &[Required]),
        field("dataFormat", |r| text(&r.data_format), &[Required]),
    ];
    type Request = CreateSchemaRequest;
    type Response = CreateSchemaResponse;

    fn call(ctx: &mut Context<'_>, request: CreateSchemaRequest) -> Result<CreateSchemaResponse, ApiError> {
        let registry = registry::find_or_create(ctx, request.registry_id.unwrap_or_default())?;
        let name = required(request.schema_name);
        names::check_schema(&name)?;
        let data_format = definition::data_format(required(request.data_format))?;
        let compatibility = definition::compatibility(request.compatibility)?;
        names::check_description(request.description.as_deref())?;
        names::check_tags(request.tags.as_ref())?;
        if let Some(text) = &request.schema_definition {
            definition::check(&data_format, text)?;
        }
        let row = SchemaRow {
            registry: registry.name,
            name,
            description: request.description,
            data_format,
            compatibility,
            checkpoint: i64::from(request.schema_definition.is_some()),
            version_next: 1,
            created: ctx.now,
            updated: ctx.now,
        };
        let mut row = registry::insert_schema(ctx, row)?;
        let version = request.schema_definition.map(|text| registry::add_version(ctx, &mut row, text));
        let schema_version_id = version.transpose()?.map(|version| version.id);
        apply_tags(ctx, &arn::schema(ctx, &row.registry, &row.name), request.tags.clone())?;
        Ok(CreateSchemaResponse {
            schema: SchemaDescription::new(ctx, row),
            tags: request.tags,
            schema_version_status: schema_version_id.as_ref().map(|_| AVAILABLE),
            schema_version_id,
        })
    }
}

/// What `CreateSchema` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateSchemaRequest {
    /// Its registry; `default-registry` when absent, which is created when it is needed.
    pub registry_id: Option<RegistryId>,
    /// Required.
    pub schema_name: Option<String>,
    /// Required: `AVRO`, `JSON` or `PROTOBUF`.
    pub data_format: Option<String>,
    /// Which versions may follow; `BACKWARD` when absent. Only `DISABLED` has an effect.
    pub compatibility: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Tags of the schema: up to 50.
    pub tags: Option<Parameters>,
    /// The first version.
    pub schema_definition: Option<String>,
}

/// What `CreateSchema` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSchemaResponse {
    /// The schema.
    #[serde(flatten)]
    pub schema: SchemaDescription,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Parameters>,
    /// The id of its first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version_id: Option<String>,
    /// `AVAILABLE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version_status: Option<&'static str>,
}
