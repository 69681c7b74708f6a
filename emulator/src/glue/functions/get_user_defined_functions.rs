//! `GetUserDefinedFunctions`: functions by a pattern of their names, of one database or of all, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunctions.html>

use serde::{Deserialize, Serialize};

use super::{FUNCTION_TYPES, UserDefinedFunction};
use crate::error::ApiError;
use crate::glue::name::{NAME, OPTIONAL_NAME};
use crate::glue::pattern::NamePattern;
use crate::glue::{database, paging};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, required, text};

const LISTING: &str = "functions";

/// See the module.
pub struct GetUserDefinedFunctions;

impl Operation for GetUserDefinedFunctions {
    const NAME: &'static str = "AWSGlue.GetUserDefinedFunctions";
    const RULES: &'static [Rule<GetUserDefinedFunctionsRequest>] = &[
        field("databaseName", |r| text(&r.database_name), OPTIONAL_NAME),
        field("pattern", |r| text(&r.pattern), NAME),
        field("functionType", |r| text(&r.function_type), &[OneOf(FUNCTION_TYPES)]),
        field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS),
    ];
    const READS_ONLY: bool = true;
    type Request = GetUserDefinedFunctionsRequest;
    type Response = GetUserDefinedFunctionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetUserDefinedFunctionsRequest,
    ) -> Result<GetUserDefinedFunctionsResponse, ApiError> {
        let pattern = NamePattern::new(&required(request.pattern))?;
        let database = request.database_name.map(|name| name.to_lowercase());
        if let Some(name) = &database {
            database::find(ctx, name)?;
        }
        let limit = paging::limit(request.max_results);
        let after: Option<(String, String)> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_functions(database.as_deref(), &after.unwrap_or_default())?;
        rows.retain(|row| pattern.matches(&row.name));
        if request.function_type.is_some() {
            rows.retain(|row| row.input.function_type == request.function_type);
        }
        let next_token =
            paging::cut(LISTING, &mut rows, limit, |row| (row.database.clone(), row.name.clone()));
        let functions = rows.into_iter().map(|row| UserDefinedFunction::new(ctx, row));
        Ok(GetUserDefinedFunctionsResponse { user_defined_functions: functions.collect(), next_token })
    }
}

/// What `GetUserDefinedFunctions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetUserDefinedFunctionsRequest {
    /// The database; all when absent.
    pub database_name: Option<String>,
    /// Required: a pattern of names, as `GetTables` has it.
    pub pattern: Option<String>,
    /// Functions of this type only.
    pub function_type: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Functions in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `GetUserDefinedFunctions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetUserDefinedFunctionsResponse {
    /// Functions by database and name.
    pub user_defined_functions: Vec<UserDefinedFunction>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
