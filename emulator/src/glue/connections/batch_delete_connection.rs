//! `BatchDeleteConnection`: up to 25 connections, each deleted or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteConnection.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::{ErrorDetail, connections};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, texts};
use std::collections::BTreeMap;

/// See the module.
pub struct BatchDeleteConnection;

impl Operation for BatchDeleteConnection {
    const NAME: &'static str = "AWSGlue.BatchDeleteConnection";
    const RULES: &'static [Rule<BatchDeleteConnectionRequest>] = &[field(
        "connectionNameList",
        |r| texts(&r.connection_name_list),
        &[Required, Length(0, 25), MemberLength(1, 255)],
    )];
    type Request = BatchDeleteConnectionRequest;
    type Response = BatchDeleteConnectionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchDeleteConnectionRequest,
    ) -> Result<BatchDeleteConnectionResponse, ApiError> {
        let (mut succeeded, mut errors) = (Vec::new(), BTreeMap::new());
        for name in required(request.connection_name_list) {
            match connections::delete(ctx, &name) {
                Ok(()) => succeeded.push(name),
                Err(error) => {
                    errors.insert(name, ErrorDetail::of(error)?);
                }
            }
        }
        Ok(BatchDeleteConnectionResponse { succeeded, errors })
    }
}

/// What `BatchDeleteConnection` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchDeleteConnectionRequest {
    /// Required: up to 25 names.
    pub connection_name_list: Option<Vec<String>>,
}

/// What `BatchDeleteConnection` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchDeleteConnectionResponse {
    /// The connections that were deleted.
    pub succeeded: Vec<String>,
    /// Why the others were not.
    pub errors: BTreeMap<String, ErrorDetail>,
}
