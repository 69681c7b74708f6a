//! Databases.

use serde::{Deserialize, Serialize};

use super::name::NAME;
use super::{Parameters, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::DatabaseRow;
use crate::time::Timestamp;
use crate::validation::{Rule, field, text};

/// A database as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DatabaseInput {
    /// Required; folded to lower case.
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where tables go that do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_uri: Option<String>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
    /// For Lake Formation; kept without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_table_default_permissions: Option<Vec<PrincipalPermissions>>,
    /// The database that this one is a link to; kept without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_database: Option<DatabaseIdentifier>,
    /// Where it is outside the Data Catalog; kept without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated_database: Option<FederatedDatabase>,
}

/// What a principal of Lake Formation may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PrincipalPermissions {
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<DataLakePrincipal>,
    /// `ALL`, `SELECT`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// A principal of Lake Formation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DataLakePrincipal {
    /// Such as `IAM_ALLOWED_PRINCIPALS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_lake_principal_identifier: Option<String>,
}

/// A database of any catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DatabaseIdentifier {
    /// Its catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// Its region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A database outside the Data Catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FederatedDatabase {
    /// Its name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// How to get there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_name: Option<String>,
    /// Of which kind that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
}

/// A database as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Database {
    /// What the client said; the name is folded to lower case.
    #[serde(flatten)]
    pub input: DatabaseInput,
    /// When it was created.
    pub create_time: Timestamp,
    /// The account.
    pub catalog_id: String,
}

impl Database {
    pub(super) fn new(ctx: &Context<'_>, row: DatabaseRow) -> Self {
        let name = Some(row.name);
        Self {
            input: DatabaseInput { name, ..row.input },
            create_time: row.created,
            catalog_id: ctx.identity.account.clone(),
        }
    }
}

/// The database of a name that is folded already.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<DatabaseRow, ApiError> {
    let database = ctx.store.find_database(name)?;
    database.ok_or_else(|| errors::database_not_found(name))
}

/// On descriptions of databases.
pub(super) const DATABASE_INPUT: &[Rule<DatabaseInput>] = &[field("name", |d| text(&d.name), NAME)];
