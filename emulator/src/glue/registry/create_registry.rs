//! `CreateRegistry`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateRegistry.html>

use serde::{Deserialize, Serialize};

use super::names;
use crate::error::ApiError;
use crate::glue::tags::apply_tags;
use crate::glue::{Parameters, arn, registry};
use crate::operation::{Context, Operation};
use crate::store::RegistryRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CreateRegistry;

impl Operation for CreateRegistry {
    const NAME: &'static str = "AWSGlue.CreateRegistry";
    const RULES: &'static [Rule<CreateRegistryRequest>] =
        &[field("registryName", |r| text(&r.registry_name), &[Required])];
    type Request = CreateRegistryRequest;
    type Response = CreateRegistryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateRegistryRequest,
    ) -> Result<CreateRegistryResponse, ApiError> {
        let name = required(request.registry_name);
        names::check_registry(&name)?;
        names::check_description(request.description.as_deref())?;
        names::check_tags(request.tags.as_ref())?;
        let row = registry::create(ctx, name, request.description)?;
        let registry_arn = arn::registry(ctx, &row.name);
        apply_tags(ctx, &registry_arn, request.tags.clone())?;
        let RegistryRow { name: registry_name, description, .. } = row;
        Ok(CreateRegistryResponse { registry_arn, registry_name, description, tags: request.tags })
    }
}

/// What `CreateRegistry` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateRegistryRequest {
    /// Required.
    pub registry_name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Tags of the registry: up to 50.
    pub tags: Option<Parameters>,
}

/// What `CreateRegistry` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRegistryResponse {
    /// Its ARN.
    pub registry_arn: String,
    /// Its name.
    pub registry_name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Parameters>,
}
