//! Data catalogs: names for what has databases. `AwsDataCatalog` is always there and is Glue's.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DataCatalog.html>

use serde::{Deserialize, Serialize};

use super::{errors, metadata_catalog};
use crate::error::ApiError;
use crate::glue::Parameters;
use crate::operation::Context;

/// Types that a client may ask for.
pub(super) const TYPES: &[&str] = &["LAMBDA", "GLUE", "HIVE", "FEDERATED"];

/// A data catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DataCatalog {
    /// The name.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `GLUE`, `LAMBDA`, `HIVE` or `FEDERATED`.
    #[serde(rename = "Type")]
    pub catalog_type: String,
    /// What the type needs: for `GLUE`, the account as `catalog-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// The data catalog of a name.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<DataCatalog, ApiError> {
    match ctx.store.find_data_catalog(name)? {
        Some(catalog) => Ok(catalog),
        None if metadata_catalog::is_built_in(name) => Ok(built_in(ctx)),
        None => Err(errors::data_catalog_not_found(name)),
    }
}

/// All data catalogs, by name.
pub(super) fn all(ctx: &Context<'_>) -> Result<Vec<DataCatalog>, ApiError> {
    let mut catalogs = ctx.store.data_catalogs()?;
    catalogs.push(built_in(ctx));
    catalogs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(catalogs)
}

/// Refuses what would change the built-in catalog.
pub(super) fn check_own(name: &str) -> Result<(), ApiError> {
    match metadata_catalog::is_built_in(name) {
        true => Err(errors::invalid_request(format!("{name} is a reserved name and cannot be changed"))),
        false => Ok(()),
    }
}

fn built_in(ctx: &Context<'_>) -> DataCatalog {
    let parameters = [("catalog-id".to_owned(), ctx.identity.account.clone())];
    DataCatalog {
        name: metadata_catalog::BUILT_IN.to_owned(),
        description: None,
        catalog_type: "GLUE".to_owned(),
        parameters: Some(parameters.into()),
    }
}
