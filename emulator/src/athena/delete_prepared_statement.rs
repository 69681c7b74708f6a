//! `DeletePreparedStatement`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeletePreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::{prepared_statement, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeletePreparedStatement;

impl Operation for DeletePreparedStatement {
    const NAME: &'static str = "AmazonAthena.DeletePreparedStatement";
    const RULES: &'static [Rule<DeletePreparedStatementRequest>] = &[
        field("statementName", |r| text(&r.statement_name), rules::STATEMENT),
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
    ];
    type Request = DeletePreparedStatementRequest;
    type Response = DeletePreparedStatementResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeletePreparedStatementRequest,
    ) -> Result<DeletePreparedStatementResponse, ApiError> {
        let (group, name) = (required(request.work_group), required(request.statement_name));
        let group = work_group::find(ctx, &group)?.name;
        prepared_statement::find(ctx, &group, &name)?;
        ctx.store.delete_prepared_statement(&group, &name)?;
        Ok(DeletePreparedStatementResponse {})
    }
}

/// What `DeletePreparedStatement` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeletePreparedStatementRequest {
    /// Required.
    pub statement_name: Option<String>,
    /// Required.
    pub work_group: Option<String>,
}

/// What `DeletePreparedStatement` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletePreparedStatementResponse {}
