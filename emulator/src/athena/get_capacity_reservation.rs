//! `GetCapacityReservation`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetCapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservation, capacity_reservation, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetCapacityReservation;

impl Operation for GetCapacityReservation {
    const NAME: &'static str = "AmazonAthena.GetCapacityReservation";
    const RULES: &'static [Rule<GetCapacityReservationRequest>] =
        &[field("name", |r| text(&r.name), rules::RESERVATION)];
    const READS_ONLY: bool = true;
    type Request = GetCapacityReservationRequest;
    type Response = GetCapacityReservationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetCapacityReservationRequest,
    ) -> Result<GetCapacityReservationResponse, ApiError> {
        let capacity_reservation = capacity_reservation::find(ctx, &required(request.name))?;
        Ok(GetCapacityReservationResponse { capacity_reservation })
    }
}

/// What `GetCapacityReservation` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCapacityReservationRequest {
    /// Required.
    pub name: Option<String>,
}

/// What `GetCapacityReservation` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCapacityReservationResponse {
    /// The reservation.
    pub capacity_reservation: CapacityReservation,
}
