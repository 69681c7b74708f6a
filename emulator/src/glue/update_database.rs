//! `UpdateDatabase`: replaces what a database says; its name stays.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateDatabase.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::database::DATABASE_INPUT;
use crate::glue::name::{NAME, folded};
use crate::glue::{DatabaseInput, errors};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateDatabase;

impl Operation for UpdateDatabase {
    const NAME: &'static str = "AWSGlue.UpdateDatabase";
    const RULES: &'static [Rule<UpdateDatabaseRequest>] = &[
        field("name", |r| text(&r.name), NAME),
        field("databaseInput", |r| structure(&r.database_input), &[Required]),
        inside(|r, found| found.within("databaseInput", &r.database_input, DATABASE_INPUT)),
    ];
    type Request = UpdateDatabaseRequest;
    type Response = UpdateDatabaseResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateDatabaseRequest,
    ) -> Result<UpdateDatabaseResponse, ApiError> {
        let name = folded(request.name);
        if ctx.store.update_database(&name, &required(request.database_input))? {
            Ok(UpdateDatabaseResponse {})
        } else {
            Err(errors::database_not_found(&name))
        }
    }
}

/// What `UpdateDatabase` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateDatabaseRequest {
    /// Required: the database to update.
    pub name: Option<String>,
    /// Required.
    pub database_input: Option<DatabaseInput>,
}

/// What `UpdateDatabase` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateDatabaseResponse {}
