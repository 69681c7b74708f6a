//! Who may do what: the owner everything, others what an access control list grants.
//!
//! Not asked: policies of buckets and of identities, and blocks of public access. They are stored and answered.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use super::{Caller, acl, errors, owner};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{Acl, BucketRow, ObjectRow};

/// What somebody wants to do with a bucket or an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    /// List a bucket; get an object.
    Read,
    /// Put objects into a bucket and delete them.
    Write,
    ReadAcl,
    WriteAcl,
    /// What no list grants: configure a bucket, or an object's tags and locks.
    Own,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadAcl => "READ_ACP",
            Self::WriteAcl => "WRITE_ACP",
            Self::Own => "",
        }
    }
}

/// Refuses a caller who may not do this with a bucket.
pub(super) fn to_bucket(
    ctx: &Context<'_>,
    bucket: &BucketRow,
    permission: Permission,
) -> Result<(), ApiError> {
    if owns(ctx.caller, &bucket.owner) {
        return Ok(());
    }
    check(ctx, acl::of_bucket(ctx, bucket)?.as_ref(), permission)
}

/// Refuses a caller who may not do this with an object.
pub(super) fn to_object(
    ctx: &Context<'_>,
    object: &ObjectRow,
    permission: Permission,
) -> Result<(), ApiError> {
    if owns(ctx.caller, &object.attributes.owner) {
        return Ok(());
    }
    check(ctx, object.attributes.acl.as_ref(), permission)
}

fn owns(caller: &Caller, owner: &str) -> bool {
    *caller != Caller::Anonymous && caller.owner() == owner
}

fn check(ctx: &Context<'_>, acl: Option<&Acl>, permission: Permission) -> Result<(), ApiError> {
    let grants = acl.map_or(&[][..], |acl| &acl.grants);
    let id = match ctx.caller {
        Caller::Anonymous => None,
        caller => Some(owner::canonical_id(ctx, caller.owner())),
    };
    let meant = |grantee: &str| {
        grantee == acl::ALL_USERS
            || (id.is_some() && grantee == acl::AUTHENTICATED_USERS)
            || id.as_deref() == Some(grantee)
    };
    let granted = |granted: &str| granted == permission.name() || granted == acl::FULL_CONTROL;
    let found = permission != Permission::Own
        && grants.iter().any(|grant| meant(&grant.grantee) && granted(&grant.permission));
    if found { Ok(()) } else { Err(errors::access_denied()) }
}
