//! What the columns of a result are, in the object beside it: a message of Protocol Buffers.
//!
//! ```text
//! 1: id of the execution
//! 4: column, repeated
//!    1: catalog   2: schema   3: table   4: name   5: label   6: type
//!    7: precision   8: scale   9: nullable (1 not null, 2 nullable, 3 unknown)   10: case sensitive
//! ```
//!
//! Source: what <https://github.com/burtcorp/athena-jdbc> reads (`AthenaMetaDataParser`).

use super::{ColumnInfo, Nullable};

const VARINT: u64 = 0;
const BYTES: u64 = 2;

/// The object's content.
pub(super) fn encode(id: &str, columns: &[ColumnInfo]) -> Vec<u8> {
    let mut message = Vec::new();
    bytes(&mut message, 1, id.as_bytes());
    for column in columns {
        bytes(&mut message, 4, &encode_column(column));
    }
    message
}

fn encode_column(column: &ColumnInfo) -> Vec<u8> {
    let mut message = Vec::new();
    let ColumnInfo { catalog_name, schema_name, table_name, name, label, type_name, .. } = column;
    let texts = [catalog_name, schema_name, table_name, name, label, type_name];
    for (number, text) in (1..).zip(texts) {
        bytes(&mut message, number, text.as_bytes());
    }
    integer(&mut message, 7, column.precision as u64);
    integer(&mut message, 8, column.scale as u64);
    let nullable = match column.nullable {
        Nullable::NotNull => 1,
        Nullable::Nullable => 2,
        Nullable::Unknown => 3,
    };
    integer(&mut message, 9, nullable);
    integer(&mut message, 10, u64::from(column.case_sensitive));
    message
}

fn bytes(message: &mut Vec<u8>, number: u64, value: &[u8]) {
    varint(message, number << 3 | BYTES);
    varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

fn integer(message: &mut Vec<u8>, number: u64, value: u64) {
    varint(message, number << 3 | VARINT);
    varint(message, value);
}

/// Seven bits a byte, the lowest first; the eighth says that there are more.
fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_is_that_of_the_specification() {
        let found = encode("q", &[ColumnInfo::new("n", "varchar", 2_147_483_647, 0)]);
        let column = [
            b"\x0a\x04hive\x12\x00\x1a\x00\x22\x01n\x2a\x01n\x32\x07varchar".as_slice(),
            b"\x38\xff\xff\xff\xff\x07\x40\x00\x48\x03\x50\x01",
        ]
        .concat();
        let expected = [b"\x0a\x01q\x22".as_slice(), &[column.len() as u8], &column].concat();
        assert_eq!(found, expected);
    }
}
