//! `UpdateRegistry`: replaces the description of a registry.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateRegistry.html>

use serde::{Deserialize, Serialize};

use super::{RegistryId, names};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::store::RegistryRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure, text};

/// See the module.
pub struct UpdateRegistry;

impl Operation for UpdateRegistry {
    const NAME: &'static str = "AWSGlue.UpdateRegistry";
    const RULES: &'static [Rule<UpdateRegistryRequest>] = &[
        field("registryId", |r| structure(&r.registry_id), &[Required]),
        field("description", |r| text(&r.description), &[Required]),
    ];
    type Request = UpdateRegistryRequest;
    type Response = UpdateRegistryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateRegistryRequest,
    ) -> Result<UpdateRegistryResponse, ApiError> {
        let row = registry::find(ctx, &required(request.registry_id))?;
        names::check_description(request.description.as_deref())?;
        let row = RegistryRow { description: request.description, updated: ctx.now, ..row };
        ctx.store.update_registry(&row)?;
        let registry_arn = arn::registry(ctx, &row.name);
        Ok(UpdateRegistryResponse { registry_name: row.name, registry_arn })
    }
}

/// What `UpdateRegistry` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateRegistryRequest {
    /// Required: its name or its ARN.
    pub registry_id: Option<RegistryId>,
    /// Required: for people.
    pub description: Option<String>,
}

/// What `UpdateRegistry` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateRegistryResponse {
    /// Its name.
    pub registry_name: String,
    /// Its ARN.
    pub registry_arn: String,
}
