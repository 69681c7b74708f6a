//! Breaking a record in one of the ways that producers do.

use std::ops::Range;

use super::json_tree::{Place, PlaceKind, places};
use crate::file::CorruptKind;
use crate::rng::Rng;

/// What stands where a value of the wrong type is put.
const WRONG_VALUE: &[u8] = br#""not-a-number""#;

/// Breaks records of one stream, with its own draws.
#[derive(Debug)]
pub(super) struct Corruption {
    kinds: Vec<CorruptKind>,
    rng: Rng,
}

impl Corruption {
    /// Each kind is as likely as the others; `rng` is the stream's.
    pub fn new(kinds: &[CorruptKind], rng: &Rng) -> Self {
        Self { kinds: kinds.to_vec(), rng: rng.fork("corruption") }
    }

    /// Breaks a record, and says how. A record without a field can only be cut.
    pub fn apply(&mut self, record: &mut Vec<u8>) -> CorruptKind {
        let drawn = *self.one_of(&self.kinds.clone());
        let places = places(record);
        let needs_field =
            matches!(drawn, CorruptKind::WrongType | CorruptKind::MissingField | CorruptKind::NullField);
        let kind = if places.is_empty() && needs_field { CorruptKind::TruncatedJson } else { drawn };
        match kind {
            CorruptKind::TruncatedJson => self.truncate(record),
            CorruptKind::WrongType => self.change_type(record, &places),
            CorruptKind::MissingField => self.remove_field(record, &places),
            CorruptKind::NullField => {
                let place = self.one_of(&places).value.clone();
                record.splice(place, b"null".iter().copied());
            }
            CorruptKind::NotUtf8 => {
                let at = self.rng.below(record.len() as u64) as usize;
                // No character begins with these bits, so what stands there is none.
                record[at] = 0xff;
            }
            CorruptKind::Empty => record.clear(),
        }
        kind
    }

    /// Cuts inside the outermost object: its brace is never closed, so that no cut leaves JSON.
    fn truncate(&mut self, record: &mut Vec<u8>) {
        let mut end = self.rng.between(1, record.len() as i64 - 1) as usize;
        // A cut inside a character would hide "not JSON" behind "not UTF-8".
        while record[end] & 0b1100_0000 == 0b1000_0000 {
            end -= 1;
        }
        record.truncate(end);
    }

    /// Puts text in the place of a number; of an object or a list when there is no number; of any value at last.
    fn change_type(&mut self, record: &mut Vec<u8>, places: &[Place]) {
        let of = |kind| places.iter().filter(|place| place.kind == kind).collect::<Vec<_>>();
        let numbers = of(PlaceKind::Number);
        let containers = of(PlaceKind::Container);
        let candidates = match (numbers.is_empty(), containers.is_empty()) {
            (false, _) => numbers,
            (true, false) => containers,
            (true, true) => places.iter().collect(),
        };
        let place = self.one_of(&candidates).value.clone();
        record.splice(place, WRONG_VALUE.iter().copied());
    }

    /// Takes a field out, together with one comma beside it.
    fn remove_field(&mut self, record: &mut Vec<u8>, places: &[Place]) {
        let fields: Vec<&Range<usize>> = places.iter().filter_map(|place| place.field.as_ref()).collect();
        let field = (*self.one_of(&fields)).clone();
        let comma_after = record[field.end] == b',';
        let comma_before = record[field.start - 1] == b',';
        let start = field.start - usize::from(comma_before && !comma_after);
        record.drain(start..field.end + usize::from(comma_after));
    }

    fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.rng.below(items.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const RECORD: &str =
        r#"{"id":"T-1","at":"1767607200","body":{"n":3,"items":[{"p":1.5},{"p":2}]},"é":null}"#;

    fn broken(kind: CorruptKind, record: &str, times: u64) -> Vec<Vec<u8>> {
        let mut corruption = Corruption::new(&[kind], &Rng::new(9));
        let breaking = |_| {
            let mut record = record.as_bytes().to_vec();
            assert_eq!(corruption.apply(&mut record), kind);
            record
        };
        (0..times).map(breaking).collect()
    }

    /// How many fields an object has, nested ones too.
    fn fields(value: &Value) -> usize {
        match value {
            Value::Object(object) => object.len() + object.values().map(fields).sum::<usize>(),
            Value::Array(items) => items.iter().map(fields).sum(),
            _ => 0,
        }
    }

    #[test]
    fn truncated_record_is_a_beginning_and_never_json() {
        let cut: BTreeSet<Vec<u8>> = broken(CorruptKind::TruncatedJson, RECORD, 2_000).into_iter().collect();
        assert!(cut.len() > 60, "only {} different cuts", cut.len());
        for record in cut {
            assert!(RECORD.as_bytes().starts_with(&record));
            assert!(!record.is_empty());
            assert!(std::str::from_utf8(&record).is_ok());
            assert!(serde_json::from_slice::<Value>(&record).is_err());
        }
    }

    #[test]
    fn wrong_type_replaces_one_number_and_reaches_all() {
        let changed: BTreeSet<Vec<u8>> = broken(CorruptKind::WrongType, RECORD, 200).into_iter().collect();
        // The numbers are at, n and both p.
        assert_eq!(changed.len(), 4);
        for record in changed {
            let text = String::from_utf8(record).expect("it stays text");
            assert_eq!(text.matches("not-a-number").count(), 1, "{text}");
            assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn wrong_type_without_numbers_takes_containers_and_then_anything() {
        let with_list = broken(CorruptKind::WrongType, r#"{"a":"x","b":["y"]}"#, 1);
        assert_eq!(with_list, [br#"{"a":"x","b":"not-a-number"}"#]);
        let only_text = broken(CorruptKind::WrongType, r#"{"a":"x"}"#, 1);
        assert_eq!(only_text, [br#"{"a":"not-a-number"}"#]);
    }

    #[test]
    fn missing_field_leaves_json_with_fewer_fields() {
        let whole = fields(&serde_json::from_str(RECORD).expect("the record is JSON"));
        let removed: BTreeSet<Vec<u8>> = broken(CorruptKind::MissingField, RECORD, 500).into_iter().collect();
        assert_eq!(removed.len(), whole);
        for record in removed {
            let value: Value = serde_json::from_slice(&record).expect("it stays JSON");
            assert!(fields(&value) < whole);
        }
    }

    #[test]
    fn a_null_field_leaves_json_and_other_kinds_leave_none() {
        for record in broken(CorruptKind::NullField, RECORD, 50) {
            let value: Value = serde_json::from_slice(&record).expect("it stays JSON");
            // The one field that was null already may be the one that was drawn.
            assert!(fields(&value) <= 8 && record.windows(4).any(|word| word == b"null"));
        }
        for record in broken(CorruptKind::NotUtf8, RECORD, 50) {
            assert!(std::str::from_utf8(&record).is_err());
        }
        assert_eq!(broken(CorruptKind::Empty, RECORD, 1), [b""]);
    }

    #[test]
    fn record_without_fields_is_cut() {
        let mut record = b"{}".to_vec();
        let kind = Corruption::new(&[CorruptKind::MissingField], &Rng::new(1)).apply(&mut record);
        assert_eq!((kind, record.as_slice()), (CorruptKind::TruncatedJson, b"{".as_slice()));
    }
}
