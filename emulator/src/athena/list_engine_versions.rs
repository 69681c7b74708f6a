//! `ListEngineVersions`: the engines that a work group can select.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListEngineVersions.html>

use serde::{Deserialize, Serialize};

use super::{EngineVersion, paging};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

const LISTING: &str = "engine versions";
/// Entries of a page, at most.
const ENTRIES_MAX: i32 = 10;

/// See the module.
pub struct ListEngineVersions;

impl Operation for ListEngineVersions {
    const NAME: &'static str = "AmazonAthena.ListEngineVersions";
    const RULES: &'static [Rule<ListEngineVersionsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = ListEngineVersionsRequest;
    type Response = ListEngineVersionsResponse;

    fn call(
        _: &mut Context<'_>,
        request: ListEngineVersionsRequest,
    ) -> Result<ListEngineVersionsResponse, ApiError> {
        let limit = paging::limit_of(request.max_results, ENTRIES_MAX)?;
        let token = request.next_token.as_deref();
        let name = |version: &EngineVersion| version.selected_engine_version.clone().unwrap_or_default();
        let mut versions = EngineVersion::all();
        versions.sort_by_key(name);
        let (engine_versions, next_token) = paging::page(LISTING, versions, token, limit, name)?;
        Ok(ListEngineVersionsResponse { engine_versions, next_token })
    }
}

/// What `ListEngineVersions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListEngineVersionsRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 10 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `ListEngineVersions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListEngineVersionsResponse {
    /// Versions.
    pub engine_versions: Vec<EngineVersion>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
