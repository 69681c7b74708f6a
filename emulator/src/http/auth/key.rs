//! Keys and digests of signatures.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{SigningScope, TERMINATOR};

/// What signs for one day, region and service.
#[derive(Clone)]
pub(super) struct SigningKey(Vec<u8>);

impl SigningKey {
    /// `date` is the day, such as `20150830`.
    pub fn new(secret: &str, scope: &SigningScope<'_>, date: &str) -> Self {
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [date, scope.region, scope.service, TERMINATOR] {
            key = hmac(&key, part.as_bytes());
        }
        Self(key)
    }

    /// The signature of a text, in lower-case hexadecimal.
    pub fn sign(&self, text: &str) -> String {
        hexadecimal(&hmac(&self.0, text.as_bytes()))
    }
}

/// The signature of a canonical request, in lower-case hexadecimal.
///
/// `stamp` is the time in basic format; its first eight characters are the date.
pub(super) fn signature(secret: &str, scope: &SigningScope<'_>, stamp: &str, canonical: &str) -> String {
    let date = stamp.get(..8).unwrap_or(stamp);
    let SigningScope { region, service } = scope;
    let digest = sha256_hex(canonical.as_bytes());
    let text = format!("{}\n{stamp}\n{date}/{region}/{service}/{TERMINATOR}\n{digest}", super::ALGORITHM);
    SigningKey::new(secret, scope, date).sign(&text)
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

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes that 64 hexadecimal digits of either case stand for.
pub(super) fn hexadecimal_bytes(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    bytes.try_into().ok()
}

/// Takes equally long wherever the first difference is.
pub(super) fn is_equal(left: &str, right: &str) -> bool {
    let differences = left.bytes().zip(right.bytes()).fold(0, |found, (left, right)| found | (left ^ right));
    left.len() == right.len() && differences == 0
}
