//! UUIDs, held as text in lower case.
//!
//! Source: Trino's `UuidOperators`.

use super::registrar::Registrar;

use super::column::{Bytes, Text, function1};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_text_to_uuid", of_text)?;
    function1::<Bytes, Text>(c, "wt_bytes_to_uuid", of_bytes)?;
    function1::<Text, Bytes>(c, "wt_uuid_to_bytes", |text| Ok(Some(bytes(text))))
}

/// Where a dash stands.
const DASHES: [usize; 4] = [8, 13, 18, 23];

fn of_text(text: &str) -> Answer<String> {
    let is_at_place = |(at, byte): (usize, u8)| match DASHES.contains(&at) {
        true => byte == b'-',
        false => byte.is_ascii_hexdigit(),
    };
    match text.len() == 36 && text.bytes().enumerate().all(is_at_place) {
        true => Ok(Some(text.to_ascii_lowercase())),
        false => Err(Failure::cast(format!("Cannot cast value to UUID: {text}"))),
    }
}

fn of_bytes(bytes: &[u8]) -> Answer<String> {
    if bytes.len() != 16 {
        let message = format!("Invalid UUID binary length: {}", bytes.len());
        return Err(Failure::cast(message));
    }
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for dash in DASHES {
        text.insert(dash, '-');
    }
    Ok(Some(text))
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().filter_map(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
