//! `UpdateUserDefinedFunction`: replaces what a function says; its name stays.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateUserDefinedFunction.html>

use serde::{Deserialize, Serialize};

use super::{FUNCTION_INPUT, UserDefinedFunctionInput};
use crate::error::ApiError;
use crate::glue::functions;
use crate::glue::name::NAME;
use crate::operation::{Context, Operation};
use crate::store::FunctionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateUserDefinedFunction;

impl Operation for UpdateUserDefinedFunction {
    const NAME: &'static str = "AWSGlue.UpdateUserDefinedFunction";
    const RULES: &'static [Rule<UpdateUserDefinedFunctionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("functionName", |r| text(&r.function_name), NAME),
        field("functionInput", |r| structure(&r.function_input), &[Required]),
        inside(|r, found| found.within("functionInput", &r.function_input, FUNCTION_INPUT)),
    ];
    type Request = UpdateUserDefinedFunctionRequest;
    type Response = UpdateUserDefinedFunctionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateUserDefinedFunctionRequest,
    ) -> Result<UpdateUserDefinedFunctionResponse, ApiError> {
        let function = functions::find(ctx, request.database_name, request.function_name)?;
        ctx.store.update_function(&FunctionRow { input: required(request.function_input), ..function })?;
        Ok(UpdateUserDefinedFunctionResponse {})
    }
}

/// What `UpdateUserDefinedFunction` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateUserDefinedFunctionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub function_name: Option<String>,
    /// Required.
    pub function_input: Option<UserDefinedFunctionInput>,
}

/// What `UpdateUserDefinedFunction` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateUserDefinedFunctionResponse {}
