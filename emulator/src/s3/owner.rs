//! Whose a bucket or an object is, and who calls.

use s3s::dto;
use sha2::{Digest, Sha256};

use crate::operation::Context;

/// Who makes a call. Accounts share one space of bucket names, as they do on AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Caller {
    /// The account that the emulator is of.
    #[default]
    Home,
    /// Another account.
    Account(String),
    /// Nobody: the request was not signed.
    Anonymous,
}

impl Caller {
    /// The owner of what the caller makes; empty for the emulator's own account, and for nobody.
    pub(super) fn owner(&self) -> &str {
        match self {
            Self::Account(account) => account,
            Self::Home | Self::Anonymous => "",
        }
    }
}

/// The account that an owner is.
pub(super) fn account<'a>(ctx: &'a Context<'_>, owner: &'a str) -> &'a str {
    if owner.is_empty() { &ctx.identity.account } else { owner }
}

/// The canonical user id of an owner: 64 hexadecimal digits that have no meaning.
pub(super) fn canonical_id(ctx: &Context<'_>, owner: &str) -> String {
    let digest = Sha256::digest(account(ctx, owner).as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An owner as answers name it.
pub(super) fn shown(ctx: &Context<'_>, owner: &str) -> dto::Owner {
    dto::Owner { id: Some(canonical_id(ctx, owner)), display_name: Some(account(ctx, owner).to_owned()) }
}
