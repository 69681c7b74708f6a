//! `SearchTables`: tables of all databases, by words in what they say and by their properties.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html>

use serde::{Deserialize, Serialize};

use super::search::{self, PropertyPredicate, SortCriterion};
use crate::error::ApiError;
use crate::glue::{Table, paging};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, list, number, text};

const LISTING: &str = "search";
const RESULTS_MAX: usize = 1000;

/// See the module.
pub struct SearchTables;

impl Operation for SearchTables {
    const NAME: &'static str = "AWSGlue.SearchTables";
    const RULES: &'static [Rule<SearchTablesRequest>] = &[
        field("searchText", |r| text(&r.search_text), &[Length(1, 1024)]),
        field(
            "sortCriteria",
            |r| list(&r.sort_criteria, "com.amazonaws.services.glue.model.SortCriterion@0"),
            &[Length(0, 1)],
        ),
        field("maxResults", |r| number(&r.max_results), &[Range(1, 1000)]),
    ];
    const READS_ONLY: bool = true;
    type Request = SearchTablesRequest;
    type Response = SearchTablesResponse;

    fn call(ctx: &mut Context<'_>, request: SearchTablesRequest) -> Result<SearchTablesResponse, ApiError> {
        let limit = request.max_results.map_or(RESULTS_MAX, |limit| limit as usize);
        let start: Option<usize> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut tables = ctx.store.list_all_tables()?;
        let filters = request.filters.unwrap_or_default();
        filters.iter().try_for_each(PropertyPredicate::check)?;
        tables.retain(|table| filters.iter().all(|filter| filter.holds(table)));
        if let Some(text) = &request.search_text {
            tables.retain(|table| search::mentions(table, text));
        }
        for criterion in request.sort_criteria.iter().flatten() {
            criterion.sort(&mut tables)?;
        }
        let start = start.unwrap_or_default();
        let more = tables.len() > start + limit;
        let next_token = more.then(|| paging::token(LISTING, &(start + limit)));
        let page = tables.into_iter().skip(start).take(limit);
        Ok(SearchTablesResponse { table_list: page.map(|row| Table::new(ctx, row)).collect(), next_token })
    }
}

/// What `SearchTables` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchTablesRequest {
    /// All of them must hold.
    pub filters: Option<Vec<PropertyPredicate>>,
    /// Words that a table must have, in any of its texts; in quotes, a text that one of them must be.
    pub search_text: Option<String>,
    /// At most one.
    pub sort_criteria: Option<Vec<SortCriterion>>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Tables in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `SearchTables` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SearchTablesResponse {
    /// The tables, sorted as asked, else by database and name.
    pub table_list: Vec<Table>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
