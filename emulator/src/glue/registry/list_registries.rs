//! `ListRegistries`: registries by name, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ListRegistries.html>

use serde::{Deserialize, Serialize};

use super::RegistryListItem;
use crate::error::ApiError;
use crate::glue::paging;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number};

const LISTING: &str = "registries";

/// See the module.
pub struct ListRegistries;

impl Operation for ListRegistries {
    const NAME: &'static str = "AWSGlue.ListRegistries";
    const RULES: &'static [Rule<ListRegistriesRequest>] =
        &[field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS)];
    const READS_ONLY: bool = true;
    type Request = ListRegistriesRequest;
    type Response = ListRegistriesResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListRegistriesRequest,
    ) -> Result<ListRegistriesResponse, ApiError> {
        let limit = paging::limit(request.max_results);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_registries(&after.unwrap_or_default(), limit + 1)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.name.clone());
        let registries = rows.into_iter().map(|row| RegistryListItem::new(ctx, row));
        Ok(ListRegistriesResponse { registries: registries.collect(), next_token })
    }
}

/// What `ListRegistries` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListRegistriesRequest {
    /// Registries in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
}

/// What `ListRegistries` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRegistriesResponse {
    /// Registries by name.
    pub registries: Vec<RegistryListItem>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
