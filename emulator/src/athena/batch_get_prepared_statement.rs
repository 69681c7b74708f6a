//! `BatchGetPreparedStatement`: several prepared statements.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetPreparedStatement.html>

use serde::{Deserialize, Serialize};

use super::{PreparedStatement, errors, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct BatchGetPreparedStatement;

impl Operation for BatchGetPreparedStatement {
    const NAME: &'static str = "AmazonAthena.BatchGetPreparedStatement";
    const RULES: &'static [Rule<BatchGetPreparedStatementRequest>] = &[
        field("preparedStatementNames", |r| texts(&r.prepared_statement_names), &[Required, Length(1, 256)]),
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = BatchGetPreparedStatementRequest;
    type Response = BatchGetPreparedStatementResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchGetPreparedStatementRequest,
    ) -> Result<BatchGetPreparedStatementResponse, ApiError> {
        let group = work_group::find(ctx, &required(request.work_group))?.name;
        let (mut prepared_statements, mut unprocessed_prepared_statement_names) = (Vec::new(), Vec::new());
        for name in required(request.prepared_statement_names) {
            match ctx.store.find_prepared_statement(&group, &name)? {
                Some(statement) => prepared_statements.push(statement),
                None => unprocessed_prepared_statement_names
                    .push(UnprocessedPreparedStatementName::not_found(name, &group)),
            }
        }
        Ok(BatchGetPreparedStatementResponse { prepared_statements, unprocessed_prepared_statement_names })
    }
}

/// A name that nothing has, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedPreparedStatementName {
    /// The name.
    pub statement_name: String,
    /// Athena's code.
    pub error_code: &'static str,
    /// Its sentence.
    pub error_message: String,
}

impl UnprocessedPreparedStatementName {
    fn not_found(name: String, work_group: &str) -> Self {
        let error_message = errors::prepared_statement_not_found(&name, work_group).message;
        Self { statement_name: name, error_code: "STATEMENT_NOT_FOUND", error_message }
    }
}

/// What `BatchGetPreparedStatement` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchGetPreparedStatementRequest {
    /// Required.
    pub prepared_statement_names: Option<Vec<String>>,
    /// Required.
    pub work_group: Option<String>,
}

/// What `BatchGetPreparedStatement` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetPreparedStatementResponse {
    /// Those that there are.
    pub prepared_statements: Vec<PreparedStatement>,
    /// The others.
    pub unprocessed_prepared_statement_names: Vec<UnprocessedPreparedStatementName>,
}
