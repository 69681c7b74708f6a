//! Access control lists: what the canned ones grant, and how lists are read and shown.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>

use s3s::dto;

use super::{documents, errors, owner};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::{Acl, AclGrant, BucketRow};

/// Everybody, signed or not.
pub(super) const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
/// Everybody who signs.
pub(super) const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
/// All permissions at once.
pub(super) const FULL_CONTROL: &str = "FULL_CONTROL";
const PERMISSIONS: [&str; 5] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP", FULL_CONTROL];
const KIND: &str = "acl";

/// The list of a bucket; none where its owner alone may do anything.
pub(super) fn of_bucket(ctx: &Context<'_>, bucket: &BucketRow) -> Result<Option<Acl>, ApiError> {
    let document = ctx.store.find_document(&bucket.name, KIND, "")?;
    document.map(|text| serde_json::from_str(&text).map_err(super::stored)).transpose()
}

/// Gives a bucket a list.
pub(super) fn set_of_bucket(ctx: &Context<'_>, bucket: &str, acl: Option<&Acl>) -> Result<(), ApiError> {
    match acl {
        Some(acl) => {
            let text = serde_json::to_string(acl).map_err(super::stored)?;
            ctx.store.put_document(bucket, KIND, "", &text)?;
        }
        None => drop(ctx.store.delete_document(bucket, KIND, "")?),
    }
    Ok(())
}

/// What a request says about who may do what: a canned list, headers, or a document.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    pub canned: Option<&'a str>,
    /// Permission and the header that grants it.
    pub headers: Vec<(&'static str, &'a str)>,
    pub policy: Option<&'a dto::AccessControlPolicy>,
}

impl Asked<'_> {
    /// Whether it is more than that the owners keep everything to themselves.
    fn is_something(&self) -> bool {
        let canned =
            self.canned.is_some_and(|canned| !["private", "bucket-owner-full-control"].contains(&canned));
        canned || !self.headers.is_empty() || self.policy.is_some()
    }
}

/// The list that a request asks for; none for the one that everything has at first.
///
/// `owner` is of what the list is for, `bucket` what it is in.
pub(super) fn read(
    ctx: &Context<'_>,
    asked: &Asked<'_>,
    owner: &str,
    bucket: &BucketRow,
) -> Result<Option<Acl>, ApiError> {
    if asked.is_something() && documents::is_owner_enforced(ctx, &bucket.name)? {
        let message = "The bucket does not allow ACLs";
        return Err(ApiError::new(ErrorCode::AccessControlListNotSupported, message));
    }
    if asked.canned.is_some() && !asked.headers.is_empty() {
        return Err(errors::invalid_request("Specifying both Canned ACLs and Header Grants is not allowed"));
    }
    if let Some(canned) = asked.canned {
        return canned_list(ctx, canned, owner, &bucket.owner);
    }
    if !asked.headers.is_empty() {
        let mut grants = Vec::new();
        for (permission, header) in &asked.headers {
            for grantee in header.split(',') {
                grants.push(AclGrant {
                    grantee: header_grantee(grantee)?,
                    permission: (*permission).to_owned(),
                });
            }
        }
        return Ok(Some(Acl { grants }));
    }
    asked.policy.map(policy_list).transpose()
}

fn canned_list(
    ctx: &Context<'_>,
    canned: &str,
    owner: &str,
    bucket_owner: &str,
) -> Result<Option<Acl>, ApiError> {
    let grant = |grantee: &str, permission: &str| AclGrant {
        grantee: grantee.to_owned(),
        permission: permission.to_owned(),
    };
    let own = grant(&owner::canonical_id(ctx, owner), FULL_CONTROL);
    let of_bucket = owner::canonical_id(ctx, bucket_owner);
    let grants = match canned {
        "private" | "aws-exec-read" => return Ok(None),
        "public-read" => vec![own, grant(ALL_USERS, "READ")],
        "public-read-write" => vec![own, grant(ALL_USERS, "READ"), grant(ALL_USERS, "WRITE")],
        "authenticated-read" => vec![own, grant(AUTHENTICATED_USERS, "READ")],
        "bucket-owner-read" => vec![own, grant(&of_bucket, "READ")],
        "bucket-owner-full-control" => vec![own, grant(&of_bucket, FULL_CONTROL)],
        "log-delivery-write" => vec![own, grant(LOG_DELIVERY, "WRITE"), grant(LOG_DELIVERY, "READ_ACP")],
        other => return Err(errors::invalid_named_argument("", "x-amz-acl", other)),
    };
    Ok(Some(Acl { grants }))
}

/// `id="…"` or `uri="…"`.
fn header_grantee(text: &str) -> Result<String, ApiError> {
    let (kind, value) = text.trim().split_once('=').unwrap_or_default();
    let value = value.trim().trim_matches('"');
    match kind.trim() {
        "id" | "uri" if !value.is_empty() => Ok(value.to_owned()),
        "emailAddress" => Err(errors::not_implemented().with("Header", "x-amz-grant-…: emailAddress")),
        _ => Err(errors::invalid_named_argument("Argument format not recognized", "x-amz-grant", text)),
    }
}

fn policy_list(policy: &dto::AccessControlPolicy) -> Result<Acl, ApiError> {
    let malformed = || {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        ApiError::new(ErrorCode::MalformedAcl, message)
    };
    if policy.owner.is_none() {
        return Err(malformed());
    }
    let mut grants = Vec::new();
    for grant in policy.grants.iter().flatten() {
        let permission = grant.permission.as_ref().map(|permission| permission.as_str().to_owned());
        let permission =
            permission.filter(|name| PERMISSIONS.contains(&name.as_str())).ok_or_else(malformed)?;
        let grantee = grant.grantee.as_ref().ok_or_else(malformed)?;
        if grantee.email_address.is_some() {
            return Err(ApiError::new(
                ErrorCode::NotImplemented,
                "grantees by e-mail address are not implemented",
            ));
        }
        let named = grantee.id.clone().or_else(|| grantee.uri.clone());
        grants.push(AclGrant { grantee: named.ok_or_else(malformed)?, permission });
    }
    Ok(Acl { grants })
}

/// A list as answers have it.
pub(super) fn shown(ctx: &Context<'_>, acl: Option<&Acl>, owner: &str) -> Vec<dto::Grant> {
    let own = AclGrant { grantee: owner::canonical_id(ctx, owner), permission: FULL_CONTROL.to_owned() };
    let grants = acl.map_or_else(|| vec![own], |acl| acl.grants.clone());
    grants.into_iter().map(|grant| shown_grant(ctx, grant, owner)).collect()
}

fn shown_grant(ctx: &Context<'_>, grant: AclGrant, owner: &str) -> dto::Grant {
    let is_group = grant.grantee.starts_with("http");
    let kind = if is_group { dto::Type::GROUP } else { dto::Type::CANONICAL_USER };
    let own = owner::shown(ctx, owner);
    let display_name = own.display_name.filter(|_| own.id.as_deref() == Some(&grant.grantee));
    let grantee = dto::Grantee {
        display_name,
        email_address: None,
        id: (!is_group).then(|| grant.grantee.clone()),
        type_: dto::Type::from_static(kind),
        uri: is_group.then_some(grant.grantee),
    };
    dto::Grant { grantee: Some(grantee), permission: Some(dto::Permission::from(grant.permission)) }
}
