//! `GetUserDefinedFunction`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunction.html>

use serde::{Deserialize, Serialize};

use super::UserDefinedFunction;
use crate::error::ApiError;
use crate::glue::functions;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetUserDefinedFunction;

impl Operation for GetUserDefinedFunction {
    const NAME: &'static str = "AWSGlue.GetUserDefinedFunction";
    const RULES: &'static [Rule<GetUserDefinedFunctionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("functionName", |r| text(&r.function_name), NAME),
    ];
    const READS_ONLY: bool = true;
    type Request = GetUserDefinedFunctionRequest;
    type Response = GetUserDefinedFunctionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetUserDefinedFunctionRequest,
    ) -> Result<GetUserDefinedFunctionResponse, ApiError> {
        let function = functions::find(ctx, request.database_name, request.function_name)?;
        Ok(GetUserDefinedFunctionResponse { user_defined_function: UserDefinedFunction::new(ctx, function) })
    }
}

/// What `GetUserDefinedFunction` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetUserDefinedFunctionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub function_name: Option<String>,
}

/// What `GetUserDefinedFunction` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUserDefinedFunctionResponse {
    /// The function.
    pub user_defined_function: UserDefinedFunction,
}
