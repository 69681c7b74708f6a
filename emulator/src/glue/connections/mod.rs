//! Connections to where data is: kept and shown. Nothing here connects, and no credentials are looked at.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_ConnectionInput.html>

mod batch_delete_connection;
mod create_connection;
mod delete_connection;
mod get_connection;
mod get_connections;
mod update_connection;

pub use batch_delete_connection::{
    BatchDeleteConnection, BatchDeleteConnectionRequest, BatchDeleteConnectionResponse,
};
pub use create_connection::{CreateConnection, CreateConnectionRequest, CreateConnectionResponse};
pub use delete_connection::{DeleteConnection, DeleteConnectionRequest, DeleteConnectionResponse};
pub use get_connection::{GetConnection, GetConnectionRequest, GetConnectionResponse};
pub use get_connections::{
    GetConnections, GetConnectionsFilter, GetConnectionsRequest, GetConnectionsResponse,
};
pub use update_connection::{UpdateConnection, UpdateConnectionRequest, UpdateConnectionResponse};

use serde::{Deserialize, Serialize};

use super::name::NAME;
use super::{Parameters, arn, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::ConnectionRow;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, map, text, texts};

/// A connection as clients describe it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConnectionInput {
    /// Required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Required: `JDBC`, `KAFKA`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    /// Words that connections are chosen by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_criteria: Option<Vec<String>>,
    /// Required: `JDBC_CONNECTION_URL`, `USERNAME`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_properties: Option<Parameters>,
    /// Properties for Spark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spark_properties: Option<Parameters>,
    /// Properties for Athena.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub athena_properties: Option<Parameters>,
    /// Properties for Python.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub python_properties: Option<Parameters>,
    /// The network that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_connection_requirements: Option<PhysicalConnectionRequirements>,
    /// How one proves who one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_configuration: Option<AuthenticationConfiguration>,
}

/// The network of a connection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PhysicalConnectionRequirements {
    /// A subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// Security groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_group_id_list: Option<Vec<String>>,
    /// A zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
}

/// How a connection proves who it is. Secrets that clients give in the open are not kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AuthenticationConfiguration {
    /// `BASIC`, `OAUTH2`, `CUSTOM` or `IAM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_type: Option<String>,
    /// Where the secret is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_arn: Option<String>,
    /// What it is encrypted with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<String>,
    /// For `OAUTH2`.
    #[serde(rename = "OAuth2Properties", skip_serializing_if = "Option::is_none")]
    pub oauth2_properties: Option<OAuth2Properties>,
}

/// How tokens are got.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OAuth2Properties {
    /// `AUTHORIZATION_CODE`, …
    #[serde(rename = "OAuth2GrantType", skip_serializing_if = "Option::is_none")]
    pub oauth2_grant_type: Option<String>,
    /// Where they come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url: Option<String>,
    /// What is asked there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_url_parameters_map: Option<Parameters>,
}

/// A connection as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Connection {
    /// What the client said; its name stays the one that it was created with.
    #[serde(flatten)]
    pub input: ConnectionInput,
    /// When it was created.
    pub creation_time: Timestamp,
    /// When it was last created or updated.
    pub last_updated_time: Timestamp,
    /// Always `READY`.
    pub status: &'static str,
    /// Always 1.
    pub connection_schema_version: i32,
}

impl Connection {
    fn new(row: ConnectionRow, hide_password: bool) -> Self {
        let mut input = ConnectionInput { name: Some(row.name), ..row.input };
        if hide_password && let Some(properties) = &mut input.connection_properties {
            properties.remove("PASSWORD");
        }
        Self {
            input,
            creation_time: row.created,
            last_updated_time: row.updated,
            status: "READY",
            connection_schema_version: 1,
        }
    }
}

fn find(ctx: &Context<'_>, name: &str) -> Result<ConnectionRow, ApiError> {
    ctx.store.find_connection(name)?.ok_or_else(|| errors::named_not_found("Connection", name))
}

fn delete(ctx: &Context<'_>, name: &str) -> Result<(), ApiError> {
    if !ctx.store.delete_connection(name)? {
        return Err(errors::named_not_found("Connection", name));
    }
    Ok(ctx.store.forget_resource(&arn::connection(ctx, name))?)
}

/// On descriptions of connections.
const CONNECTION_INPUT: &[Rule<ConnectionInput>] = &[
    field("name", |c| text(&c.name), NAME),
    field("connectionType", |c| text(&c.connection_type), &[Required]),
    field("matchCriteria", |c| texts(&c.match_criteria), &[Length(0, 10), MemberLength(1, 255)]),
    field(
        "connectionProperties",
        |c| map(&c.connection_properties),
        &[Required, Length(0, 100), ValueLength(1, 1024)],
    ),
];
