//! Registries, schemas and versions by what requests call them; how they come and go.

use super::{RegistryId, SchemaId, SchemaVersionNumber, names, wording};
use crate::error::ApiError;
use crate::glue::arn;
use crate::glue::errors::invalid_input;
use crate::operation::Context;
use crate::store::{RegistryRow, SchemaRow, SchemaVersionRow};

/// The registry of schemas that name none.
const DEFAULT_REGISTRY: &str = "default-registry";
const REGISTRIES_MAX: i64 = 10;
const SCHEMAS_MAX: i64 = 1000;
const VERSIONS_MAX: i64 = 1000;

/// Creates a registry.
pub(super) fn create(
    ctx: &Context<'_>,
    name: String,
    description: Option<String>,
) -> Result<RegistryRow, ApiError> {
    if ctx.store.find_registry(&name)?.is_some() {
        return Err(wording::exists("Registry", "RegistryName", &name));
    }
    if ctx.store.count_registries()? >= REGISTRIES_MAX && name != DEFAULT_REGISTRY {
        return Err(wording::too_many("registries"));
    }
    let row = RegistryRow { name, description, created: ctx.now, updated: ctx.now };
    ctx.store.insert_registry(&row)?;
    Ok(row)
}

/// The registry of an id.
pub(super) fn find(ctx: &Context<'_>, id: &RegistryId) -> Result<RegistryRow, ApiError> {
    let name = registry_name(id)?;
    ctx.store.find_registry(name)?.ok_or_else(|| match &id.registry_arn {
        Some(arn) => wording::registry_not_found("RegistryArn", arn),
        None => wording::registry_not_found("RegistryName", name),
    })
}

/// The same; the default registry is created when it is asked for the first time.
pub(super) fn find_or_create(ctx: &Context<'_>, id: RegistryId) -> Result<RegistryRow, ApiError> {
    if registry_name(&id)? == DEFAULT_REGISTRY && ctx.store.find_registry(DEFAULT_REGISTRY)?.is_none() {
        return create(ctx, DEFAULT_REGISTRY.to_owned(), None);
    }
    find(ctx, &id)
}

fn registry_name(id: &RegistryId) -> Result<&str, ApiError> {
    match (&id.registry_name, &id.registry_arn) {
        (Some(_), Some(_)) => Err(invalid_input(
            "One of registryName or registryArn has to be provided, both cannot be provided.",
        )),
        (Some(name), None) => names::check_registry(name).map(|()| name.as_str()),
        (None, Some(arn)) => names::in_arn(arn, "registry"),
        (None, None) => Ok(DEFAULT_REGISTRY),
    }
}

/// The schema of an id.
pub(super) fn find_schema(ctx: &Context<'_>, id: &SchemaId) -> Result<SchemaRow, ApiError> {
    let (registry, name) = match (&id.schema_arn, &id.registry_name, &id.schema_name) {
        (Some(arn), None, None) => names::in_arn(arn, "schema")?.split_once('/').unwrap_or_default(),
        (Some(_), _, _) => {
            return Err(invalid_input(
                "One of (registryName and schemaName) or schemaArn has to be provided, both cannot be provided.",
            ));
        }
        (None, Some(registry), Some(name)) => {
            names::check_registry(registry)?;
            names::check_schema(name)?;
            (registry.as_str(), name.as_str())
        }
        (None, _, _) => return Err(no_schema_id()),
    };
    ctx.store.find_schema(registry, name)?.ok_or_else(|| wording::schema_not_found(id))
}

/// A version, by its id or by schema and number.
pub(super) fn find_version(
    ctx: &Context<'_>,
    schema: Option<&SchemaId>,
    id: Option<&str>,
    number: Option<&SchemaVersionNumber>,
) -> Result<SchemaVersionRow, ApiError> {
    match (id, schema, number) {
        (Some(id), None, None) => {
            names::check_version_id(id)?;
            ctx.store.find_schema_version(id)?.ok_or_else(|| wording::version_id_not_found(id))
        }
        (Some(_), _, _) => {
            Err(invalid_input("No other input parameters can be specified when fetching by SchemaVersionId."))
        }
        (None, Some(schema), Some(number)) => {
            let row = find_schema(ctx, schema)?;
            version_of(ctx, &row, number, Some(schema))
        }
        (None, Some(_), None) => Err(no_version_number()),
        (None, None, _) => Err(no_schema_id()),
    }
}

/// A version of a schema; `called` is what the request called the schema.
pub(super) fn version_of(
    ctx: &Context<'_>,
    row: &SchemaRow,
    number: &SchemaVersionNumber,
    called: Option<&SchemaId>,
) -> Result<SchemaVersionRow, ApiError> {
    let latest = number.latest_version == Some(true);
    let mut versions = ctx.store.list_schema_versions(row, 0)?;
    let found = match (latest, number.version_number) {
        (true, Some(_)) => {
            return Err(invalid_input("Only one of VersionNumber or LatestVersion is required."));
        }
        (true, None) => versions.pop(),
        (false, Some(number)) => versions.into_iter().find(|version| version.number == number),
        (false, None) => return Err(no_version_number()),
    };
    found.ok_or_else(|| {
        let own = SchemaId {
            schema_arn: None,
            schema_name: Some(row.name.clone()),
            registry_name: Some(row.registry.clone()),
        };
        wording::version_not_found(called.unwrap_or(&own), number.version_number, latest)
    })
}

/// Adds a schema to its registry.
pub(super) fn insert_schema(ctx: &Context<'_>, row: SchemaRow) -> Result<SchemaRow, ApiError> {
    if ctx.store.count_schemas()? >= SCHEMAS_MAX {
        return Err(wording::too_many("schemas"));
    }
    if !ctx.store.insert_schema(&row)? {
        return Err(wording::exists("Schema", "SchemaName", &row.name));
    }
    Ok(row)
}

/// Adds a version to a schema.
pub(super) fn add_version(
    ctx: &mut Context<'_>,
    row: &mut SchemaRow,
    definition: String,
) -> Result<SchemaVersionRow, ApiError> {
    if ctx.store.count_schema_versions()? >= VERSIONS_MAX {
        return Err(wording::too_many("schema versions"));
    }
    let version = SchemaVersionRow {
        id: names::uuid(&ctx.ids.next_hex()),
        registry: row.registry.clone(),
        schema: row.name.clone(),
        number: row.version_next,
        definition,
        created: ctx.now,
    };
    ctx.store.insert_schema_version(&version)?;
    row.checkpoint = row.checkpoint.max(1);
    row.version_next += 1;
    row.updated = ctx.now;
    ctx.store.update_schema(row)?;
    Ok(version)
}

/// Deletes a schema and all that is about it.
pub(super) fn delete_schema(ctx: &Context<'_>, row: &SchemaRow) -> Result<(), ApiError> {
    ctx.store.delete_schema(&row.registry, &row.name)?;
    Ok(ctx.store.forget_resource(&arn::schema(ctx, &row.registry, &row.name))?)
}

fn no_schema_id() -> ApiError {
    invalid_input("At least one of (registryName and schemaName) or schemaArn has to be provided.")
}

fn no_version_number() -> ApiError {
    invalid_input("One of version number (or) latest version is required.")
}
