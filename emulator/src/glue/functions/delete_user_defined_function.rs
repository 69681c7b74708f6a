//! `DeleteUserDefinedFunction`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteUserDefinedFunction.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{arn, functions};
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeleteUserDefinedFunction;

impl Operation for DeleteUserDefinedFunction {
    const NAME: &'static str = "AWSGlue.DeleteUserDefinedFunction";
    const RULES: &'static [Rule<DeleteUserDefinedFunctionRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("functionName", |r| text(&r.function_name), NAME),
    ];
    type Request = DeleteUserDefinedFunctionRequest;
    type Response = DeleteUserDefinedFunctionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteUserDefinedFunctionRequest,
    ) -> Result<DeleteUserDefinedFunctionResponse, ApiError> {
        let function = functions::find(ctx, request.database_name, request.function_name)?;
        ctx.store.delete_function(&function.database, &function.name)?;
        ctx.store.forget_resource(&arn::function(ctx, &function.database, &function.name))?;
        Ok(DeleteUserDefinedFunctionResponse {})
    }
}

/// What `DeleteUserDefinedFunction` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteUserDefinedFunctionRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub function_name: Option<String>,
}

/// What `DeleteUserDefinedFunction` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteUserDefinedFunctionResponse {}
