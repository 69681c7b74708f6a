//! `PutCapacityAssignmentConfiguration`: says which work groups have a reservation.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_PutCapacityAssignmentConfiguration.html>

use serde::{Deserialize, Serialize};

use super::{CapacityAssignment, capacity_reservation, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, list, required, text};

/// See the module.
pub struct PutCapacityAssignmentConfiguration;

impl Operation for PutCapacityAssignmentConfiguration {
    const NAME: &'static str = "AmazonAthena.PutCapacityAssignmentConfiguration";
    const RULES: &'static [Rule<PutCapacityAssignmentConfigurationRequest>] = &[
        field("capacityReservationName", |r| text(&r.capacity_reservation_name), rules::RESERVATION),
        field(
            "capacityAssignments",
            |r| list(&r.capacity_assignments, "CapacityAssignment"),
            rules::REQUIRED,
        ),
    ];
    type Request = PutCapacityAssignmentConfigurationRequest;
    type Response = PutCapacityAssignmentConfigurationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: PutCapacityAssignmentConfigurationRequest,
    ) -> Result<PutCapacityAssignmentConfigurationResponse, ApiError> {
        let name = capacity_reservation::find(ctx, &required(request.capacity_reservation_name))?.name;
        let assignments = required(request.capacity_assignments);
        for group in
            assignments.iter().filter_map(|assignment| assignment.work_group_names.as_ref()).flatten()
        {
            work_group::find(ctx, group)?;
        }
        ctx.store.set_capacity_assignments(&name, &assignments)?;
        Ok(PutCapacityAssignmentConfigurationResponse {})
    }
}

/// What `PutCapacityAssignmentConfiguration` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutCapacityAssignmentConfigurationRequest {
    /// Required.
    pub capacity_reservation_name: Option<String>,
    /// Required.
    pub capacity_assignments: Option<Vec<CapacityAssignment>>,
}

/// What `PutCapacityAssignmentConfiguration` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PutCapacityAssignmentConfigurationResponse {}
