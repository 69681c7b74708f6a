//! Keys and digests of signatures.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{SigningScope, TERMINATOR};

/// The signature of a canonical request, in lower-case hexadecimal.
///
/// `stamp` is the time in basic format; its first eight characters are the date.
pub(super) fn signature(secret: &str, scope: &SigningScope<'_>, stamp: &str, canonical: &str) -> String {
    let date = stamp.get(..8).unwrap_or(stamp);
    let SigningScope { region, service } = scope;
    let digest = sha256_hex(canonical.as_bytes());
    let text = format!("{}\n{stamp}\n{date}/{region}/{service}/{TERMINATOR}\n{digest}", super::ALGORITHM);
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [date, region, service, TERMINATOR] {
        key = hmac(&key, part.as_bytes());
    }
    hexadecimal(&hmac(&key, text.as_bytes()))
}

/// The digest of a body, in lower-case hexadecimal.
pub(super) fn sha256_hex(data: &[u8]) -> String {
    hexadecimal(&Sha256::digest(data))
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
