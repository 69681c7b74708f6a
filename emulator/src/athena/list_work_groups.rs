//! `ListWorkGroups`: work groups by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html>

use serde::{Deserialize, Serialize};

use super::{EngineVersion, WorkGroup, WorkGroupState, paging, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Rule;

const LISTING: &str = "work groups";

/// See the module.
pub struct ListWorkGroups;

impl Operation for ListWorkGroups {
    const NAME: &'static str = "AmazonAthena.ListWorkGroups";
    const RULES: &'static [Rule<ListWorkGroupsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = ListWorkGroupsRequest;
    type Response = ListWorkGroupsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListWorkGroupsRequest,
    ) -> Result<ListWorkGroupsResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let groups = work_group::all(ctx)?;
        let token = request.next_token.as_deref();
        let (groups, next_token) =
            paging::page(LISTING, groups, token, limit, |group: &WorkGroup| group.name.clone())?;
        let work_groups = groups.into_iter().map(WorkGroupSummary::of).collect();
        Ok(ListWorkGroupsResponse { work_groups, next_token })
    }
}

/// A work group without its settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkGroupSummary {
    /// The name.
    pub name: String,
    /// Whether queries can be started in it.
    pub state: WorkGroupState,
    /// For people; empty where nobody said anything.
    pub description: String,
    /// When it was created; that of `primary` is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<Timestamp>,
    /// Which engine runs its queries.
    pub engine_version: Option<EngineVersion>,
}

impl WorkGroupSummary {
    fn of(group: WorkGroup) -> Self {
        Self {
            name: group.name,
            state: group.state,
            description: group.description.unwrap_or_default(),
            creation_time: group.creation_time,
            engine_version: group.configuration.engine_version,
        }
    }
}

/// What `ListWorkGroups` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListWorkGroupsRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `ListWorkGroups` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListWorkGroupsResponse {
    /// Work groups.
    pub work_groups: Vec<WorkGroupSummary>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
