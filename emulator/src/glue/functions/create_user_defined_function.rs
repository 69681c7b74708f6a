//! `CreateUserDefinedFunction`: a function of Hive, described; nothing here calls it.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateUserDefinedFunction.html>

use serde::{Deserialize, Serialize};

use super::{FUNCTION_INPUT, UserDefinedFunctionInput};
use crate::error::ApiError;
use crate::glue::name::{NAME, folded};
use crate::glue::{database, errors};
use crate::operation::{Context, Operation};
use crate::store::FunctionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct CreateUserDefinedFunction;

impl Operation for CreateUserDefinedFunction {
    const NAME: &'static str = "AWSGlue.CreateUserDefinedFunction";
    const RULES: &'static [Rule<CreateUserDefinedFunctionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("functionInput", |r| structure(&r.function_input), &[Required]),
        inside(|r, found| found.within("functionInput", &r.function_input, FUNCTION_INPUT)),
    ];
    type Request = CreateUserDefinedFunctionRequest;
    type Response = CreateUserDefinedFunctionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateUserDefinedFunctionRequest,
    ) -> Result<CreateUserDefinedFunctionResponse, ApiError> {
        let database = database::find(ctx, &folded(request.database_name))?.name;
        let input = required(request.function_input);
        let refusal = || errors::invalid_input("FunctionName must be given");
        let name = input.function_name.as_deref().ok_or_else(refusal)?.to_lowercase();
        let function = FunctionRow { database, name, created: ctx.now, input };
        if ctx.store.insert_function(&function)? {
            Ok(CreateUserDefinedFunctionResponse {})
        } else {
            Err(errors::already_exists("Function"))
        }
    }
}

/// What `CreateUserDefinedFunction` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateUserDefinedFunctionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub function_input: Option<UserDefinedFunctionInput>,
}

/// What `CreateUserDefinedFunction` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateUserDefinedFunctionResponse {}
