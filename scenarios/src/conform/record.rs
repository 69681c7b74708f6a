//! Records of the recordings, as the bytes that the query read.

use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// The text of one record. In the file a JSON string is the text itself, and anything else stands for its compact
/// form, with the fields in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Record(pub String);

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::new();
        Compact { text: &mut text, raw: true }.deserialize(deserializer)?;
        Ok(Record(text))
    }
}

/// Writes the value that it reads, without blanks.
struct Compact<'t> {
    text: &'t mut String,
    /// Whether a string is written without quotes.
    raw: bool,
}

impl Compact<'_> {
    fn inner(&mut self) -> Compact<'_> {
        Compact { text: self.text, raw: false }
    }

    fn write<E>(self, value: impl Serialize) -> Result<(), E> {
        self.text.push_str(&serde_json::to_string(&value).expect("plain values can be written"));
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Compact<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Compact<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.write(value)
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.write(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        match self.raw {
            true => self.text.push_str(value),
            false => self.write(value)?,
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.text.push('[');
        let mut first = true;
        loop {
            let end = self.text.len();
            self.text.push_str(if first { "" } else { "," });
            if seq.next_element_seed(self.inner())?.is_none() {
                self.text.truncate(end);
                self.text.push(']');
                return Ok(());
            }
            first = false;
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.text.push('{');
        let mut separator = "";
        while let Some(key) = map.next_key::<String>()? {
            let quoted = serde_json::to_string(&key).expect("a string can be written");
            // Writing to a string does not fail.
            let _ = write!(self.text, "{separator}{quoted}:");
            map.next_value_seed(self.inner())?;
            separator = ",";
        }
        self.text.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> String {
        serde_json::from_str::<Record>(json).unwrap().0
    }

    #[test]
    fn a_string_is_the_record_itself() {
        assert_eq!(text(r#""{\"a\": 007""#), r#"{"a": 007"#);
        assert_eq!(text(r#""""#), "");
    }

    #[test]
    fn other_values_are_written_compactly_in_their_order() {
        let json = r#" { "z" : [ 1, -2, 1.5, "q\"\n" , [ ], {} ], "a" : null, "m" : { "é" : true } } "#;
        assert_eq!(text(json), r#"{"z":[1,-2,1.5,"q\"\n",[],{}],"a":null,"m":{"é":true}}"#);
        assert_eq!(text("null"), "null");
        assert_eq!(text("18446744073709551615"), "18446744073709551615");
    }
}
