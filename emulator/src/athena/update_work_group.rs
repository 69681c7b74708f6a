//! `UpdateWorkGroup`: changes what is said, and leaves the rest.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html>

use serde::{Deserialize, Serialize};

use super::create_work_group::check_location;
use super::{
    AclConfiguration, EncryptionConfiguration, EngineVersion, ResultConfiguration, WorkGroupConfiguration,
    WorkGroupState, rules, work_group,
};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct UpdateWorkGroup;

impl Operation for UpdateWorkGroup {
    const NAME: &'static str = "AmazonAthena.UpdateWorkGroup";
    const RULES: &'static [Rule<UpdateWorkGroupRequest>] = &[
        field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP),
        field("description", |r| text(&r.description), &[Length(0, 1024)]),
        field("state", |r| text(&r.state), &[OneOf(&["ENABLED", "DISABLED"])]),
    ];
    type Request = UpdateWorkGroupRequest;
    type Response = UpdateWorkGroupResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateWorkGroupRequest,
    ) -> Result<UpdateWorkGroupResponse, ApiError> {
        let mut group = work_group::find(ctx, &required(request.work_group))?;
        if let Some(state) = request.state {
            let is_enabled = state == "ENABLED";
            group.state = if is_enabled { WorkGroupState::Enabled } else { WorkGroupState::Disabled };
        }
        group.description = request.description.or(group.description);
        if let Some(updates) = request.configuration_updates {
            updates.apply(&mut group.configuration)?;
            check_location(&group.configuration)?;
        }
        ctx.store.put_work_group(&group)?;
        Ok(UpdateWorkGroupResponse {})
    }
}

/// What changes in the settings of a work group.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WorkGroupConfigurationUpdates {
    /// Whether clients' own settings are ignored.
    pub enforce_work_group_configuration: Option<bool>,
    /// Where results go.
    pub result_configuration_updates: Option<ResultConfigurationUpdates>,
    /// Kept and shown.
    pub publish_cloud_watch_metrics_enabled: Option<bool>,
    /// Queries that scan more are cancelled.
    pub bytes_scanned_cutoff_per_query: Option<i64>,
    /// Queries may scan whatever they want.
    pub remove_bytes_scanned_cutoff_per_query: Option<bool>,
    /// Kept and shown.
    pub requester_pays_enabled: Option<bool>,
    /// Which engine runs the queries.
    pub engine_version: Option<EngineVersion>,
    /// Kept and shown.
    pub additional_configuration: Option<String>,
    /// Kept and shown.
    pub execution_role: Option<String>,
    /// Kept and shown.
    pub enable_minimum_encryption_configuration: Option<bool>,
}

impl WorkGroupConfigurationUpdates {
    fn apply(self, settings: &mut WorkGroupConfiguration) -> Result<(), ApiError> {
        work_group::check_cutoff(self.bytes_scanned_cutoff_per_query)?;
        change(&mut settings.enforce_work_group_configuration, self.enforce_work_group_configuration, None);
        change(
            &mut settings.bytes_scanned_cutoff_per_query,
            self.bytes_scanned_cutoff_per_query,
            self.remove_bytes_scanned_cutoff_per_query,
        );
        let metrics = self.publish_cloud_watch_metrics_enabled;
        change(&mut settings.publish_cloud_watch_metrics_enabled, metrics, None);
        change(&mut settings.requester_pays_enabled, self.requester_pays_enabled, None);
        change(&mut settings.additional_configuration, self.additional_configuration, None);
        change(&mut settings.execution_role, self.execution_role, None);
        let encryption = self.enable_minimum_encryption_configuration;
        change(&mut settings.enable_minimum_encryption_configuration, encryption, None);
        if let Some(version) = self.engine_version {
            settings.engine_version = Some(EngineVersion::select(Some(version))?);
        }
        if let Some(updates) = self.result_configuration_updates {
            updates.apply(settings.result_configuration.get_or_insert_default());
        }
        Ok(())
    }
}

/// What changes in where results go.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResultConfigurationUpdates {
    /// A folder: `s3://bucket/prefix/`.
    pub output_location: Option<String>,
    /// Clients say where results go.
    pub remove_output_location: Option<bool>,
    /// How results are encrypted.
    pub encryption_configuration: Option<EncryptionConfiguration>,
    /// Nothing is said about it any more.
    pub remove_encryption_configuration: Option<bool>,
    /// The account that the bucket must be of.
    pub expected_bucket_owner: Option<String>,
    /// Nothing is said about it any more.
    pub remove_expected_bucket_owner: Option<bool>,
    /// Who may do what with results.
    pub acl_configuration: Option<AclConfiguration>,
    /// Nothing is said about it any more.
    pub remove_acl_configuration: Option<bool>,
}

impl ResultConfigurationUpdates {
    fn apply(self, settings: &mut ResultConfiguration) {
        change(&mut settings.output_location, self.output_location, self.remove_output_location);
        let encryption = self.encryption_configuration;
        change(&mut settings.encryption_configuration, encryption, self.remove_encryption_configuration);
        let owner = self.expected_bucket_owner;
        change(&mut settings.expected_bucket_owner, owner, self.remove_expected_bucket_owner);
        change(&mut settings.acl_configuration, self.acl_configuration, self.remove_acl_configuration);
    }
}

/// Takes a member away, or another in its place, where a client says so.
fn change<T>(member: &mut Option<T>, other: Option<T>, remove: Option<bool>) {
    if remove == Some(true) {
        *member = None;
    }
    if other.is_some() {
        *member = other;
    }
}

/// What `UpdateWorkGroup` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateWorkGroupRequest {
    /// Required.
    pub work_group: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// What changes in its settings.
    pub configuration_updates: Option<WorkGroupConfigurationUpdates>,
    /// `ENABLED` or `DISABLED`.
    pub state: Option<String>,
}

/// What `UpdateWorkGroup` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateWorkGroupResponse {}
