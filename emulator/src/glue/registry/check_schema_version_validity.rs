//! `CheckSchemaVersionValidity`: whether a definition can be read.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CheckSchemaVersionValidity.html>

use serde::{Deserialize, Serialize};

use super::definition;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CheckSchemaVersionValidity;

impl Operation for CheckSchemaVersionValidity {
    const NAME: &'static str = "AWSGlue.CheckSchemaVersionValidity";
    const RULES: &'static [Rule<CheckSchemaVersionValidityRequest>] = &[
        field("dataFormat", |r| text(&r.data_format), &[Required]),
        field("schemaDefinition", |r| text(&r.schema_definition), &[Required]),
    ];
    const READS_ONLY: bool = true;
    type Request = CheckSchemaVersionValidityRequest;
    type Response = CheckSchemaVersionValidityResponse;

    fn call(
        _ctx: &mut Context<'_>,
        request: CheckSchemaVersionValidityRequest,
    ) -> Result<CheckSchemaVersionValidityResponse, ApiError> {
        let data_format = definition::data_format(required(request.data_format))?;
        let error = definition::check(&data_format, &required(request.schema_definition)).err();
        Ok(CheckSchemaVersionValidityResponse {
            valid: error.is_none(),
            error: error.map(|error| error.message),
        })
    }
}

/// What `CheckSchemaVersionValidity` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CheckSchemaVersionValidityRequest {
    /// Required: `AVRO`, `JSON` or `PROTOBUF`.
    pub data_format: Option<String>,
    /// Required: the text of the schema.
    pub schema_definition: Option<String>,
}

/// What `CheckSchemaVersionValidity` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckSchemaVersionValidityResponse {
    /// Whether it can.
    pub valid: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
