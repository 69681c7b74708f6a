//! Keys of objects: what they may be, their order, and the prefixes that a delimiter cuts.
//!
//! Keys are ordered by their UTF-8 bytes, which is the order of their characters' code points.

use super::errors;
use crate::error::ApiError;

const KEY_BYTES_MAX: usize = 1024;

/// Refuses a key that S3 does not take.
pub(super) fn check(key: &str) -> Result<(), ApiError> {
    match key.len() {
        0 => Err(errors::invalid_argument("Object keys must not be empty")),
        1..=KEY_BYTES_MAX => Ok(()),
        _ => Err(errors::key_too_long()),
    }
}

/// The part of a key up to and including the first delimiter after a prefix that the key has.
pub(super) fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    let start = prefix.len();
    let found = key[start..].find(delimiter)?;
    Some(&key[..start + found + delimiter.len()])
}

/// The first key that comes after `key`.
pub(super) fn successor(key: &str) -> String {
    format!("{key}\0")
}

/// A key that comes after all keys with this prefix, with no possible key between them and it;
/// `None` when no key comes after them.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut kept: Vec<char> = prefix.chars().collect();
    while let Some(last) = kept.pop() {
        let next = match last {
            // No characters lie between these: they are the halves of UTF-16's pairs.
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            kept.push(next);
            return Some(kept.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_prefix_ends_with_the_first_delimiter_after_the_prefix() {
        assert_eq!(common_prefix("a/b/c", "", "/"), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", "/"), Some("a/b/"));
        assert_eq!(common_prefix("a/b/c", "a/b/", "/"), None);
        assert_eq!(common_prefix("a--b", "a", "--"), Some("a--"));
    }

    proptest! {
        #[test]
        fn after_prefix_bounds_all_keys_with_the_prefix(
            prefix in "[ab\u{d7ff}\u{10ffff}]{0,4}", key in "[ab\u{d7ff}\u{e000}\u{10ffff}]{0,6}"
        ) {
            let after = after_prefix(&prefix);
            let below = after.is_none_or(|after| key < after);
            prop_assert_eq!(key >= prefix && below, key.starts_with(&prefix));
        }

        #[test]
        fn nothing_lies_between_a_key_and_its_successor(key: String, other: String) {
            prop_assert!(key < successor(&key));
            prop_assert!(other <= key || other >= successor(&key));
        }
    }

    #[test]
    fn keys_have_between_1_and_1024_bytes() {
        assert!(check(&"k".repeat(1024)).is_ok());
        assert!(check(&"k".repeat(1025)).is_err());
        assert!(check("").is_err());
    }
}
