//! `DeleteWorkGroup`: only `RecursiveDeleteOption` takes the queries along that are kept in it.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html>

use serde::{Deserialize, Serialize};

use super::work_group::{self, PRIMARY};
use super::{errors, resource, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteWorkGroup;

impl Operation for DeleteWorkGroup {
    const NAME: &'static str = "AmazonAthena.DeleteWorkGroup";
    const RULES: &'static [Rule<DeleteWorkGroupRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP)];
    type Request = DeleteWorkGroupRequest;
    type Response = DeleteWorkGroupResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteWorkGroupRequest,
    ) -> Result<DeleteWorkGroupResponse, ApiError> {
        let name = required(request.work_group);
        if name == PRIMARY {
            return Err(errors::invalid_request("Cannot delete the primary workgroup"));
        }
        work_group::find(ctx, &name)?;
        let is_empty =
            !ctx.store.keeps_queries(&name)? && ctx.store.list_executions(&name, None, 1)?.is_empty();
        if !is_empty && request.recursive_delete_option != Some(true) {
            return Err(errors::invalid_request(format!("WorkGroup {name} is not empty")));
        }
        ctx.store.delete_queries_of(&name)?;
        ctx.store.delete_executions_of(&name)?;
        ctx.store.forget_resource(&resource::work_group(ctx.identity, &name))?;
        ctx.store.delete_work_group(&name)?;
        Ok(DeleteWorkGroupResponse {})
    }
}

/// What `DeleteWorkGroup` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteWorkGroupRequest {
    /// Required.
    pub work_group: Option<String>,
    /// Whether what is in it goes too.
    pub recursive_delete_option: Option<bool>,
}

/// What `DeleteWorkGroup` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteWorkGroupResponse {}
