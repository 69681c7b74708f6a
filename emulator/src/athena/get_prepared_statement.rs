//! `GetPreparedStatement`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetPreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::{PreparedStatement, prepared_statement, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetPreparedStatement;

impl Operation for GetPreparedStatement {
    const NAME: &'static str = "AmazonAthena.GetPreparedStatement";
    const RULES: &'static [Rule<GetPreparedStatementRequest>] = &[
        field("statementName", |r| text(&r.statement_name), rules::STATEMENT),
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = GetPreparedStatementRequest;
    type Response = GetPreparedStatementResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetPreparedStatementRequest,
    ) -> Result<GetPreparedStatementResponse, ApiError> {
        let (group, name) = (required(request.work_group), required(request.statement_name));
        let group = work_group::find(ctx, &group)?.name;
        let prepared_statement = prepared_statement::find(ctx, &group, &name)?;
        Ok(GetPreparedStatementResponse { prepared_statement })
    }
}

/// What `GetPreparedStatement` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetPreparedStatementRequest {
    /// Required.
    pub statement_name: Option<String>,
    /// Required.
    pub work_group: Option<String>,
}

/// What `GetPreparedStatement` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPreparedStatementResponse {
    /// The statement.
    pub prepared_statement: PreparedStatement,
}
