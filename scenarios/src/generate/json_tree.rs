//! Where the values stand in a record that was just written: the places that corruption can hit.
//!
//! It reads only what the generator writes (JSON without spaces), so it does not check what it reads.

use std::ops::Range;

/// A value inside a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The value's bytes.
    pub value: Range<usize>,
    /// For fields, the bytes from the name to the end of the value; absent for the elements of lists.
    pub field: Option<Range<usize>>,
    pub kind: PlaceKind,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceKind {
    /// A number, or a string that holds one.
    Number,
    /// `true`, `false`, `null`, or any other string.
    Other,
    /// An object or a list.
    Container,
}

/// Every value inside a record, outer ones first; without the record itself.
pub(super) fn places(record: &[u8]) -> Vec<Place> {
    let mut scan = Scan { record, at: 0, places: Vec::new() };
    scan.value(None);
    scan.places.remove(0);
    scan.places
}

struct Scan<'a> {
    record: &'a [u8],
    at: usize,
    places: Vec<Place>,
}

impl Scan<'_> {
    fn value(&mut self, field_start: Option<usize>) {
        let start = self.at;
        let index = self.places.len();
        self.places.push(Place { value: start..start, field: None, kind: PlaceKind::Other });
        let kind = match self.record[start] {
            b'{' => self.container(b'}', Self::field),
            b'[' => self.container(b']', |scan| scan.value(None)),
            b'"' => self.string(),
            _ => self.bare(),
        };
        let field = field_start.map(|field_start| field_start..self.at);
        self.places[index] = Place { value: start..self.at, field, kind };
    }

    fn container(&mut self, close: u8, mut element: impl FnMut(&mut Self)) -> PlaceKind {
        self.at += 1;
        while self.record[self.at] != close {
            if self.record[self.at] == b',' {
                self.at += 1;
            }
            element(self);
        }
        self.at += 1;
        PlaceKind::Container
    }

    fn field(&mut self) {
        let start = self.at;
        self.string();
        self.at += 1;
        self.value(Some(start));
    }

    fn string(&mut self) -> PlaceKind {
        let start = self.at + 1;
        self.at = start;
        while self.record[self.at] != b'"' {
            self.at += if self.record[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        number_or_other(&self.record[start..self.at - 1])
    }

    fn bare(&mut self) -> PlaceKind {
        let start = self.at;
        while self.record.get(self.at).is_some_and(|byte| !matches!(byte, b',' | b'}' | b']')) {
            self.at += 1;
        }
        number_or_other(&self.record[start..self.at])
    }
}

fn number_or_other(text: &[u8]) -> PlaceKind {
    let number = std::str::from_utf8(text).is_ok_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
    if number { PlaceKind::Number } else { PlaceKind::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_from_outside_to_inside() {
        let record = br#"{"a":{"b\"":1,"c":["x","2"]},"d":null,"e":{}}"#;
        let found: Vec<(&str, Option<&str>, PlaceKind)> = places(record)
            .into_iter()
            .map(|place| {
                let text = |range: Range<usize>| std::str::from_utf8(&record[range]).expect("it is text");
                (text(place.value), place.field.map(text), place.kind)
            })
            .collect();
        let (object, list) = (r#"{"b\"":1,"c":["x","2"]}"#, r#"["x","2"]"#);
        assert_eq!(
            found,
            [
                (object, Some(r#""a":{"b\"":1,"c":["x","2"]}"#), PlaceKind::Container),
                ("1", Some(r#""b\"":1"#), PlaceKind::Number),
                (list, Some(r#""c":["x","2"]"#), PlaceKind::Container),
                (r#""x""#, None, PlaceKind::Other),
                (r#""2""#, None, PlaceKind::Number),
                ("null", Some(r#""d":null"#), PlaceKind::Other),
                ("{}", Some(r#""e":{}"#), PlaceKind::Container),
            ]
        );
    }

    #[test]
    fn empty_record_has_no_places() {
        assert_eq!(places(b"{}"), []);
    }
}
