//! A line of JSON with its keys in lower case, as Athena's JSON serdes see them.
//!
//! `{"Id": 1.50, "nested": {"A": [{"B": 2}]}, "id": 3} more` is `{"nested":{"a":[{"b":2}]},"id":3}`: of keys that are
//! equal in lower case the last one is there, values keep their text, and what follows the object is not looked at,
//! so that of objects without line ends between them only the first is a row.
//!
//! Bytes are read once and copied; open objects are a stack, no value is taken apart.
//!
//! Not handled: what org.openx.data.jsonserde reads beyond JSON (other quotes, comments, `=` for `:`), which fails.
//!
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/json-serde.html>; Trino's `JsonReader` of openxjson.

use std::ops::Range;

use super::registrar::Registrar;

use super::column::{Text, function1};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_json_line", json_line)
}

fn json_line(line: &str) -> Answer<String> {
    let mut copy =
        Copy { line, at: 0, out: String::with_capacity(line.len()), open: Vec::new(), members: Vec::new() };
    match copy.object() {
        Some(()) => Ok(Some(copy.out)),
        None => Err(Failure::named("HIVE_CURSOR_ERROR", "Row is not a valid JSON Object")),
    }
}

/// A line, how far it is read, and what is written of it.
struct Copy<'a> {
    line: &'a str,
    at: usize,
    out: String,
    open: Vec<Open>,
    /// Members of all open objects, those of the innermost last.
    members: Vec<Member>,
}

/// An object or an array that is not closed yet.
enum Open {
    Array,
    /// Where the first of its members is in the list of all.
    Object(usize),
}

/// A member of an object: where its key and all of it are in what is written.
struct Member {
    key: Range<usize>,
    end: usize,
}

