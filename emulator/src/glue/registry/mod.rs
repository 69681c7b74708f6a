//! The Schema Registry: registries hold schemas, schemas have versions, and notes are kept about versions.
//!
//! Definitions of Avro and JSON must be JSON; those of Protobuf are taken as they come. Of the compatibilities `DISABLED`
//! alone has an effect: whether a version can follow another one is not looked at.
//!
//! Not emulated: `GetSchemaVersionsDiff`, and versions that are `PENDING` or a `FAILURE`.
//!
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSchema.html>; wording from moto's tests.

mod check_schema_version_validity;
mod create_registry;
mod create_schema;
mod definition;
mod delete_registry;
mod delete_schema;
mod delete_schema_versions;
mod get_registry;
mod get_schema;
mod get_schema_by_definition;
mod get_schema_version;
mod ids;
mod list_registries;
mod list_schema_versions;
mod list_schemas;
mod lookup;
mod metadata;
mod names;
mod put_schema_version_metadata;
mod query_schema_version_metadata;
mod register_schema_version;
mod remove_schema_version_metadata;
mod update_registry;
mod update_schema;
mod wording;

pub use check_schema_version_validity::{
    CheckSchemaVersionValidity, CheckSchemaVersionValidityRequest, CheckSchemaVersionValidityResponse,
};
pub use create_registry::{CreateRegistry, CreateRegistryRequest, CreateRegistryResponse};
pub use create_schema::{CreateSchema, CreateSchemaRequest, CreateSchemaResponse};
pub use delete_registry::{DeleteRegistry, DeleteRegistryRequest, DeleteRegistryResponse};
pub use delete_schema::{DeleteSchema, DeleteSchemaRequest, DeleteSchemaResponse};
pub use delete_schema_versions::{
    DeleteSchemaVersions, DeleteSchemaVersionsRequest, DeleteSchemaVersionsResponse, SchemaVersionErrorItem,
};
pub use get_registry::{GetRegistry, GetRegistryRequest, GetRegistryResponse};
pub use get_schema::{GetSchema, GetSchemaRequest, GetSchemaResponse};
pub use get_schema_by_definition::{
    GetSchemaByDefinition, GetSchemaByDefinitionRequest, GetSchemaByDefinitionResponse,
};
pub use get_schema_version::{GetSchemaVersion, GetSchemaVersionRequest, GetSchemaVersionResponse};
pub use ids::{RegistryId, SchemaId, SchemaVersionNumber};
pub use list_registries::{ListRegistries, ListRegistriesRequest, ListRegistriesResponse};
pub use list_schema_versions::{ListSchemaVersions, ListSchemaVersionsRequest, ListSchemaVersionsResponse};
pub use list_schemas::{ListSchemas, ListSchemasRequest, ListSchemasResponse};
pub use metadata::{MetadataEcho, MetadataInfo, MetadataKeyValuePair, OtherMetadataValue};
pub use put_schema_version_metadata::{
    PutSchemaVersionMetadata, PutSchemaVersionMetadataRequest, PutSchemaVersionMetadataResponse,
};
pub use query_schema_version_metadata::{
    QuerySchemaVersionMetadata, QuerySchemaVersionMetadataRequest, QuerySchemaVersionMetadataResponse,
};
pub use register_schema_version::{
    RegisterSchemaVersion, RegisterSchemaVersionRequest, RegisterSchemaVersionResponse,
};
pub use remove_schema_version_metadata::{
    RemoveSchemaVersionMetadata, RemoveSchemaVersionMetadataRequest, RemoveSchemaVersionMetadataResponse,
};
pub use update_registry::{UpdateRegistry, UpdateRegistryRequest, UpdateRegistryResponse};
pub use update_schema::{UpdateSchema, UpdateSchemaRequest, UpdateSchemaResponse};

use serde::Serialize;

use super::arn;
use crate::operation::Context;
use crate::store::{RegistryRow, SchemaRow, SchemaVersionRow};

use lookup::{
    add_version, create, delete_schema, find, find_or_create, find_schema, find_version, insert_schema,
    version_of,
};

const AVAILABLE: &str = "AVAILABLE";
const DELETING: &str = "DELETING";

/// A registry as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegistryListItem {
    /// Its name.
    pub registry_name: String,
    /// Its ARN.
    pub registry_arn: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AVAILABLE`.
    pub status: &'static str,
    /// When it was created.
    pub created_time: String,
    /// When it was last updated.
    pub updated_time: String,
}

impl RegistryListItem {
    fn new(ctx: &Context<'_>, row: RegistryRow) -> Self {
        Self {
            registry_arn: arn::registry(ctx, &row.name),
            registry_name: row.name,
            description: row.description,
            status: AVAILABLE,
            created_time: names::time(row.created),
            updated_time: names::time(row.updated),
        }
    }
}

/// A schema as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaDescription {
    /// Its registry.
    pub registry_name: String,
    /// The ARN of its registry.
    pub registry_arn: String,
    /// Its name.
    pub schema_name: String,
    /// Its ARN.
    pub schema_arn: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    pub data_format: String,
    /// Which versions may follow.
    pub compatibility: String,
    /// The version that was last made the checkpoint; the first one, else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_checkpoint: Option<i64>,
    /// The number of its newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_schema_version: Option<i64>,
    /// The number of the version that comes next.
    pub next_schema_version: i64,
    /// `AVAILABLE`.
    pub schema_status: &'static str,
}

impl SchemaDescription {
    fn new(ctx: &Context<'_>, row: SchemaRow) -> Self {
        let there = |number: i64| (number > 0).then_some(number);
        Self {
            registry_arn: arn::registry(ctx, &row.registry),
            schema_arn: arn::schema(ctx, &row.registry, &row.name),
            registry_name: row.registry,
            schema_name: row.name,
            description: row.description,
            data_format: row.data_format,
            compatibility: row.compatibility,
            schema_checkpoint: there(row.checkpoint),
            latest_schema_version: there(row.version_next - 1),
            next_schema_version: row.version_next,
            schema_status: AVAILABLE,
        }
    }
}

/// A schema in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaListItem {
    /// Its registry.
    pub registry_name: String,
    /// Its name.
    pub schema_name: String,
    /// Its ARN.
    pub schema_arn: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `AVAILABLE`.
    pub schema_status: &'static str,
    /// When it was created.
    pub created_time: String,
    /// When it was last updated.
    pub updated_time: String,
}

impl SchemaListItem {
    fn new(ctx: &Context<'_>, row: SchemaRow) -> Self {
        Self {
            schema_arn: arn::schema(ctx, &row.registry, &row.name),
            registry_name: row.registry,
            schema_name: row.name,
            description: row.description,
            schema_status: AVAILABLE,
            created_time: names::time(row.created),
            updated_time: names::time(row.updated),
        }
    }
}

/// A version in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SchemaVersionListItem {
    /// The ARN of its schema.
    pub schema_arn: String,
    /// Its id.
    pub schema_version_id: String,
    /// Its number.
    pub version_number: i64,
    /// `AVAILABLE`.
    pub status: &'static str,
    /// When it was created.
    pub created_time: String,
}

impl SchemaVersionListItem {
    fn new(ctx: &Context<'_>, row: SchemaVersionRow) -> Self {
        Self {
            schema_arn: arn::schema(ctx, &row.registry, &row.schema),
            schema_version_id: row.id,
            version_number: row.number,
            status: AVAILABLE,
            created_time: names::time(row.created),
        }
    }
}
