//! Listings, a page at a time.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors;
use crate::error::ApiError;
use crate::opaque;

/// Entries of a page, at most, in every listing but that of engine versions.
const ENTRIES_MAX: i32 = 50;

/// Entries of a page.
pub(super) fn limit(asked: Option<i32>) -> Result<usize, ApiError> {
    limit_of(asked, ENTRIES_MAX)
}

/// The same where other numbers are allowed.
pub(super) fn limit_of(asked: Option<i32>, most: i32) -> Result<usize, ApiError> {
    match asked {
        None | Some(0) => Ok(most as usize),
        Some(asked) if asked > most => {
            Err(errors::invalid_request(format!("MaxResults is more than maximum allowed length {most}")))
        }
        Some(asked) if asked < 0 => {
            Err(errors::invalid_request("MaxResults is less than minimum allowed length 1"))
        }
        Some(asked) => Ok(asked as usize),
    }
}

/// The position that a token stands for; `None` for the first page.
pub(super) fn start<T: DeserializeOwned>(listing: &str, token: Option<&str>) -> Result<Option<T>, ApiError> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let refusal = || errors::invalid_request("Invalid pagination token");
    opaque::open_token(listing, token).map(Some).ok_or_else(refusal)
}

/// Cuts what was read — up to one entry more than the limit — to a page, and makes the token for the next one.
pub(super) fn cut<T, P: Serialize>(
    listing: &str,
    entries: &mut Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> P,
) -> Option<String> {
    if entries.len() <= limit {
        return None;
    }
    entries.truncate(limit);
    let last = entries.last()?;
    Some(opaque::seal_token(listing, &position(last)))
}

/// A page of entries that were all read.
pub(super) fn page<T>(
    listing: &str,
    entries: Vec<T>,
    token: Option<&str>,
    limit: usize,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let after: Option<String> = start(listing, token)?;
    let follows = |entry: &T| after.as_ref().is_none_or(|after| name(entry) > *after);
    let mut entries: Vec<T> = entries.into_iter().filter(follows).take(limit + 1).collect();
    let next = cut(listing, &mut entries, limit, &name);
    Ok((entries, next))
}
