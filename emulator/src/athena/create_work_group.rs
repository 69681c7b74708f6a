//! `CreateWorkGroup`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html>

use serde::{Deserialize, Serialize};

use super::{
    Tag, WorkGroup, WorkGroupConfiguration, WorkGroupState, errors, output, resource, rules, tags, work_group,
};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, list, required, text};

/// See the module.
pub struct CreateWorkGroup;

impl Operation for CreateWorkGroup {
    const NAME: &'static str = "AmazonAthena.CreateWorkGroup";
    const RULES: &'static [Rule<CreateWorkGroupRequest>] = &[
        field("name", |r| text(&r.name), rules::REQUIRED_WORK_GROUP),
        field("description", |r| text(&r.description), &[Length(0, 1024)]),
        field("tags", |r| list(&r.tags, "Tag"), tags::TAGS),
    ];
    type Request = CreateWorkGroupRequest;
    type Response = CreateWorkGroupResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateWorkGroupRequest,
    ) -> Result<CreateWorkGroupResponse, ApiError> {
        let name = required(request.name);
        if work_group::find(ctx, &name).is_ok() {
            return Err(errors::already_exists("WorkGroup"));
        }
        let configuration = request.configuration.unwrap_or_default().completed()?;
        check_location(&configuration)?;
        let arn = resource::work_group(ctx.identity, &name);
        tags::add(ctx, &arn, request.tags.unwrap_or_default())?;
        ctx.store.put_work_group(&WorkGroup {
            name,
            state: WorkGroupState::Enabled,
            configuration,
            description: request.description,
            creation_time: Some(ctx.now),
        })?;
        Ok(CreateWorkGroupResponse {})
    }
}

/// Refuses a location that no result could go to.
pub(super) fn check_location(configuration: &WorkGroupConfiguration) -> Result<(), ApiError> {
    let settings = configuration.result_configuration.as_ref();
    let location = settings.and_then(|settings| settings.output_location.as_deref());
    location.map_or(Ok(()), |location| output::folder(location).map(|_| ()))
}

/// What `CreateWorkGroup` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateWorkGroupRequest {
    /// Required.
    pub name: Option<String>,
    /// Its settings.
    pub configuration: Option<WorkGroupConfiguration>,
    /// For people.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// What `CreateWorkGroup` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateWorkGroupResponse {}
