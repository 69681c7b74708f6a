//! `CreateCapacityReservation`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateCapacityReservation.html>

use serde::{Deserialize, Serialize};

use super::{CapacityReservation, Tag, errors, resource, rules, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, list, number, required, text};

/// See the module.
pub struct CreateCapacityReservation;

impl Operation for CreateCapacityReservation {
    const NAME: &'static str = "AmazonAthena.CreateCapacityReservation";
    const RULES: &'static [Rule<CreateCapacityReservationRequest>] = &[
        field("targetDpus", |r| number(&r.target_dpus), rules::DPUS),
        field("name", |r| text(&r.name), rules::RESERVATION),
        field("tags", |r| list(&r.tags, "Tag"), tags::TAGS),
    ];
    type Request = CreateCapacityReservationRequest;
    type Response = CreateCapacityReservationResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateCapacityReservationRequest,
    ) -> Result<CreateCapacityReservationResponse, ApiError> {
        let (name, dpus) = (required(request.name), required(request.target_dpus));
        if ctx.store.find_capacity_reservation(&name)?.is_some() {
            return Err(errors::already_exists("Capacity reservation"));
        }
        let arn = resource::capacity_reservation(ctx.identity, &name);
        tags::add(ctx, &arn, request.tags.unwrap_or_default())?;
        ctx.store.put_capacity_reservation(&CapacityReservation::new(name, dpus, ctx.now, ctx.now))?;
        Ok(CreateCapacityReservationResponse {})
    }
}

/// What `CreateCapacityReservation` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCapacityReservationRequest {
    /// Required.
    pub name: Option<String>,
    /// Required.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub target_dpus: Option<i32>,
    /// Its tags.
    pub tags: Option<Vec<Tag>>,
}

/// What `CreateCapacityReservation` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateCapacityReservationResponse {}
