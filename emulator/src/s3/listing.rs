//! A page of a listing: entries by key, those below a delimiter rolled up into common prefixes.
//!
//! What is listed comes from the store in runs, each from some key on; a common prefix is skipped as a whole, so a page
//! costs its entries, not the keys below them.

use s3s::dto;

use super::{errors, object_key};
use crate::error::ApiError;

/// Entries of a page, at most; also what is meant when nothing is said.
pub(super) const KEYS_MAX: usize = 1000;
/// Rows that are asked for at once.
const RUN: usize = 256;

/// What is asked of a listing.
#[derive(Debug, Clone, Default)]
pub(super) struct Query<'a> {
    pub prefix: &'a str,
    /// Not empty.
    pub delimiter: Option<&'a str>,
    pub max_keys: usize,
}

impl<'a> Query<'a> {
    /// What a request asks; an empty delimiter is none.
    pub fn of(prefix: &'a Option<String>, delimiter: &'a Option<String>, max_keys: usize) -> Self {
        let prefix = prefix.as_deref().unwrap_or_default();
        Self { prefix, delimiter: delimiter.as_deref().filter(|delimiter| !delimiter.is_empty()), max_keys }
    }
}

/// A row with a place in the listing.
pub(super) trait Listed {
    /// Where a row is, such as a key, or a key and a version.
    type Place: Clone;
    fn key(&self) -> &str;
    /// The first place after this row.
    fn after(&self) -> Self::Place;
    /// The first place of a key.
    fn first_of(key: String) -> Self::Place;
    /// The key of a place.
    fn key_of(place: &Self::Place) -> &str;
}

/// A page.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub rows: Vec<T>,
    pub common_prefixes: Vec<String>,
    /// Whether there is more.
    pub is_truncated: bool,
    /// The last entry, where it is a common prefix.
    pub ends_with_prefix: bool,
}

impl<T> Page<T> {
    pub fn empty() -> Self {
        Self { rows: Vec::new(), common_prefixes: Vec::new(), is_truncated: false, ends_with_prefix: false }
    }

    pub fn len(&self) -> usize {
        self.rows.len() + self.common_prefixes.len()
    }

    pub fn shown_prefixes(&self, encoding: Encoding) -> Option<Vec<dto::CommonPrefix>> {
        let shown = |prefix: &String| dto::CommonPrefix { prefix: Some(encoding.of(prefix)) };
        (!self.common_prefixes.is_empty()).then(|| self.common_prefixes.iter().map(shown).collect())
    }
}

/// Reads a page from `start` on; `fetch` gives up to so many rows from a place on, in order.
pub(super) fn page<T: Listed>(
    query: &Query<'_>,
    start: T::Place,
    mut fetch: impl FnMut(&T::Place, usize) -> Result<Vec<T>, ApiError>,
) -> Result<Page<T>, ApiError> {
    let mut page = Page::empty();
    // Asking for no keys is answered by none, and by no promise of more.
    if query.max_keys == 0 {
        return Ok(page);
    }
    let mut place =
        if T::key_of(&start) < query.prefix { T::first_of(query.prefix.to_owned()) } else { start };
    loop {
        let wanted = (query.max_keys - page.len() + 1).min(RUN);
        let run = fetch(&place, wanted)?;
        let is_last = run.len() < wanted;
        let mut skipped_to: Option<String> = None;
        for row in run {
            if skipped_to.as_deref().is_some_and(|key| row.key() < key) {
                continue;
            }
            if !row.key().starts_with(query.prefix) {
                return Ok(page);
            }
            if page.len() == query.max_keys {
                page.is_truncated = true;
                return Ok(page);
            }
            place = row.after();
            let common =
                query.delimiter.and_then(|cut| object_key::common_prefix(row.key(), query.prefix, cut));
            page.ends_with_prefix = common.is_some();
            match common {
                None => page.rows.push(row),
                Some(common) => {
                    page.common_prefixes.push(common.to_owned());
                    let Some(after) = object_key::after_prefix(common) else { return Ok(page) };
                    place = T::first_of(after.clone());
                    skipped_to = Some(after);
                }
            }
        }
        // The rest of a run that ended inside a common prefix is looked for behind it.
        if is_last {
            return Ok(page);
        }
    }
}

/// How keys stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    AsTheyAre,
    Url,
}

impl Encoding {
    pub fn asked(encoding: Option<&dto::EncodingType>) -> Result<Self, ApiError> {
        match encoding.map(dto::EncodingType::as_str) {
            None | Some("") => Ok(Self::AsTheyAre),
            Some("url") => Ok(Self::Url),
            Some(other) => {
                let message = "Invalid Encoding Method specified in Request";
                Err(errors::invalid_named_argument(message, "encoding-type", other))
            }
        }
    }

    /// Said in the answer only when it was asked for.
    pub fn shown(self) -> Option<dto::EncodingType> {
        (self == Self::Url).then(|| dto::EncodingType::from_static(dto::EncodingType::URL))
    }

    /// A key, a prefix or a delimiter. Slashes stay, as S3 leaves them.
    pub fn of(self, text: &str) -> String {
        if self == Self::AsTheyAre {
            return text.to_owned();
        }
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    encoded.push(char::from(byte));
                }
                byte => encoded += &format!("%{byte:02X}"),
            }
        }
        encoded
    }
}

/// How many entries a page may have, from a parameter of this name.
pub(super) fn max_of(asked: Option<i32>, name: &str) -> Result<usize, ApiError> {
    let max = asked.map_or(Ok(KEYS_MAX), usize::try_from);
    let max = max.map_err(|_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        errors::invalid_named_argument(message, name, asked.unwrap_or_default().to_string())
    })?;
    Ok(max.min(KEYS_MAX))
}

/// Where a listing starts after a marker. One that is itself a common prefix has all keys below it behind it.
pub(super) fn after_marker(marker: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let is_common = marker.starts_with(prefix)
        && delimiter.and_then(|cut| object_key::common_prefix(marker, prefix, cut)) == Some(marker);
    if is_common { object_key::after_prefix(marker) } else { Some(object_key::successor(marker)) }
}
