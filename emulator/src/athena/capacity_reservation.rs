//! Capacity reservations: kept and shown. Queries here run on what the machine has, whatever is reserved.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::time::Timestamp;

/// A capacity reservation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CapacityReservation {
    /// The name.
    pub name: String,
    /// `ACTIVE` or `CANCELLED`.
    pub status: CapacityReservationStatus,
    /// Data processing units that were asked for.
    pub target_dpus: i32,
    /// Data processing units that there are: all that were asked for, or none.
    pub allocated_dpus: i32,
    /// When they were last allocated.
    pub last_allocation: CapacityAllocation,
    /// The same.
    pub last_successful_allocation_time: Timestamp,
    /// When it was created.
    pub creation_time: Timestamp,
}

/// How far a reservation is. Nothing takes time here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CapacityReservationStatus {
    /// It can be used.
    Active,
    /// It cannot be used any more, and can be deleted.
    Cancelled,
}

/// An allocation of data processing units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CapacityAllocation {
    /// Always `SUCCEEDED`.
    pub status: String,
    /// When it was asked for.
    pub request_time: Timestamp,
    /// When it was done.
    pub request_completion_time: Timestamp,
}

/// Work groups that share a reservation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CapacityAssignment {
    /// Their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_group_names: Option<Vec<String>>,
}

impl CapacityReservation {
    /// A reservation that has what it asks for.
    pub(super) fn new(name: String, dpus: i32, created: Timestamp, now: Timestamp) -> Self {
        let status = "SUCCEEDED".to_owned();
        Self {
            name,
            status: CapacityReservationStatus::Active,
            target_dpus: dpus,
            allocated_dpus: dpus,
            last_allocation: CapacityAllocation { status, request_time: now, request_completion_time: now },
            last_successful_allocation_time: now,
            creation_time: created,
        }
    }
}

/// The reservation of a name.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<CapacityReservation, ApiError> {
    let reservation = ctx.store.find_capacity_reservation(name)?;
    reservation.ok_or_else(errors::capacity_reservation_not_found)
}
