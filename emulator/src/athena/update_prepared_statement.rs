//! `UpdatePreparedStatement`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdatePreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::{prepared_statement, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct UpdatePreparedStatement;

impl Operation for UpdatePreparedStatement {
    const NAME: &'static str = "AmazonAthena.UpdatePreparedStatement";
    const RULES: &'static [Rule<UpdatePreparedStatementRequest>] = &[
        field("statementName", |r| text(&r.statement_name), rules::STATEMENT),
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
        field("queryStatement", |r| text(&r.query_statement), rules::QUERY),
        field("description", |r| text(&r.description), rules::DESCRIPTION),
    ];
    type Request = UpdatePreparedStatementRequest;
    type Response = UpdatePreparedStatementResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdatePreparedStatementRequest,
    ) -> Result<UpdatePreparedStatementResponse, ApiError> {
        let (group, name) = (required(request.work_group), required(request.statement_name));
        let group = work_group::find(ctx, &group)?.name;
        let mut statement = prepared_statement::find(ctx, &group, &name)?;
        statement.query_statement = required(request.query_statement);
        statement.description = request.description.or(statement.description);
        statement.last_modified_time = ctx.now;
        ctx.store.put_prepared_statement(&statement)?;
        Ok(UpdatePreparedStatementResponse {})
    }
}

/// What `UpdatePreparedStatement` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdatePreparedStatementRequest {
    /// Required.
    pub statement_name: Option<String>,
    /// Required.
    pub work_group: Option<String>,
    /// Required.
    pub query_statement: Option<String>,
    /// For people.
    pub description: Option<String>,
}

/// What `UpdatePreparedStatement` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdatePreparedStatementResponse {}
