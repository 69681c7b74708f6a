//! `GetConnection`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetConnection.html>

use serde::{Deserialize, Serialize};

use super::Connection;
use crate::error::ApiError;
use crate::glue::connections;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetConnection;

impl Operation for GetConnection {
    const NAME: &'static str = "AWSGlue.GetConnection";
    const RULES: &'static [Rule<GetConnectionRequest>] = &[field("name", |r| text(&r.name), NAME)];
    const READS_ONLY: bool = true;
    type Request = GetConnectionRequest;
    type Response = GetConnectionResponse;

    fn call(ctx: &mut Context<'_>, request: GetConnectionRequest) -> Result<GetConnectionResponse, ApiError> {
        let row = connections::find(ctx, &required(request.name))?;
        let hide_password = request.hide_password == Some(true);
        Ok(GetConnectionResponse { connection: Connection::new(row, hide_password) })
    }
}

/// What `GetConnection` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetConnectionRequest {
    /// Required.
    pub name: Option<String>,
    /// Leaves passwords away.
    pub hide_password: Option<bool>,
}

/// What `GetConnection` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetConnectionResponse {
    /// The connection.
    pub connection: Connection,
}
