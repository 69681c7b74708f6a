//! What can have tags: ARNs.

use super::{data_catalog, errors, work_group};
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::operation::Context;

pub(super) fn work_group(identity: &Identity, name: &str) -> String {
    arn(identity, "workgroup", name)
}

pub(super) fn data_catalog(identity: &Identity, name: &str) -> String {
    arn(identity, "datacatalog", name)
}

pub(super) fn capacity_reservation(identity: &Identity, name: &str) -> String {
    arn(identity, "capacity-reservation", name)
}

fn arn(Identity { account, region }: &Identity, kind: &str, name: &str) -> String {
    format!("arn:aws:athena:{region}:{account}:{kind}/{name}")
}

/// Refuses the ARN of what is not there.
pub(super) fn check(ctx: &Context<'_>, resource: &str) -> Result<(), ApiError> {
    let missing = || errors::invalid_request(format!("Athena Resource, {resource} Does Not Exist"));
    let own = arn(ctx.identity, "", "");
    let path = resource.strip_prefix(own.trim_end_matches('/')).ok_or_else(missing)?;
    let found = match path.split_once('/') {
        Some(("workgroup", name)) => work_group::find(ctx, name).map(|_| ()),
        Some(("datacatalog", name)) => data_catalog::find(ctx, name).map(|_| ()),
        Some(("capacity-reservation", name)) => {
            ctx.store.find_capacity_reservation(name)?.map(|_| ()).ok_or_else(missing)
        }
        _ => Err(missing()),
    };
    found.map_err(|_| missing())
}
