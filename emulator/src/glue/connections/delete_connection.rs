//! `DeleteConnection`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteConnection.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::connections;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteConnection;

impl Operation for DeleteConnection {
    const NAME: &'static str = "AWSGlue.DeleteConnection";
    const RULES: &'static [Rule<DeleteConnectionRequest>] =
        &[field("connectionName", |r| text(&r.connection_name), NAME)];
    type Request = DeleteConnectionRequest;
    type Response = DeleteConnectionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteConnectionRequest,
    ) -> Result<DeleteConnectionResponse, ApiError> {
        connections::delete(ctx, &required(request.connection_name))?;
        Ok(DeleteConnectionResponse {})
    }
}

/// What `DeleteConnection` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteConnectionRequest {
    /// Required.
    pub connection_name: Option<String>,
}

/// What `DeleteConnection` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteConnectionResponse {}
