//! `GetRegistry`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetRegistry.html>

use serde::{Deserialize, Serialize};

use super::{RegistryId, RegistryListItem};
use crate::error::ApiError;
use crate::glue::registry;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct GetRegistry;

impl Operation for GetRegistry {
    const NAME: &'static str = "AWSGlue.GetRegistry";
    const RULES: &'static [Rule<GetRegistryRequest>] =
        &[field("registryId", |r| structure(&r.registry_id), &[Required])];
    const READS_ONLY: bool = true;
    type Request = GetRegistryRequest;
    type Response = GetRegistryResponse;

    fn call(ctx: &mut Context<'_>, request: GetRegistryRequest) -> Result<GetRegistryResponse, ApiError> {
        let row = registry::find(ctx, &required(request.registry_id))?;
        Ok(GetRegistryResponse { registry: RegistryListItem::new(ctx, row) })
    }
}

/// What `GetRegistry` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetRegistryRequest {
    /// Required: its name or its ARN.
    pub registry_id: Option<RegistryId>,
}

/// What `GetRegistry` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetRegistryResponse {
    /// The registry.
    #[serde(flatten)]
    pub registry: RegistryListItem,
}
