//! `GetCapacityAssignmentConfiguration`: which work groups have a reservation.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetCapacityAssignmentConfiguration.html>

use serde::{Deserialize, Serialize};

use super::{CapacityAssignment, capacity_reservation, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetCapacityAssignmentConfiguration;

impl Operation for GetCapacityAssignmentConfiguration {
    const NAME: &'static str = "AmazonAthena.GetCapacityAssignmentConfiguration";
    const RULES: &'static [Rule<GetCapacityAssignmentConfigurationRequest>] =
        &[field("capacityReservationName", |r| text(&r.capacity_reservation_name), rules::RESERVATION)];
    const READS_ONLY: bool = true;
    type Request = GetCapacityAssignmentConfigurationRequest;
    type Response = GetCapacityAssignmentConfigurationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetCapacityAssignmentConfigurationRequest,
    ) -> Result<GetCapacityAssignmentConfigurationResponse, ApiError> {
        let name = capacity_reservation::find(ctx, &required(request.capacity_reservation_name))?.name;
        let capacity_assignments = ctx.store.capacity_assignments(&name)?.unwrap_or_default();
        let capacity_assignment_configuration =
            CapacityAssignmentConfiguration { capacity_reservation_name: name, capacity_assignments };
        Ok(GetCapacityAssignmentConfigurationResponse { capacity_assignment_configuration })
    }
}

/// Which work groups have a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CapacityAssignmentConfiguration {
    /// The reservation.
    pub capacity_reservation_name: String,
    /// Its work groups.
    pub capacity_assignments: Vec<CapacityAssignment>,
}

/// What `GetCapacityAssignmentConfiguration` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCapacityAssignmentConfigurationRequest {
    /// Required.
    pub capacity_reservation_name: Option<String>,
}

/// What `GetCapacityAssignmentConfiguration` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCapacityAssignmentConfigurationResponse {
    /// The work groups.
    pub capacity_assignment_configuration: CapacityAssignmentConfiguration,
}
