//! `GetDatabases`: databases by name, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html>

use serde::{Deserialize, Serialize};

use super::{Database, paging};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number};

const LISTING: &str = "databases";

/// See the module.
pub struct GetDatabases;

impl Operation for GetDatabases {
    const NAME: &'static str = "AWSGlue.GetDatabases";
    const RULES: &'static [Rule<GetDatabasesRequest>] =
        &[field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS)];
    const READS_ONLY: bool = true;
    type Request = GetDatabasesRequest;
    type Response = GetDatabasesResponse;

    fn call(ctx: &mut Context<'_>, request: GetDatabasesRequest) -> Result<GetDatabasesResponse, ApiError> {
        let limit = paging::limit(request.max_results);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_databases(&after.unwrap_or_default(), limit + 1)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.name.clone());
        let databases = rows.into_iter().map(|row| Database::new(ctx, row));
        Ok(GetDatabasesResponse { database_list: databases.collect(), next_token })
    }
}

/// What `GetDatabases` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetDatabasesRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Databases in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `GetDatabases` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetDatabasesResponse {
    /// Databases by name.
    pub database_list: Vec<Database>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::glue::{CreateDatabase, CreateDatabaseRequest, GetDatabase, GetDatabaseRequest};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator(names: &[&str]) -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        for name in names {
            let request = CreateDatabaseRequest::new(*name);
            emulator.call::<CreateDatabase>(NOW, request).unwrap();
        }
        emulator
    }

    #[test]
    fn pages_list_every_database_once() {
        let emulator = emulator(&["c", "a", "b"]);
        let (mut names, mut next_token) = (Vec::new(), None);
        loop {
            let request = GetDatabasesRequest { next_token, max_results: Some(2) };
            let page = emulator.call::<GetDatabases>(NOW, request).unwrap();
            names.extend(page.database_list.into_iter().filter_map(|d| d.input.name));
            next_token = page.next_token;
            if next_token.is_none() {
                break;
            }
        }
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn made_up_token_is_refused() {
        let request = GetDatabasesRequest { next_token: Some("made up".to_owned()), max_results: None };
        let error = emulator(&[]).call::<GetDatabases>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInputException);
    }

    #[test]
    fn names_fold_to_lower_case_and_are_unique() {
        let emulator = emulator(&["Sales"]);
        let request = GetDatabaseRequest::new("SALES");
        let database = emulator.call::<GetDatabase>(NOW, request).unwrap().database;
        assert_eq!(database.input.name.as_deref(), Some("sales"));
        assert_eq!(database.create_time, NOW);
        let request = CreateDatabaseRequest::new("sales");
        let error = emulator.call::<CreateDatabase>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::AlreadyExistsException);
        assert_eq!(error.message, "Database already exists.");
        let request = GetDatabaseRequest::new("x");
        let error = emulator.call::<GetDatabase>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::EntityNotFoundException);
        assert_eq!(error.message, "Database x not found.");
    }
}