impl Copy<'_> {
    /// Copies the object that the line begins with. `None`, here and below: it is none.
    fn object(&mut self) -> Option<()> {
        self.skip_space();
        if self.peek()? != b'{' {
            return None;
        }
        self.value()?;
        while let Some(open) = self.open.last() {
            let members = match open {
                Open::Array => None,
                Open::Object(members) => Some(*members),
            };
            // A value has just ended.
            self.skip_space();
            match (self.take()?, members) {
                (b',', Some(members)) => {
                    self.end_member(members);
                    self.out.push(',');
                    self.key()?;
                    self.value()?;
                }
                (b',', None) => {
                    self.out.push(',');
                    self.value()?;
                }
                (b'}', Some(members)) => {
                    self.end_member(members);
                    self.close_object(members);
                }
                (b']', None) => {
                    self.out.push(']');
                    self.open.pop();
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// Copies a value: a simple one, an empty one, or all before the end of the first simple one in it.
    fn value(&mut self) -> Option<()> {
        loop {
            self.skip_space();
            match self.peek()? {
                b'{' => {
                    self.at += 1;
                    self.out.push('{');
                    if self.skip_empty(b'}') {
                        return Some(());
                    }
                    self.open.push(Open::Object(self.members.len()));
                    self.key()?;
                }
                b'[' => {
                    self.at += 1;
                    self.out.push('[');
                    if self.skip_empty(b']') {
                        return Some(());
                    }
                    self.open.push(Open::Array);
                }
                b'"' => {
                    let text = self.string()?;
                    self.out.push_str(&self.line[text]);
                    return Some(());
                }
                _ => return self.plain(),
            }
        }
    }

    /// Takes the end of what has just begun, if it is empty.
    fn skip_empty(&mut self, end: u8) -> bool {
        self.skip_space();
        let empty = self.peek() == Some(end);
        if empty {
            self.at += 1;
            self.out.push(char::from(end));
        }
        empty
    }

    /// Copies a key in lower case, and its colon.
    fn key(&mut self) -> Option<()> {
        self.skip_space();
        if self.peek()? != b'"' {
            return None;
        }
        let text = self.string()?;
        let start = self.out.len();
        push_lower(&mut self.out, &self.line[text]);
        let key = start..self.out.len();
        self.members.push(Member { end: key.end, key });
        self.skip_space();
        self.out.push(':');
        (self.take()? == b':').then_some(())
    }

    fn end_member(&mut self, members: usize) {
        if let Some(member) = self.members[members..].last_mut() {
            member.end = self.out.len();
        }
    }

    /// Writes the end of the innermost object, after leaving out members whose key comes again.
    fn close_object(&mut self, first: usize) {
        let repeated = repeated(&self.out, &self.members[first..]);
        // From the last to the first: each goes with the comma behind it, as the last of a key stays.
        for index in repeated.into_iter().rev() {
            let member = &self.members[first + index];
            self.out.replace_range(member.key.start..=member.end, "");
        }
        self.members.truncate(first);
        self.open.pop();
        self.out.push('}');
    }

    /// Takes a text in quotes, and gives where it is, with them.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.take()? {
                b'"' => return Some(start..self.at),
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.take()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => (0..4).all(|_| self.take().is_some_and(|digit| digit.is_ascii_hexdigit())).then_some(()),
            _ => None,
        }
    }

    /// Copies a number, a truth value or null.
    fn plain(&mut self) -> Option<()> {
        let rest = &self.line[self.at..];
        let length = rest.bytes().take_while(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)).count();
        let text = &rest[..length];
        if !(matches!(text, "true" | "false" | "null") || is_number(text)) {
            return None;
        }
        self.out.push_str(text);
        self.at += length;
        Some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

/// Members whose key comes again, by their index.
fn repeated(out: &str, members: &[Member]) -> Vec<usize> {
    const FEW: usize = 16;
    let key = |index: usize| &out[members[index].key.clone()];
    if members.len() <= FEW {
        let again = |index: &usize| (index + 1..members.len()).any(|later| key(later) == key(*index));
        return (0..members.len()).filter(again).collect();
    }
    let mut sorted: Vec<usize> = (0..members.len()).collect();
    sorted.sort_by_key(|index| (key(*index), *index));
    let mut repeated: Vec<usize> =
        sorted.windows(2).filter(|pair| key(pair[0]) == key(pair[1])).map(|pair| pair[0]).collect();
    repeated.sort_unstable();
    repeated
}

/// A key with its quotes, in lower case, and without escapes that need not be.
fn push_lower(out: &mut String, quoted: &str) {
    if quoted.is_ascii() && !quoted.contains('\\') {
        let start = out.len();
        out.push_str(quoted);
        out[start..].make_ascii_lowercase();
    } else if quoted.contains('\\') {
        out.push('"');
        for c in unescaped(&quoted[1..quoted.len() - 1]).to_lowercase().chars() {
            match c {
                '"' | '\\' => out.extend(['\\', c]),
                c if c < ' ' => *out += &format!("\\u{:04x}", u32::from(c)),
                c => out.push(c),
            }
        }
        out.push('"');
    } else {
        *out += &quoted.to_lowercase();
    }
}

/// What a text with escapes that are known to be right means. Half a surrogate pair is the replacement character.
fn unescaped(text: &str) -> String {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let escape = if c == '\\' { rest.next() } else { None };
        match escape {
            None => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            Some('b') => units.push(8),
            Some('f') => units.push(12),
            Some('n') => units.push(10),
            Some('r') => units.push(13),
            Some('t') => units.push(9),
            Some('u') => {
                let digits = rest.by_ref().take(4).filter_map(|digit| digit.to_digit(16));
                units.push(digits.fold(0, |unit, digit| (unit << 4) | digit as u16));
            }
            Some(sign) => units.push(sign as u16),
        }
    }
    String::from_utf16_lossy(&units)
}

/// Whether JSON has such a number.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text.starts_with('0')) {
        return false;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(line: &str) -> Option<String> {
        json_line(line).ok().flatten()
    }

    #[test]
    fn keys_are_in_lower_case_at_every_depth_and_values_as_they_were() {
        let cases = [
            (r#"{"A":1}"#, r#"{"a":1}"#),
            (
                r#" { "A" : -1.50E+07 , "bC" : "Text: \"Ä\" \u0041" } "#,
                r#"{"a":-1.50E+07,"bc":"Text: \"Ä\" \u0041"}"#,
            ),
            (r#"{}"#, "{}"),
            (r#"{"A":{},"B":[],"C":[[],{}, 1]}"#, r#"{"a":{},"b":[],"c":[[],{},1]}"#),
            (
                r#"{"A":{"B":[{"C":true},{"D":{"E":null}}]},"F":false}"#,
                r#"{"a":{"b":[{"c":true},{"d":{"e":null}}]},"f":false}"#,
            ),
            (r#"{"ÄÖ":"Ü"}"#, r#"{"äö":"Ü"}"#),
            (r#"{"\u0041\"\n":1}"#, r#"{"a\"\u000a":1}"#),
            (r#"{"\ud83d\ude00X":1}"#, "{\"\u{1f600}x\":1}"),
            (
                r#"{"N":12345678901234567890.12345678901234567890}"#,
                r#"{"n":12345678901234567890.12345678901234567890}"#,
            ),
            (r#"{"A":1}{"A":2}"#, r#"{"a":1}"#),
            (r#"{"A":1} anything"#, r#"{"a":1}"#),
        ];
        for (line, expected) in cases {
            assert_eq!(lower(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn of_equal_keys_the_last_one_is_there() {
        let cases = [
            (r#"{"a":1,"A":2}"#, r#"{"a":2}"#),
            (r#"{"a":1,"b":{"A":1,"a":[2]},"A":{"x":1,"X":2},"a":4}"#, r#"{"b":{"a":[2]},"a":4}"#),
            (
                r#"{"Id": 1.50, "nested": {"A": [{"B": 2}]}, "id": 3} more"#,
                r#"{"nested":{"a":[{"b":2}]},"id":3}"#,
            ),
            (r#"{"\u0061":1,"A":2,"ä":3,"Ä":{"q":1,"Q":2}}"#, r#"{"a":2,"ä":{"q":2}}"#),
        ];
        for (line, expected) in cases {
            assert_eq!(lower(line).unwrap_or_default(), expected, "{line}");
        }
        let many: Vec<_> =
            (0..100).map(|n| format!("\"{}{}\":{n}", if n % 2 == 0 { "k" } else { "K" }, n / 2)).collect();
        let kept: Vec<_> = (0..50).map(|n| format!("\"k{n}\":{}", 2 * n + 1)).collect();
        assert_eq!(lower(&format!("{{{}}}", many.join(","))), Some(format!("{{{}}}", kept.join(","))));
    }

    #[test]
    fn a_row_that_is_no_object_fails() {
        let lines = [
            "",
            " ",
            "1",
            "[1]",
            "null",
            "\"a\"",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":.5}",
            "{\"a\":1e}",
            "{\"a\":+1}",
            "{\"a\":nul}",
            "{\"a\":[1}",
            "{\"a\":[1,]}",
            "{\"a\" 1}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12g4\"}",
            "{\"a\":\"\t\"}",
            "{\"a\":\"open}",
            "{,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":{\"b\":1}",
            "{\"a\":1]",
        ];
        for line in lines {
            let error = json_line(line).unwrap_err();
            assert_eq!(error.to_string(), "[[HIVE_CURSOR_ERROR]] Row is not a valid JSON Object", "{line}");
        }
    }

    #[test]
    fn an_object_may_be_as_deep_as_it_likes() {
        let depth = 100_000;
        let line = format!("{}1{}", "{\"A\":[".repeat(depth), "]}".repeat(depth));
        assert_eq!(lower(&line), Some(line.to_lowercase()));
    }

    #[test]
    fn what_is_written_is_read_again_as_itself() {
        let line = r#"{"A":[1,{"b":"x","B":{"\t":[]}}],"c":{"D":{},"d":[{},[]]}}"#;
        let once = lower(line).unwrap();
        assert_eq!(lower(&once), Some(once));
        // Any text that ends early is no object.
        for end in line.char_indices().map(|(end, _)| end) {
            assert_eq!(lower(&line[..end]), None);
        }
    }
}
