//! `DeleteRegistry`: a registry is gone with all its schemas; AWS takes its time over these.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteRegistry.html>

use serde::{Deserialize, Serialize};

use super::{DELETING, RegistryId};
use crate::error::ApiError;
use crate::glue::{arn, registry};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, structure};

/// See the module.
pub struct DeleteRegistry;

impl Operation for DeleteRegistry {
    const NAME: &'static str = "AWSGlue.DeleteRegistry";
    const RULES: &'static [Rule<DeleteRegistryRequest>] =
        &[field("registryId", |r| structure(&r.registry_id), &[Required])];
    type Request = DeleteRegistryRequest;
    type Response = DeleteRegistryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteRegistryRequest,
    ) -> Result<DeleteRegistryResponse, ApiError> {
        let row = registry::find(ctx, &required(request.registry_id))?;
        let first = (String::new(), String::new());
        for schema in ctx.store.list_schemas(Some(&row.name), &first, usize::MAX >> 1)? {
            registry::delete_schema(ctx, &schema)?;
        }
        ctx.store.delete_registry(&row.name)?;
        let registry_arn = arn::registry(ctx, &row.name);
        ctx.store.forget_resource(&registry_arn)?;
        Ok(DeleteRegistryResponse { registry_name: row.name, registry_arn, status: DELETING })
    }
}

/// What `DeleteRegistry` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteRegistryRequest {
    /// Required: its name or its ARN.
    pub registry_id: Option<RegistryId>,
}

/// What `DeleteRegistry` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRegistryResponse {
    /// Its name.
    pub registry_name: String,
    /// Its ARN.
    pub registry_arn: String,
    /// `DELETING`.
    pub status: &'static str,
}
