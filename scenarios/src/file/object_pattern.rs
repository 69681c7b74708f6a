//! Where generated rows go in S3: `s3://bucket/raw/hour=$event_time.hour/$key.json`.

use super::from_text::{FromText, deserialize_from_text};
use super::s3_path::S3Path;

/// The place of an object, cut at what is filled in for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPattern {
    /// Name of the bucket.
    pub bucket: String,
    /// The key: text and places in order.
    pub parts: Vec<ObjectPart>,
}

/// A piece of an [`ObjectPattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectPart {
    /// Text as it is.
    Text(String),
    /// `$key`: the event's key.
    Key,
    /// `$event_time.hour`: a part of the event time, in UTC, with leading zeros.
    Time(TimeUnit),
    /// `$row.join_date`: a field of the row, by its name on the outside.
    Field(String),
}

/// A part of a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Four digits.
    Year,
    /// Two digits, from 01.
    Month,
    /// Two digits, from 01.
    Day,
    /// Two digits.
    Hour,
    /// Two digits.
    Minute,
}

const UNITS: [(&str, TimeUnit); 5] = [
    ("year", TimeUnit::Year),
    ("month", TimeUnit::Month),
    ("day", TimeUnit::Day),
    ("hour", TimeUnit::Hour),
    ("minute", TimeUnit::Minute),
];

impl ObjectPattern {
    /// What stands before the first place: every object's key begins with it.
    pub fn prefix(&self) -> &str {
        match self.parts.first() {
            Some(ObjectPart::Text(text)) => text,
            _ => "",
        }
    }

    /// The finest part of the event time in it: rows of one such unit share an object.
    pub fn unit(&self) -> Option<TimeUnit> {
        let unit = |part: &ObjectPart| if let ObjectPart::Time(unit) = part { Some(*unit) } else { None };
        self.parts.iter().filter_map(unit).max()
    }

    /// Whether every row has an object of its own.
    pub fn has_key(&self) -> bool {
        self.parts.contains(&ObjectPart::Key)
    }
}

impl FromText for ObjectPattern {
    const EXPECTED: &'static str = "a place in S3 such as `s3://bucket/raw/hour=$event_time.hour/$key.json`";

    fn from_text(text: &str) -> Option<Self> {
        let path = S3Path::from_text(text).filter(|path| !path.bucket().contains('$'))?;
        let mut parts = Vec::new();
        let mut pieces = path.prefix().split('$');
        let mut add = |text: &str| {
            if !text.is_empty() {
                parts.push(ObjectPart::Text(text.to_owned()));
            }
        };
        add(pieces.next()?);
        for piece in pieces {
            let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let word = |text: &str| text.find(|c: char| !of_name(c)).unwrap_or(text.len());
            let (head, rest) = piece.split_at(word(piece));
            let (part, rest) = match (head, rest.strip_prefix('.')) {
                ("key", _) => (ObjectPart::Key, rest),
                ("event_time", Some(rest)) => {
                    let (unit, rest) = rest.split_at(word(rest));
                    (ObjectPart::Time(UNITS.iter().find(|(name, _)| *name == unit)?.1), rest)
                }
                ("row", Some(rest)) if word(rest) > 0 => {
                    let (field, rest) = rest.split_at(word(rest));
                    (ObjectPart::Field(field.to_owned()), rest)
                }
                _ => return None,
            };
            parts.push(part);
            if !rest.is_empty() {
                parts.push(ObjectPart::Text(rest.to_owned()));
            }
        }
        let named = !path.prefix().is_empty() && !path.prefix().ends_with('/');
        named.then(|| Self { bucket: path.bucket().to_owned(), parts })
    }
}

deserialize_from_text!(ObjectPattern);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_cut_at_its_references() {
        let pattern =
            ObjectPattern::from_text("s3://lake/raw/hour=$event_time.hour/d=$row.join_date/$key.json")
                .unwrap();
        let text = |text: &str| ObjectPart::Text(text.to_owned());
        assert_eq!(
            pattern.parts,
            [
                text("raw/hour="),
                ObjectPart::Time(TimeUnit::Hour),
                text("/d="),
                ObjectPart::Field("join_date".to_owned()),
                text("/"),
                ObjectPart::Key,
                text(".json"),
            ]
        );
        assert_eq!((pattern.bucket.as_str(), pattern.prefix()), ("lake", "raw/hour="));
        assert_eq!((pattern.unit(), pattern.has_key()), (Some(TimeUnit::Hour), true));
    }

    #[test]
    fn unknown_references_and_folders_are_refused() {
        for text in
            ["s3://lake/$kye.json", "s3://lake/$event_time.json", "s3://lake/raw/", "s3://lake", "lake/x"]
        {
            assert_eq!(ObjectPattern::from_text(text), None, "{text}");
        }
    }
}
