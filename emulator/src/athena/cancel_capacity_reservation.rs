//! `CancelCapacityReservation`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CancelCapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservationStatus, capacity_reservation, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CancelCapacityReservation;

impl Operation for CancelCapacityReservation {
    const NAME: &'static str = "AmazonAthena.CancelCapacityReservation";
    const RULES: &'static [Rule<CancelCapacityReservationRequest>] =
        &[field("name", |r| text(&r.name), rules::RESERVATION)];
    type Request = CancelCapacityReservationRequest;
    type Response = CancelCapacityReservationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CancelCapacityReservationRequest,
    ) -> Result<CancelCapacityReservationResponse, ApiError> {
        let mut reservation = capacity_reservation::find(ctx, &required(request.name))?;
        reservation.status = CapacityReservationStatus::Cancelled;
        reservation.allocated_dpus = 0;
        ctx.store.put_capacity_reservation(&reservation)?;
        Ok(CancelCapacityReservationResponse {})
    }
}

/// What `CancelCapacityReservation` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CancelCapacityReservationRequest {
    /// Required.
    pub name: Option<String>,
}

/// What `CancelCapacityReservation` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelCapacityReservationResponse {}
