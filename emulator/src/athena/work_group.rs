//! Work groups: who queries share settings with. `primary` is always there.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroup.html>

use serde::{Deserialize, Serialize};

use super::{EngineVersion, ResultConfiguration, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::time::Timestamp;

/// The work group of queries that name none.
pub(super) const PRIMARY: &str = "primary";

/// Bytes that a cutoff must allow, at least.
const CUTOFF_BYTES_MIN: i64 = 10_000_000;

/// A work group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WorkGroup {
    /// The name.
    pub name: String,
    /// Whether queries can be started in it.
    pub state: WorkGroupState,
    /// Its settings.
    pub configuration: WorkGroupConfiguration,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was created; that of `primary` is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_time: Option<Timestamp>,
}

/// Whether queries can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum WorkGroupState {
    /// They can.
    Enabled,
    /// They cannot.
    Disabled,
}

/// Settings of a work group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WorkGroupConfiguration {
    /// Where results go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_configuration: Option<ResultConfiguration>,
    /// Whether clients' own settings are ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforce_work_group_configuration: Option<bool>,
    /// Kept and shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_cloud_watch_metrics_enabled: Option<bool>,
    /// Queries that scan more are cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_scanned_cutoff_per_query: Option<i64>,
    /// Kept and shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester_pays_enabled: Option<bool>,
    /// Which engine runs the queries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<EngineVersion>,
    /// Kept and shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_configuration: Option<String>,
    /// Kept and shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_role: Option<String>,
    /// Kept and shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_minimum_encryption_configuration: Option<bool>,
}

impl WorkGroupConfiguration {
    /// With what Athena says where a client does not.
    pub(super) fn completed(self) -> Result<Self, ApiError> {
        check_cutoff(self.bytes_scanned_cutoff_per_query)?;
        Ok(Self {
            enforce_work_group_configuration: self.enforce_work_group_configuration.or(Some(true)),
            publish_cloud_watch_metrics_enabled: self.publish_cloud_watch_metrics_enabled.or(Some(false)),
            requester_pays_enabled: self.requester_pays_enabled.or(Some(false)),
            engine_version: Some(EngineVersion::select(self.engine_version)?),
            enable_minimum_encryption_configuration: self
                .enable_minimum_encryption_configuration
                .or(Some(false)),
            ..self
        })
    }

    /// Whether clients' own settings are ignored.
    pub(super) fn is_enforced(&self) -> bool {
        self.enforce_work_group_configuration == Some(true)
    }
}

pub(super) fn check_cutoff(bytes: Option<i64>) -> Result<(), ApiError> {
    match bytes.is_some_and(|bytes| bytes < CUTOFF_BYTES_MIN) {
        true => Err(errors::invalid_request(format!(
            "BytesScannedCutoffPerQuery is less than minimum allowed value {CUTOFF_BYTES_MIN}"
        ))),
        false => Ok(()),
    }
}

/// The work group of a name.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<WorkGroup, ApiError> {
    match ctx.store.find_work_group(name)? {
        Some(group) => Ok(group),
        None if name == PRIMARY => Ok(primary()),
        None => Err(errors::work_group_not_found()),
    }
}

/// All work groups, by name.
pub(super) fn all(ctx: &Context<'_>) -> Result<Vec<WorkGroup>, ApiError> {
    let mut groups = ctx.store.work_groups()?;
    if !groups.iter().any(|group| group.name == PRIMARY) {
        let at = groups.partition_point(|group| group.name.as_str() < PRIMARY);
        groups.insert(at, primary());
    }
    Ok(groups)
}

/// The work group that was never created.
fn primary() -> WorkGroup {
    WorkGroup {
        name: PRIMARY.to_owned(),
        state: WorkGroupState::Enabled,
        configuration: WorkGroupConfiguration {
            result_configuration: Some(ResultConfiguration::default()),
            enforce_work_group_configuration: Some(false),
            publish_cloud_watch_metrics_enabled: Some(false),
            requester_pays_enabled: Some(false),
            engine_version: Some(EngineVersion::auto()),
            enable_minimum_encryption_configuration: Some(false),
            ..WorkGroupConfiguration::default()
        },
        description: None,
        creation_time: None,
    }
}
