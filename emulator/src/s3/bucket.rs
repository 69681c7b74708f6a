//! Buckets: what they may be called, and whether they are there.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use std::net::Ipv4Addr;

use super::access::{self, Permission};
use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::BucketRow;

const RESERVED_PREFIXES: [&str; 2] = ["xn--", "sthree-"];
/// The versioning of a bucket that keeps versions.
pub(super) const ENABLED: &str = "Enabled";
/// The versioning of a bucket that did.
pub(super) const SUSPENDED: &str = "Suspended";

const RESERVED_SUFFIXES: [&str; 4] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3"];

/// Whether a general purpose bucket may have this name: 3 to 63 lower-case letters, digits, dots
/// and hyphens, a letter or digit at either end, no dot beside a dot or a hyphen, and no IP address.
pub(super) fn is_valid_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    (3..=63).contains(&name.len())
        && name.bytes().all(inner)
        && outer(name.bytes().next())
        && outer(name.bytes().last())
        && !["..", ".-", "-."].iter().any(|pair| name.contains(pair))
        && name.parse::<Ipv4Addr>().is_err()
        && !RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !RESERVED_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// A bucket that is there and with which the caller may do this.
pub(super) fn open(ctx: &Context<'_>, name: &str, permission: Permission) -> Result<BucketRow, ApiError> {
    let bucket = find(ctx, name)?;
    access::to_bucket(ctx, &bucket, permission)?;
    Ok(bucket)
}

/// A bucket that is there.
pub(super) fn find(ctx: &Context<'_>, name: &str) -> Result<BucketRow, ApiError> {
    ctx.store.find_bucket(name)?.ok_or_else(|| errors::no_such_bucket(name))
}

/// Where a bucket is.
pub(super) fn region<'a>(ctx: &'a Context<'_>, bucket: &'a BucketRow) -> &'a str {
    if bucket.region.is_empty() { &ctx.identity.region } else { &bucket.region }
}

/// Whether a new object of a key leaves those before it as versions.
pub(super) fn is_versioned(bucket: &BucketRow) -> bool {
    bucket.versioning.as_deref() == Some(ENABLED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_aws() {
        let longest = "a".repeat(63);
        for name in ["abc", "my.bucket-1", "1ab", &longest] {
            assert!(is_valid_name(name), "{name}");
        }
        let too_long = "a".repeat(64);
        for name in [
            "ab",
            "",
            &too_long,
            "Abc",
            "a_b",
            "-ab",
            "ab-",
            ".ab",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "abc-s3alias",
            "añb",
        ] {
            assert!(!is_valid_name(name), "{name}");
        }
    }
}
