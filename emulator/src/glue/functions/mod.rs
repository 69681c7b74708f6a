//! User-defined functions: what Hive and Spark find of them in a catalog. Nothing here calls them.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UserDefinedFunctionInput.html>

mod create_user_defined_function;
mod delete_user_defined_function;
mod get_user_defined_function;
mod get_user_defined_functions;
mod update_user_defined_function;

pub use create_user_defined_function::{
    CreateUserDefinedFunction, CreateUserDefinedFunctionRequest, CreateUserDefinedFunctionResponse,
};
pub use delete_user_defined_function::{
    DeleteUserDefinedFunction, DeleteUserDefinedFunctionRequest, DeleteUserDefinedFunctionResponse,
};
pub use get_user_defined_function::{
    GetUserDefinedFunction, GetUserDefinedFunctionRequest, GetUserDefinedFunctionResponse,
};
pub use get_user_defined_functions::{
    GetUserDefinedFunctions, GetUserDefinedFunctionsRequest, GetUserDefinedFunctionsResponse,
};
pub use update_user_defined_function::{
    UpdateUserDefinedFunction, UpdateUserDefinedFunctionRequest, UpdateUserDefinedFunctionResponse,
};

use serde::{Deserialize, Serialize};

use super::name::{OPTIONAL_NAME, folded};
use super::{database, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::FunctionRow;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, list, text};

const FUNCTION_TYPES: &[&str] = &["REGULAR_FUNCTION", "AGGREGATE_FUNCTION", "STORED_PROCEDURE"];

/// A function as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UserDefinedFunctionInput {
    /// Folded to lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// The class of Java that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class_name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// `REGULAR_FUNCTION`, `AGGREGATE_FUNCTION` or `STORED_PROCEDURE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function_type: Option<String>,
    /// `USER`, `ROLE` or `GROUP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_type: Option<String>,
    /// Where its code is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_uris: Option<Vec<ResourceUri>>,
    /// Where its code is, in one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_location: Option<String>,
    /// For Lake Formation; without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub governance_mode: Option<String>,
}

/// A file with code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResourceUri {
    /// `JAR`, `FILE` or `ARCHIVE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Timestamp>,
}

/// A function as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UserDefinedFunction {
    /// What the client said; the name is folded to lower case.
    #[serde(flatten)]
    pub input: UserDefinedFunctionInput,
    /// Its database.
    pub database_name: String,
    /// When it was created.
    pub create_time: Timestamp,
    /// The account.
    pub catalog_id: String,
}

impl UserDefinedFunction {
    fn new(ctx: &Context<'_>, row: FunctionRow) -> Self {
        Self {
            input: UserDefinedFunctionInput { function_name: Some(row.name), ..row.input },
            database_name: row.database,
            create_time: row.created,
            catalog_id: ctx.identity.account.clone(),
        }
    }
}

/// The function of a request's names.
fn find(ctx: &Context<'_>, database: Option<String>, name: Option<String>) -> Result<FunctionRow, ApiError> {
    let (database, name) = (folded(database), folded(name));
    if let Some(function) = ctx.store.find_function(&database, &name)? {
        return Ok(function);
    }
    // What is missing is the database, or else the function.
    database::find(ctx, &database)?;
    Err(errors::named_not_found("Function", &name))
}

/// On descriptions of functions.
const FUNCTION_INPUT: &[Rule<UserDefinedFunctionInput>] = &[
    field("functionName", |f| text(&f.function_name), OPTIONAL_NAME),
    field("className", |f| text(&f.class_name), OPTIONAL_NAME),
    field("functionType", |f| text(&f.function_type), &[OneOf(FUNCTION_TYPES)]),
    field("ownerType", |f| text(&f.owner_type), &[OneOf(&["USER", "ROLE", "GROUP"])]),
    field("resourceUris", |f| list(&f.resource_uris, "ResourceUri@0"), &[Length(0, 1000)]),
];
