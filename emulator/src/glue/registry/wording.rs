//! The registry's sentences. Source: moto's tests.

use super::SchemaId;
use crate::error::{ApiError, ErrorCode};
use crate::glue::errors::{invalid_input, not_found};
use crate::store::{MetadataRow, SchemaRow};

pub(super) fn wrong_length(parameter: &str) -> ApiError {
    invalid_input(format!(
        "The resource name contains too many or too few characters. Parameter Name: {parameter}"
    ))
}

pub(super) fn not_valid(parameter: &str) -> ApiError {
    invalid_input(format!(
        "The parameter value contains one or more characters that are not valid. Parameter Name: {parameter}"
    ))
}

pub(super) fn too_many(what: &str) -> ApiError {
    limit(format!("More {what} cannot be created. The maximum limit has been reached."))
}

pub(super) fn too_much_metadata() -> ApiError {
    limit("Your resource limits for Schema Version Metadata have been exceeded.".to_owned())
}

pub(super) fn exists(kind: &str, parameter: &str, name: &str) -> ApiError {
    ApiError::new(ErrorCode::AlreadyExistsException, format!("{kind} already exists. {parameter}: {name}"))
}

pub(super) fn registry_not_found(parameter: &str, value: &str) -> ApiError {
    not_found(format!("Registry is not found. {parameter}: {value}"))
}

pub(super) fn schema_not_found(id: &SchemaId) -> ApiError {
    let [registry, schema, arn] = shown(id);
    not_found(format!(
        "Schema is not found. RegistryName: {registry}, SchemaName: {schema}, SchemaArn: {arn}"
    ))
}

pub(super) fn version_not_found(id: &SchemaId, number: Option<i64>, latest: bool) -> ApiError {
    let [registry, schema, arn] = shown(id);
    let number = number.map_or("null".to_owned(), |number| number.to_string());
    not_found(format!(
        "Schema version is not found. RegistryName: {registry}, SchemaName: {schema}, SchemaArn: {arn}, \
         VersionNumber: {number}, isLatestVersion: {latest}"
    ))
}

pub(super) fn version_id_not_found(id: &str) -> ApiError {
    not_found(format!("Schema version is not found. SchemaVersionId: {id}"))
}

pub(super) fn versioning_disabled(schema: &SchemaRow, id: &SchemaId) -> ApiError {
    let arn = id.schema_arn.as_deref().unwrap_or("null");
    let SchemaRow { name, registry, .. } = schema;
    invalid_input(format!(
        "Compatibility DISABLED does not allow versioning. \
         SchemaId: SchemaId(schemaArn={arn}, schemaName={name}, registryName={registry})"
    ))
}

pub(super) fn metadata_exists(version_id: &str, entry: &MetadataRow) -> ApiError {
    let MetadataRow { key, value, .. } = entry;
    let message = format!(
        "Resource already exist for schema version id: {version_id}, metadata key: {key}, metadata value: {value}"
    );
    ApiError::new(ErrorCode::AlreadyExistsException, message)
}

pub(super) fn metadata_not_found(version_id: &str, key: &str, value: &str) -> ApiError {
    not_found(format!(
        "Resource is not found for schema version id: {version_id}, metadata key: {key}, metadata value: {value}"
    ))
}

fn limit(message: String) -> ApiError {
    ApiError::new(ErrorCode::ResourceNumberLimitExceededException, message)
}

fn shown(id: &SchemaId) -> [&str; 3] {
    [&id.registry_name, &id.schema_name, &id.schema_arn].map(|part| part.as_deref().unwrap_or("null"))
}
