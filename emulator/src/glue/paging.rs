//! Listings of the catalog, a page at a time.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors;
use crate::error::ApiError;
use crate::opaque;
use crate::validation::Constraint::{self, *};

/// On the number of entries of a page, for databases and tables.
pub(super) const MAX_RESULTS: &[Constraint] = &[Range(1, RESULTS_MAX)];
const RESULTS_MAX: i64 = 100;

/// Entries of a page, with the greatest number where a request does not say.
pub(super) fn limit(max_results: Option<i32>) -> usize {
    max_results.map_or(RESULTS_MAX as usize, |limit| limit as usize)
}

/// The position that a token stands for; `None` for the first page.
pub(super) fn start<T: DeserializeOwned>(listing: &str, token: Option<&str>) -> Result<Option<T>, ApiError> {
    // Clients of Java send an empty token on the first page.
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Ok(None);
    };
    let refusal = || errors::invalid_input("Invalid NextToken provided.");
    opaque::open_token(listing, token).map(Some).ok_or_else(refusal)
}

/// Cuts what was read — up to one entry more than the limit — to a page, and makes the token
/// for the next one from the last entry's position.
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
    Some(token(listing, &position(last)))
}

/// The token of a position.
pub(super) fn token<P: Serialize>(listing: &str, position: &P) -> String {
    opaque::seal_token(listing, position)
}
