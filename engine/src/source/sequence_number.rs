//! The name of a record within its shard: text, which is made when somebody reads it, for most records are never named.

use std::fmt;

/// Orders the records of one shard.
#[derive(Clone)]
pub struct SequenceNumber(Form);

#[derive(Clone)]
enum Form {
    Text(Box<str>),
    /// A number, lowest limb first, and how it is written.
    Number([u64; 3], fn([u64; 3]) -> String),
}

impl SequenceNumber {
    /// A number of up to 192 bits, lowest limb first, and the function that makes its text.
    pub fn number(limbs: [u64; 3], write: fn([u64; 3]) -> String) -> Self {
        Self(Form::Number(limbs, write))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Text(text) => f.write_str(text),
            Form::Number(limbs, write) => f.write_str(&write(*limbs)),
        }
    }
}

impl fmt::Debug for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl PartialEq for SequenceNumber {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for SequenceNumber {}

impl PartialEq<str> for SequenceNumber {
    fn eq(&self, text: &str) -> bool {
        match &self.0 {
            Form::Text(own) => **own == *text,
            Form::Number(limbs, write) => write(*limbs) == text,
        }
    }
}

impl From<String> for SequenceNumber {
    fn from(text: String) -> Self {
        Self(Form::Text(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_text() {
        let number = SequenceNumber::number([7, 0, 0], |[low, ..]| format!("{low:03}"));
        assert_eq!(number.to_string(), "007");
        assert_eq!(number, SequenceNumber::from("007".to_owned()));
        assert!(number == *"007" && number != *"7");
        assert_eq!(format!("{number:?}"), "\"007\"");
    }
}
