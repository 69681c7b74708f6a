//! `UpdateConnection`: replaces what a connection says; its name stays.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateConnection.html>

use serde::{Deserialize, Serialize};

use super::{CONNECTION_INPUT, ConnectionInput};
use crate::error::ApiError;
use crate::glue::connections;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::store::ConnectionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateConnection;

impl Operation for UpdateConnection {
    const NAME: &'static str = "AWSGlue.UpdateConnection";
    const RULES: &'static [Rule<UpdateConnectionRequest>] = &[
        field("name", |r| text(&r.name), NAME),
        field("connectionInput", |r| structure(&r.connection_input), &[Required]),
        inside(|r, found| found.within("connectionInput", &r.connection_input, CONNECTION_INPUT)),
    ];
    type Request = UpdateConnectionRequest;
    type Response = UpdateConnectionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateConnectionRequest,
    ) -> Result<UpdateConnectionResponse, ApiError> {
        let row = connections::find(ctx, &required(request.name))?;
        let input = required(request.connection_input);
        ctx.store.update_connection(&ConnectionRow { updated: ctx.now, input, ..row })?;
        Ok(UpdateConnectionResponse {})
    }
}

/// What `UpdateConnection` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateConnectionRequest {
    /// Required: the connection to update.
    pub name: Option<String>,
    /// Required.
    pub connection_input: Option<ConnectionInput>,
}

/// What `UpdateConnection` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateConnectionResponse {}
