//! The records of a JSON object, before they are decoded.
//!
//! | format | records |
//! |---|---|
//! | lines | one per line that is not blank; lines end in LF, CR LF or CR |
//! | document (`multiLine`) | the whole object is one, unless it is blank; text behind its first value is ignored |
//!
//! In both an array of objects is one record per element. If one of the elements does not convert, the array as a
//! whole is the record, and decoding rejects it: that makes one row of nulls, as in Spark.
//!
//! Source: `TextInputJsonDataSource`, `MultiLineJsonDataSource`, `JacksonParser` with `allowArrayAsStructs`
//! (Spark 3.5.4).

use bytes::Bytes;

use crate::decode::JsonDecoder;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The records of an object of JSON lines.
pub(super) fn lines(body: &Bytes, check: &mut JsonDecoder) -> Vec<Bytes> {
    let body = without_mark(body);
    let mut records = Vec::new();
    let mut start = 0;
    while start < body.len() {
        let end =
            body[start..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(body.len(), |at| start + at);
        if end > start {
            add(body.slice(start..end), check, &mut records);
        }
        start = end + 1;
    }
    records
}

/// The records of an object that is one JSON value.
pub(super) fn document(body: &Bytes, check: &mut JsonDecoder) -> Vec<Bytes> {
    let mut records = Vec::new();
    add(without_mark(body), check, &mut records);
    records
}

fn without_mark(body: &Bytes) -> Bytes {
    if body.starts_with(BYTE_ORDER_MARK) { body.slice(BYTE_ORDER_MARK.len()..) } else { body.clone() }
}

fn add(record: Bytes, check: &mut JsonDecoder, records: &mut Vec<Bytes>) {
    match record.iter().find(|b| !b.is_ascii_whitespace()) {
        None => {}
        Some(b'[') => match elements(&record).filter(|elements| convert(elements, check)) {
            Some(elements) => records.extend(elements),
            None => records.push(record),
        },
        Some(_) => records.push(record),
    }
}

/// Whether every element is an object that decodes as a whole.
fn convert(elements: &[Bytes], check: &mut JsonDecoder) -> bool {
    let objects = elements.iter().all(|element| element.starts_with(b"{"));
    let decoded = objects.then(|| check.decode(elements.iter().map(|element| Some(element.as_ref()))));
    decoded.is_some_and(|decoded| decoded.rejected.is_empty() && decoded.failed.is_none())
}

/// The elements of the array that a text begins with; `None` when it is cut off.
fn elements(text: &Bytes) -> Option<Vec<Bytes>> {
    let open = text.iter().position(|b| *b == b'[')?;
    let mut elements = Vec::new();
    let (mut depth, mut start, mut quoted, mut escaped) = (0_usize, open + 1, false, false);
    for (at, byte) in text.iter().enumerate().skip(open) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b',' if depth == 1 => {
                elements.push(trimmed(text, start, at));
                start = at + 1;
            }
            b']' | b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let last = trimmed(text, start, at);
            if !(last.is_empty() && elements.is_empty()) {
                elements.push(last);
            }
            return Some(elements);
        }
    }
    None
}

fn trimmed(text: &Bytes, start: usize, end: usize) -> Bytes {
    text.slice_ref(text[start..end].trim_ascii())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::decode::JsonOptions;
    use crate::types::parse_ddl_schema;

    fn texts(text: &'static str, split: fn(&Bytes, &mut JsonDecoder) -> Vec<Bytes>) -> Vec<String> {
        let schema = Arc::new(parse_ddl_schema("a INT").unwrap());
        let mut check = JsonDecoder::new(schema, JsonOptions::default()).unwrap();
        let records = split(&Bytes::from(text), &mut check);
        records.iter().map(|record| String::from_utf8(record.to_vec()).unwrap()).collect()
    }

    #[test]
    fn lines_end_in_three_ways_and_blank_ones_are_none() {
        let text = "\u{feff}{\"a\":1}\n\n  \n{\"a\":2}\r\n{\"a\":3}\r{\"a\":4}";
        assert_eq!(texts(text, lines), [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#, r#"{"a":4}"#]);
        assert!(texts("", lines).is_empty());
    }

    /// The numbers of rows are those of Spark 3.5.4.
    #[test]
    fn an_array_of_objects_is_its_elements_if_all_of_them_convert() {
        assert_eq!(texts(r#"[{"a":1}, {"a":2}]"#, lines), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert_eq!(texts(r#"[{"a":1}] [{"a":2}]"#, lines), [r#"{"a":1}"#]);
        assert!(texts(" [ ]", lines).is_empty());
        assert_eq!(texts(r#"[{"a":1,"b":"],\"}"}]"#, lines), [r#"{"a":1,"b":"],\"}"}"#]);
        for whole in [
            "[1]",
            r#"[[{"a":1}]]"#,
            r#"[{"a":1},{"a":"x"}]"#,
            r#"[{"a":1},{"a":3]"#,
            r#"[{"a":1},null]"#,
            r#"[{"a":1},{"a":"#,
            r#"[{"a":1},]"#,
        ] {
            assert_eq!(texts(whole, lines), [whole]);
        }
    }

    #[test]
    fn a_document_is_one_record_however_many_lines_it_has() {
        assert_eq!(texts("{\"a\":\n1}\n{\"a\":2}", document), ["{\"a\":\n1}\n{\"a\":2}"]);
        assert_eq!(texts("[{\"a\":1},\n{\"a\":2}]", document), [r#"{"a":1}"#, r#"{"a":2}"#]);
        assert!(texts(" \n", document).is_empty());
        assert_eq!(texts("{\"a\":1", document), ["{\"a\":1"]);
    }
}
