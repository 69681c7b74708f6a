//! `ListCapacityReservations`: reservations by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListCapacityReservations.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservation, paging};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

const LISTING: &str = "capacity reservations";

/// See the module.
pub struct ListCapacityReservations;

impl Operation for ListCapacityReservations {
    const NAME: &'static str = "AmazonAthena.ListCapacityReservations";
    const RULES: &'static [Rule<ListCapacityReservationsRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = ListCapacityReservationsRequest;
    type Response = ListCapacityReservationsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListCapacityReservationsRequest,
    ) -> Result<ListCapacityReservationsResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let all = ctx.store.capacity_reservations()?;
        let token = request.next_token.as_deref();
        let name = |reservation: &CapacityReservation| reservation.name.clone();
        let (capacity_reservations, next_token) = paging::page(LISTING, all, token, limit, name)?;
        Ok(ListCapacityReservationsResponse { capacity_reservations, next_token })
    }
}

/// What `ListCapacityReservations` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListCapacityReservationsRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `ListCapacityReservations` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListCapacityReservationsResponse {
    /// Reservations.
    pub capacity_reservations: Vec<CapacityReservation>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}
