//! `CreateConnection`: a connection, which is READY at once; nothing here connects.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateConnection.html>

use serde::{Deserialize, Serialize};

use super::{CONNECTION_INPUT, ConnectionInput};
use crate::error::ApiError;
use crate::glue::tags::{TAGS, apply_tags};
use crate::glue::{Parameters, arn, errors};
use crate::operation::{Context, Operation};
use crate::store::ConnectionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, map, required, structure};

/// See the module.
pub struct CreateConnection;

impl Operation for CreateConnection {
    const NAME: &'static str = "AWSGlue.CreateConnection";
    const RULES: &'static [Rule<CreateConnectionRequest>] = &[
        field("connectionInput", |r| structure(&r.connection_input), &[Required]),
        field("tags", |r| map(&r.tags), TAGS),
        inside(|r, found| found.within("connectionInput", &r.connection_input, CONNECTION_INPUT)),
    ];
    type Request = CreateConnectionRequest;
    type Response = CreateConnectionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateConnectionRequest,
    ) -> Result<CreateConnectionResponse, ApiError> {
        let input = required(request.connection_input);
        let name = required(input.name.clone());
        let connection = ConnectionRow { name: name.clone(), created: ctx.now, updated: ctx.now, input };
        if !ctx.store.insert_connection(&connection)? {
            return Err(errors::already_exists("Connection"));
        }
        apply_tags(ctx, &arn::connection(ctx, &name), request.tags)?;
        Ok(CreateConnectionResponse { create_connection_status: "READY".to_owned() })
    }
}

/// What `CreateConnection` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateConnectionRequest {
    /// Required.
    pub connection_input: Option<ConnectionInput>,
    /// Tags of the connection.
    pub tags: Option<Parameters>,
}

/// What `CreateConnection` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateConnectionResponse {
    /// `READY`.
    pub create_connection_status: String,
}
