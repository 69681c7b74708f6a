//! `GetWorkGroup`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html>

use serde::{Deserialize, Serialize};

use super::{WorkGroup, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetWorkGroup;

impl Operation for GetWorkGroup {
    const NAME: &'static str = "AmazonAthena.GetWorkGroup";
    const RULES: &'static [Rule<GetWorkGroupRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP)];
    const READS_ONLY: bool = true;
    type Request = GetWorkGroupRequest;
    type Response = GetWorkGroupResponse;

    fn call(ctx: &mut Context<'_>, request: GetWorkGroupRequest) -> Result<GetWorkGroupResponse, ApiError> {
        let work_group = work_group::find(ctx, &required(request.work_group))?;
        Ok(GetWorkGroupResponse { work_group })
    }
}

/// What `GetWorkGroup` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetWorkGroupRequest {
    /// Required.
    pub work_group: Option<String>,
}

/// What `GetWorkGroup` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetWorkGroupResponse {
    /// The work group.
    pub work_group: WorkGroup,
}
