//! `CreatePreparedStatement`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::{PreparedStatement, errors, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CreatePreparedStatement;

impl Operation for CreatePreparedStatement {
    const NAME: &'static str = "AmazonAthena.CreatePreparedStatement";
    const RULES: &'static [Rule<CreatePreparedStatementRequest>] = &[
        field("statementName", |r| text(&r.statement_name), rules::STATEMENT),
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
        field("queryStatement", |r| text(&r.query_statement), rules::QUERY),
        field("description", |r| text(&r.description), rules::DESCRIPTION),
    ];
    type Request = CreatePreparedStatementRequest;
    type Response = CreatePreparedStatementResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreatePreparedStatementRequest,
    ) -> Result<CreatePreparedStatementResponse, ApiError> {
        let group = work_group::find(ctx, &required(request.work_group))?.name;
        let name = required(request.statement_name);
        if ctx.store.find_prepared_statement(&group, &name)?.is_some() {
            let message = format!("PreparedStatement {name} already exists in workGroup {group}");
            return Err(errors::invalid_request(message));
        }
        ctx.store.put_prepared_statement(&PreparedStatement {
            statement_name: name,
            query_statement: required(request.query_statement),
            work_group_name: group,
            description: request.description,
            last_modified_time: ctx.now,
        })?;
        Ok(CreatePreparedStatementResponse {})
    }
}

/// What `CreatePreparedStatement` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreatePreparedStatementRequest {
    /// Required.
    pub statement_name: Option<String>,
    /// Required.
    pub work_group: Option<String>,
    /// Required.
    pub query_statement: Option<String>,
    /// For people.
    pub description: Option<String>,
}

/// What `CreatePreparedStatement` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreatePreparedStatementResponse {}
