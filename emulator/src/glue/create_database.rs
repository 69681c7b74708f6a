//! `CreateDatabase`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDatabase.html>

use serde::{Deserialize, Serialize};

use super::database::DATABASE_INPUT;
use super::name::folded;
use super::tags::{TAGS, apply_tags};
use super::{DatabaseInput, Parameters, arn, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::DatabaseRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, map, required, structure};

/// See the module.
pub struct CreateDatabase;

impl Operation for CreateDatabase {
    const NAME: &'static str = "AWSGlue.CreateDatabase";
    const RULES: &'static [Rule<CreateDatabaseRequest>] = &[
        field("databaseInput", |r| structure(&r.database_input), &[Required]),
        inside(|r, found| found.within("databaseInput", &r.database_input, DATABASE_INPUT)),
        field("tags", |r| map(&r.tags), TAGS),
    ];
    type Request = CreateDatabaseRequest;
    type Response = CreateDatabaseResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateDatabaseRequest,
    ) -> Result<CreateDatabaseResponse, ApiError> {
        let input = required(request.database_input);
        let database = DatabaseRow { name: folded(input.name.clone()), created: ctx.now, input };
        if !ctx.store.insert_database(&database)? {
            return Err(errors::already_exists("Database"));
        }
        apply_tags(ctx, &arn::database(ctx, &database.name), request.tags)?;
        Ok(CreateDatabaseResponse {})
    }
}

/// What `CreateDatabase` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateDatabaseRequest {
    /// Required.
    pub database_input: Option<DatabaseInput>,
    /// Tags of the database.
    pub tags: Option<Parameters>,
}

impl CreateDatabaseRequest {
    /// A database with nothing but a name.
    pub fn new(name: impl Into<String>) -> Self {
        let name = Some(name.into());
        Self { database_input: Some(DatabaseInput { name, ..DatabaseInput::default() }), tags: None }
    }
}

/// What `CreateDatabase` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateDatabaseResponse {}
