//! `UpdateCapacityReservation`: asks for more or fewer data processing units.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateCapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservation, CapacityReservationStatus, capacity_reservation, errors, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number, required, text};

/// See the module.
pub struct UpdateCapacityReservation;

impl Operation for UpdateCapacityReservation {
    const NAME: &'static str = "AmazonAthena.UpdateCapacityReservation";
    const RULES: &'static [Rule<UpdateCapacityReservationRequest>] = &[
        field("targetDpus", |r| number(&r.target_dpus), rules::DPUS),
        field("name", |r| text(&r.name), rules::RESERVATION),
    ];
    type Request = UpdateCapacityReservationRequest;
    type Response = UpdateCapacityReservationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateCapacityReservationRequest,
    ) -> Result<UpdateCapacityReservationResponse, ApiError> {
        let reservation = capacity_reservation::find(ctx, &required(request.name))?;
        if reservation.status == CapacityReservationStatus::Cancelled {
            return Err(errors::invalid_request("Capacity reservation is cancelled"));
        }
        let (name, created) = (reservation.name, reservation.creation_time);
        let updated = CapacityReservation::new(name, required(request.target_dpus), created, ctx.now);
        ctx.store.put_capacity_reservation(&updated)?;
        Ok(UpdateCapacityReservationResponse {})
    }
}

/// What `UpdateCapacityReservation` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCapacityReservationRequest {
    /// Required.
    pub name: Option<String>,
    /// Required.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub target_dpus: Option<i32>,
}

/// What `UpdateCapacityReservation` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateCapacityReservationResponse {}
