//! `DeleteDatabase`: a database is gone with all its tables and functions; AWS takes its time over these.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::{NAME, folded};
use crate::glue::{arn, database};
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeleteDatabase;

impl Operation for DeleteDatabase {
    const NAME: &'static str = "AWSGlue.DeleteDatabase";
    const RULES: &'static [Rule<DeleteDatabaseRequest>] = &[field("name", |r| text(&r.name), NAME)];
    type Request = DeleteDatabaseRequest;
    type Response = DeleteDatabaseResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteDatabaseRequest,
    ) -> Result<DeleteDatabaseResponse, ApiError> {
        let database = database::find(ctx, &folded(request.name))?;
        for name in ctx.store.table_names(&database.name)? {
            ctx.store.forget_resource(&arn::table(ctx, &database.name, &name))?;
        }
        ctx.store.delete_database(&database.name)?;
        ctx.store.forget_resource(&arn::database(ctx, &database.name))?;
        Ok(DeleteDatabaseResponse {})
    }
}

/// What `DeleteDatabase` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteDatabaseRequest {
    /// Required.
    pub name: Option<String>,
}

/// What `DeleteDatabase` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteDatabaseResponse {}
