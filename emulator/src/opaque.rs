//! Opaque texts handed to clients and taken back: base64 of a payload and a checksum over it.
//!
//! The checksum tells a text that was minted here from one that was made up or damaged. It is no
//! defence against forgery: there is nobody to defend against.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::base64;

const CHECKSUM_BYTES: usize = 8;

/// The text of a payload.
pub(crate) fn seal(mut payload: Vec<u8>) -> String {
    payload.extend(checksum(&payload));
    base64::encode(&payload)
}

/// The payload of a text that [`seal`] made.
pub(crate) fn open(text: &str) -> Option<Vec<u8>> {
    let mut payload = base64::decode(text).ok()?;
    let start = payload.len().checked_sub(CHECKSUM_BYTES)?;
    let found = payload.split_off(start);
    (found == checksum(&payload)).then_some(payload)
}

/// The token of a position in a listing. `listing` names the listing, so that no token of another
/// one is taken for it.
pub(crate) fn seal_token<T: Serialize>(listing: &str, position: &T) -> String {
    let payload = serde_json::to_vec(&(listing, position));
    seal(payload.expect("positions have text keys and no failing parts"))
}

/// The position of a token that [`seal_token`] made for `listing`.
pub(crate) fn open_token<T: DeserializeOwned>(listing: &str, token: &str) -> Option<T> {
    let payload = open(token)?;
    let (found, position): (String, T) = serde_json::from_slice(&payload).ok()?;
    (found == listing).then_some(position)
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest: [u8; 32] = Sha256::digest(payload).into();
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn open_inverts_seal(payload: Vec<u8>) {
            prop_assert_eq!(open(&seal(payload.clone())), Some(payload));
        }

        #[test]
        fn damaged_text_does_not_open(payload: Vec<u8>, at: usize, by in 1_u8..) {
            let mut sealed = base64::decode(&seal(payload)).unwrap();
            let at = at % sealed.len();
            sealed[at] ^= by;
            prop_assert_eq!(open(&base64::encode(&sealed)), None);
        }
    }

    #[test]
    fn token_of_another_listing_does_not_open() {
        let token = seal_token("tables", &("db", 7));
        assert_eq!(open_token("tables", &token), Some(("db".to_owned(), 7)));
        assert_eq!(open_token::<(String, u32)>("databases", &token), None);
    }
}
