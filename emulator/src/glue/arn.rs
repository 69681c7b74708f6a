//! ARNs of what the Data Catalog and the Schema Registry hold.

use super::{errors, table};
use crate::error::ApiError;
use crate::operation::Context;

/// Of the account's catalog.
pub(super) fn catalog(ctx: &Context<'_>) -> String {
    of(ctx, "catalog")
}

pub(super) fn database(ctx: &Context<'_>, name: &str) -> String {
    of(ctx, &format!("database/{name}"))
}

pub(super) fn table(ctx: &Context<'_>, database: &str, name: &str) -> String {
    of(ctx, &format!("table/{database}/{name}"))
}

pub(super) fn function(ctx: &Context<'_>, database: &str, name: &str) -> String {
    of(ctx, &format!("userDefinedFunction/{database}/{name}"))
}

pub(super) fn connection(ctx: &Context<'_>, name: &str) -> String {
    of(ctx, &format!("connection/{name}"))
}

pub(super) fn registry(ctx: &Context<'_>, name: &str) -> String {
    of(ctx, &format!("registry/{name}"))
}

pub(super) fn schema(ctx: &Context<'_>, registry: &str, name: &str) -> String {
    of(ctx, &format!("schema/{registry}/{name}"))
}

fn of(ctx: &Context<'_>, resource: &str) -> String {
    format!("arn:aws:glue:{}:{}:{resource}", ctx.identity.region, ctx.identity.account)
}

/// That there is a resource of this ARN, in this account and region.
pub(super) fn check(ctx: &Context<'_>, arn: &str) -> Result<(), ApiError> {
    let resource = arn.strip_prefix(of(ctx, "").as_str());
    let mut parts = resource.unwrap_or_default().splitn(3, '/');
    let (kind, first, second) = (parts.next(), parts.next(), parts.next());
    let there = match (kind, first, second) {
        (Some("catalog"), None, None) => true,
        (Some("database"), Some(name), None) => ctx.store.find_database(name)?.is_some(),
        (Some("table"), Some(database), Some(name)) => table::find(ctx, database, name).is_ok(),
        (Some("userDefinedFunction"), Some(database), Some(name)) => {
            ctx.store.find_function(database, name)?.is_some()
        }
        (Some("connection"), Some(name), None) => ctx.store.find_connection(name)?.is_some(),
        (Some("registry"), Some(name), None) => ctx.store.find_registry(name)?.is_some(),
        (Some("schema"), Some(registry), Some(name)) => ctx.store.find_schema(registry, name)?.is_some(),
        _ => false,
    };
    if there { Ok(()) } else { Err(errors::not_found(format!("Resource {arn} not found."))) }
}
