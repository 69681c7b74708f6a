//! `DeleteCapacityReservation`: only one that was cancelled.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteCapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservationStatus, capacity_reservation, errors, resource, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteCapacityReservation;

impl Operation for DeleteCapacityReservation {
    const NAME: &'static str = "AmazonAthena.DeleteCapacityReservation";
    const RULES: &'static [Rule<DeleteCapacityReservationRequest>] =
        &[field("name", |r| text(&r.name), rules::RESERVATION)];
    type Request = DeleteCapacityReservationRequest;
    type Response = DeleteCapacityReservationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteCapacityReservationRequest,
    ) -> Result<DeleteCapacityReservationResponse, ApiError> {
        let reservation = capacity_reservation::find(ctx, &required(request.name))?;
        if reservation.status != CapacityReservationStatus::Cancelled {
            return Err(errors::invalid_request(
                "Capacity reservation must be cancelled before it is deleted",
            ));
        }
        ctx.store.forget_resource(&resource::capacity_reservation(ctx.identity, &reservation.name))?;
        ctx.store.delete_capacity_reservation(&reservation.name)?;
        Ok(DeleteCapacityReservationResponse {})
    }
}

/// What `DeleteCapacityReservation` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCapacityReservationRequest {
    /// Required.
    pub name: Option<String>,
}

/// What `DeleteCapacityReservation` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteCapacityReservationResponse {}
