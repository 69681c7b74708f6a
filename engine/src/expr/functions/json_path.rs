//! Paths into JSON text, `$.a.b[0]['c d']`, and what they lead to.
//!
//! Source: `JsonPathParser`, `GetJsonObject`.

use crate::expr::double_text;

/// The steps of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Position(usize),
}

impl Path {
    /// Splits a path; `None` for a text that is no path, an error for wildcards.
    pub(super) fn parse(text: &str) -> Result<Option<Path>, String> {
        let Some(mut rest) = text.strip_prefix('$') else { return Ok(None) };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if rest.starts_with(".*") || rest.starts_with("[*]") || rest.starts_with("['*']") {
                return Err(format!("wildcards in the path `{text}` of `get_json_object` are not supported"));
            }
            match step(rest) {
                Some((step, left)) => {
                    steps.push(step);
                    rest = left;
                }
                None => return Ok(None),
            }
        }
        Ok(Some(Path { steps }))
    }

    /// The value at the end of the path: strings without quotes, everything else as JSON without blanks. `None` where
    /// there is nothing, or null, or the text is not JSON up to there.
    pub(super) fn find(&self, json: &str) -> Option<String> {
        let mut scan = Scan { text: json, at: 0 };
        scan.blanks();
        self.steps.iter().try_for_each(|step| scan.enter(step))?;
        match scan.peek()? {
            b'"' => scan.string(),
            _ => {
                let mut found = String::new();
                scan.value(&mut found)?;
                (found != "null").then_some(found)
            }
        }
    }
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix("['") {
        let (name, rest) = rest.split_once("']")?;
        return (!name.is_empty()).then(|| (Step::Name(name.to_owned()), rest));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (position, rest) = rest.split_once(']')?;
        return Some((Step::Position(position.trim().parse().ok()?), rest));
    }
    let rest = text.strip_prefix('.')?;
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    (end > 0).then(|| (Step::Name(rest[..end].to_owned()), &rest[end..]))
}

/// A walk over JSON text.
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        self.blanks();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        self.blanks();
        found.then_some(())
    }

    /// Moves to the value that a step leads to.
    fn enter(&mut self, step: &Step) -> Option<()> {
        let (open, mut left) = match step {
            Step::Name(_) => (b'{', 0),
            Step::Position(position) => (b'[', *position),
        };
        self.take(open)?;
        if matches!(self.peek()?, b'}' | b']') {
            return None;
        }
        let mut skipped = String::new();
        loop {
            let here = match step {
                Step::Name(name) => {
                    let found = self.string()? == *name;
                    self.take(b':')?;
                    found && !self.text[self.at..].starts_with("null")
                }
                Step::Position(_) => left == 0,
            };
            if here {
                return Some(());
            }
            left = left.saturating_sub(1);
            self.value(&mut skipped)?;
            self.take(b',')?;
        }
    }

    /// Reads a value and appends it without blanks.
    fn value(&mut self, json: &mut String) -> Option<()> {
        self.blanks();
        match self.peek()? {
            b'{' => self.members(b'}', json, |scan, json| {
                write_quoted(&scan.string()?, json);
                scan.take(b':')?;
                json.push(':');
                scan.value(json)
            }),
            b'[' => self.members(b']', json, Scan::value),
            b'"' => {
                write_quoted(&self.string()?, json);
                Some(())
            }
            _ => self.word(json),
        }
    }

    fn members(
        &mut self,
        close: u8,
        json: &mut String,
        member: impl Fn(&mut Self, &mut String) -> Option<()>,
    ) -> Option<()> {
        json.push(char::from(self.peek()?));
        self.at += 1;
        self.blanks();
        let mut first = true;
        while self.take(close).is_none() {
            if !first {
                self.take(b',')?;
                json.push(',');
            }
            first = false;
            member(self, json)?;
        }
        json.push(char::from(close));
        Some(())
    }

    /// A number or one of the three words.
    fn word(&mut self, json: &mut String) -> Option<()> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let number = word.parse::<f64>().is_ok()
            && !word.contains(|c: char| c.is_alphabetic() && c != 'e' && c != 'E');
        let known = number || matches!(word, "true" | "false" | "null");
        self.at += end;
        // What has a point or an exponent goes through a double.
        match word.parse() {
            Ok(value) if number && word.contains(['.', 'e', 'E']) => json.push_str(&double_text(value)),
            _ => json.push_str(word),
        }
        known.then_some(())
    }

    /// A string with its escapes undone.
    fn string(&mut self) -> Option<String> {
        self.blanks();
        let start = self.at;
        self.take_byte(b'"')?;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    fn take_byte(&mut self, wanted: u8) -> Option<()> {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found.then_some(())
    }
}

fn write_quoted(value: &str, json: &mut String) {
    json.push('"');
    json.push_str(&string_text(value));
    json.push('"');
}

/// The inside of a JSON string, escaped as Jackson does: control characters, quotes, backslashes.
pub(super) fn string_text(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            c if c < ' ' => text.push_str(&format!("\\u{:04X}", c as u32)),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_lead_to_values() {
        let json = r#"{"a": {"b": [1, {"c d": "x\"y"}, null, 1.50]}, "n": null, "t": true, "é": "ü"}"#;
        let cases = [
            ("$.a.b[0]", Some("1")),
            ("$.a.b[1]['c d']", Some("x\"y")),
            ("$['a']['b'][3]", Some("1.5")),
            ("$.a", Some(r#"{"b":[1,{"c d":"x\"y"},null,1.5]}"#)),
            ("$.a.b[2]", None),
            ("$.a.b[9]", None),
            ("$.n", None),
            ("$.t", Some("true")),
            ("$.é", Some("ü")),
            ("$.a.x", None),
            ("$.t.x", None),
            ("a", None),
            ("$.", None),
        ];
        for (path, expected) in cases {
            let found = Path::parse(path).expect("no wildcard").and_then(|p| p.find(json));
            assert_eq!(found.as_deref(), expected, "{path}");
        }
        assert!(Path::parse("$.a[*]").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_searched_without_panic(json in "[\\[\\]{}\",:\\\\a1é .-]{0,30}") {
            for path in ["$", "$.a", "$[0]", "$.a[1].é"] {
                let path = Path::parse(path).expect("no wildcard").expect("a path");
                path.find(&json);
            }
        }
    }
}
