//! Rules on the members of a request, and AWS's exact wording of a broken one.
//!
//! An operation lists its rules as data. All of them are checked, in order, and up to ten broken
//! constraints are reported together:
//!
//! ```text
//! 1 validation error detected: Value '' at 'records.1.member.partitionKey' failed to satisfy
//! constraint: Member must have length greater than or equal to 1
//! ```
//!
//! Source: kinesalite's tests, recorded against AWS
//! (<https://github.com/mhart/kinesalite/tree/master/test>).

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;

use crate::error::{ApiError, ErrorCode};

use Constraint::*;

/// AWS stops looking after so many broken constraints.
const FINDINGS_MAX: usize = 10;

/// One rule on a request (or on a structure inside one) of type `R`.
pub struct Rule<R: 'static>(Check<R>);

enum Check<R: 'static> {
    Field { name: &'static str, value: for<'a> fn(&'a R) -> Value<'a>, constraints: &'static [Constraint] },
    Inside(fn(&R, &mut Findings<'_>)),
}

/// A rule on one member, under the name AWS reports it by (`streamName`).
pub const fn field<R>(
    name: &'static str,
    value: for<'a> fn(&'a R) -> Value<'a>,
    constraints: &'static [Constraint],
) -> Rule<R> {
    Rule(Check::Field { name, value, constraints })
}

/// A rule that looks inside a member: see [`Findings::each`] and [`Findings::within`].
pub const fn inside<R>(check: fn(&R, &mut Findings<'_>)) -> Rule<R> {
    Rule(Check::Inside(check))
}

/// What a value must satisfy.
#[derive(Clone, Copy)]
pub enum Constraint {
    /// Present. All others are satisfied by an absent value.
    Required,
    /// Characters of a text, bytes of a blob or members of a list: at least, at most.
    Length(usize, usize),
    /// A number: at least, at most.
    Range(i64, i64),
    /// A text of a given form.
    Pattern(&'static TextPattern),
    /// One of a set of texts, in AWS's order.
    OneOf(&'static [&'static str]),
    /// A list whose texts have so many characters: at least, at most.
    MemberLength(usize, usize),
    /// A list whose texts are of a set, in AWS's order.
    MembersOf(&'static [&'static str]),
    /// A map whose keys have so many characters: at least, at most.
    KeyLength(usize, usize),
    /// A map whose values have so many characters: at least, at most.
    ValueLength(usize, usize),
}

/// A form of text: how AWS writes it, and whether a text has it.
pub struct TextPattern {
    /// The regular expression as AWS prints it.
    pub regex: &'static str,
    /// The same as a function.
    pub matches: fn(&str) -> bool,
}

/// The value of a member, as far as constraints can see it.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Absent.
    Null,
    /// A string.
    Text(&'a str),
    /// An integer.
    Number(i64),
    /// Binary data of a length in bytes.
    Blob(usize),
    /// A list, and what AWS prints for each of its members.
    List(usize, &'static str),
    /// A list of texts.
    Texts(&'a [String]),
    /// A map of texts.
    Map(&'a BTreeMap<String, String>),
    /// A structure that is present.
    Structure,
}

/// A text member.
pub fn text(value: &Option<String>) -> Value<'_> {
    value.as_deref().map_or(Value::Null, Value::Text)
}

/// An integer member.
pub fn number(value: &Option<i32>) -> Value<'_> {
    value.map_or(Value::Null, |number| Value::Number(number.into()))
}

/// A binary member.
pub fn blob(value: &Option<Bytes>) -> Value<'_> {
    let length = value.as_ref().map(Bytes::len);
    length.map_or(Value::Null, Value::Blob)
}

/// A list member whose members AWS prints as `shown`.
pub fn list<'a, M>(value: &'a Option<Vec<M>>, shown: &'static str) -> Value<'a> {
    let length = value.as_ref().map(Vec::len);
    length.map_or(Value::Null, |length| Value::List(length, shown))
}

/// A list member of texts.
pub fn texts(value: &Option<Vec<String>>) -> Value<'_> {
    value.as_deref().map_or(Value::Null, Value::Texts)
}

/// A map member of texts.
pub fn map(value: &Option<BTreeMap<String, String>>) -> Value<'_> {
    value.as_ref().map_or(Value::Null, Value::Map)
}

/// A structure member.
pub fn structure<M>(value: &Option<M>) -> Value<'_> {
    value.as_ref().map_or(Value::Null, |_| Value::Structure)
}

/// A member that a [`Required`] rule has found present.
pub(crate) fn required<T>(value: Option<T>) -> T {
    value.expect("a rule of this operation requires the member")
}

/// Checks `request` against `rules`.
///
/// # Errors
/// `ValidationException` naming up to ten broken constraints.
pub fn validate<R>(request: &R, rules: &[Rule<R>]) -> Result<(), ApiError> {
    let mut broken = Vec::new();
    Findings { path: &Path::Request, broken: &mut broken }.check(request, rules);
    if broken.is_empty() {
        return Ok(());
    }
    let plural = if broken.len() == 1 { "" } else { "s" };
    let message = format!("{} validation error{plural} detected: {}", broken.len(), broken.join("; "));
    Err(ApiError::new(ErrorCode::ValidationException, message))
}

/// The broken constraints found so far, and where in the request the search is.
pub struct Findings<'a> {
    path: &'a Path<'a>,
    broken: &'a mut Vec<String>,
}

impl Findings<'_> {
    /// Checks every member of a list: `records.1.member.…`.
    pub fn each<M>(&mut self, name: &'static str, members: &Option<Vec<M>>, rules: &[Rule<M>]) {
        for (index, member) in members.iter().flatten().enumerate() {
            if self.broken.len() >= FINDINGS_MAX {
                return;
            }
            let path = &Path::Member(self.path, name, index + 1);
            let broken = &mut *self.broken;
            Findings { path, broken }.check(member, rules);
        }
    }

    /// Checks a structure: `tableInput.…`.
    pub fn within<M>(&mut self, name: &'static str, member: &Option<M>, rules: &[Rule<M>]) {
        if let Some(member) = member {
            let path = &Path::Structure(self.path, name);
            let broken = &mut *self.broken;
            Findings { path, broken }.check(member, rules);
        }
    }

    fn check<R>(&mut self, request: &R, rules: &[Rule<R>]) {
        for rule in rules {
            match &rule.0 {
                Check::Inside(check) => check(request, self),
                Check::Field { name, value, constraints } => {
                    self.check_field(name, value(request), constraints)
                }
            }
        }
    }

    fn check_field(&mut self, name: &str, value: Value<'_>, constraints: &[Constraint]) {
        for constraint in constraints {
            if self.broken.len() >= FINDINGS_MAX {
                return;
            }
            if let Some(demand) = constraint.broken_by(value) {
                let place = format!("at '{}{name}' failed to satisfy constraint", self.path);
                let sentence = match value {
                    Value::Null => format!("Value null {place}: {demand}"),
                    value => format!("Value '{value}' {place}: {demand}"),
                };
                self.broken.push(sentence);
            }
        }
    }
}

/// Where a member is in a request; prints as a prefix of its name.
enum Path<'a> {
    Request,
    Structure(&'a Path<'a>, &'static str),
    Member(&'a Path<'a>, &'static str, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Request => Ok(()),
            Path::Structure(parent, name) => write!(formatter, "{parent}{name}."),
            Path::Member(parent, name, number) => {
                write!(formatter, "{parent}{name}.{number}.member.")
            }
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => formatter.write_str("null"),
            Value::Text(text) => formatter.write_str(text),
            Value::Number(number) => write!(formatter, "{number}"),
            Value::Blob(length) => {
                write!(formatter, "java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
            }
            Value::List(length, shown) => {
                write!(formatter, "[{}]", vec![*shown; *length].join(", "))
            }
            Value::Texts(texts) => write!(formatter, "[{}]", texts.join(", ")),
            Value::Map(map) => {
                let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}={value}")).collect();
                write!(formatter, "{{{}}}", entries.join(", "))
            }
            Value::Structure => formatter.write_str("{}"),
        }
    }
}

impl Constraint {
    /// What AWS demands, when `value` does not satisfy it.
    fn broken_by(&self, value: Value<'_>) -> Option<String> {
        match (*self, value) {
            (Required, Value::Null) => Some("Member must not be null".to_owned()),
            (Required, _) | (_, Value::Null) => None,
            (Length(least, most), value) => length_demand(value.length()?, least, most),
            (Range(least, most), Value::Number(number)) => range_demand(number, least, most),
            (Pattern(pattern), Value::Text(text)) if !(pattern.matches)(text) => {
                Some(format!("Member must satisfy regular expression pattern: {}", pattern.regex))
            }
            (OneOf(set), Value::Text(text)) if !set.contains(&text) => {
                Some(format!("Member must satisfy enum value set: [{}]", set.join(", ")))
            }
            (MemberLength(least, most), Value::Texts(texts)) => {
                lengths_demand("Member", texts.iter(), least, most)
            }
            (MembersOf(set), Value::Texts(texts))
                if !texts.iter().all(|text| set.contains(&text.as_str())) =>
            {
                let set = set.join(", ");
                Some(format!("Member must satisfy constraint: [Member must satisfy enum value set: [{set}]]"))
            }
            (KeyLength(least, most), Value::Map(map)) => lengths_demand("Map keys", map.keys(), least, most),
            (ValueLength(least, most), Value::Map(map)) => {
                lengths_demand("Map value", map.values(), least, most)
            }
            _ => None,
        }
    }
}

impl Value<'_> {
    fn length(self) -> Option<usize> {
        match self {
            Value::Text(text) => Some(text.chars().count()),
            Value::Blob(length) | Value::List(length, _) => Some(length),
            Value::Texts(texts) => Some(texts.len()),
            Value::Map(map) => Some(map.len()),
            Value::Null | Value::Number(_) | Value::Structure => None,
        }
    }
}

fn length_demand(length: usize, least: usize, most: usize) -> Option<String> {
    if length < least {
        return Some(format!("Member must have length greater than or equal to {least}"));
    }
    (length > most).then(|| format!("Member must have length less than or equal to {most}"))
}

/// What AWS demands of texts inside a member, when one is too short or too long.
fn lengths_demand<'a>(
    what: &str,
    mut texts: impl Iterator<Item = &'a String>,
    least: usize,
    most: usize,
) -> Option<String> {
    let broken = texts.any(|text| !(least..=most).contains(&text.chars().count()));
    broken.then(|| {
        format!(
            "{what} must satisfy constraint: [Member must have length less than or equal to {most}, \
             Member must have length greater than or equal to {least}]"
        )
    })
}

fn range_demand(number: i64, least: i64, most: i64) -> Option<String> {
    if number < least {
        return Some(format!("Member must have value greater than or equal to {least}"));
    }
    (number > most).then(|| format!("Member must have value less than or equal to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Request {
        name: Option<String>,
        count: Option<i32>,
        entries: Option<Vec<Entry>>,
        nested: Option<Entry>,
    }

    #[derive(Clone, Default)]
    struct Entry {
        key: Option<String>,
        data: Option<Bytes>,
    }

    const LOWER: TextPattern = TextPattern {
        regex: "[a-z]+",
        matches: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase()),
    };

    const RULES: &[Rule<Request>] = &[
        field("entries", |r| list(&r.entries, "Entry@1"), &[Required, Length(0, 2)]),
        inside(|r, found| found.each("entries", &r.entries, ENTRY)),
        field("name", |r| text(&r.name), &[Required, Pattern(&LOWER), Length(1, 3)]),
        field("name", |r| text(&r.name), &[OneOf(&["b", "a", "abc"])]),
        field("count", |r| number(&r.count), &[Range(1, 10)]),
        inside(|r, found| found.within("nested", &r.nested, ENTRY)),
    ];

    const ENTRY: &[Rule<Entry>] = &[
        field("key", |e| text(&e.key), &[Required, Length(1, 2)]),
        field("data", |e| blob(&e.data), &[Required, Length(0, 1)]),
    ];

    #[track_caller]
    fn check(request: Request, expected: &[&str]) {
        let error = validate(&request, RULES).unwrap_err();
        assert_eq!(error.code, ErrorCode::ValidationException);
        let plural = if expected.len() == 1 { "" } else { "s" };
        let joined = expected.join("; ");
        let count = expected.len();
        let message = format!("{count} validation error{plural} detected: {joined}");
        assert_eq!(error.message, message);
    }

    fn entry(key: &str, data: &'static [u8]) -> Entry {
        Entry { key: Some(key.to_owned()), data: Some(Bytes::from_static(data)) }
    }

    fn valid() -> Request {
        Request {
            name: Some("abc".to_owned()),
            count: Some(10),
            entries: Some(vec![entry("k", b"")]),
            nested: Some(entry("k", b"")),
        }
    }

    #[test]
    fn valid_request_passes() {
        assert_eq!(validate(&valid(), RULES), Ok(()));
    }

    #[test]
    fn absent_members_are_reported_in_rule_order() {
        check(
            Request::default(),
            &[
                "Value null at 'entries' failed to satisfy constraint: Member must not be null",
                "Value null at 'name' failed to satisfy constraint: Member must not be null",
            ],
        );
    }

    #[test]
    fn single_error_is_singular_and_names_the_value() {
        check(
            Request { count: Some(0), ..valid() },
            &["Value '0' at 'count' failed to satisfy constraint: \
              Member must have value greater than or equal to 1"],
        );
        check(
            Request { count: Some(11), ..valid() },
            &["Value '11' at 'count' failed to satisfy constraint: \
              Member must have value less than or equal to 10"],
        );
    }

    #[test]
    fn one_value_can_break_several_constraints() {
        check(
            Request { name: Some(String::new()), ..valid() },
            &[
                "Value '' at 'name' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [a-z]+",
                "Value '' at 'name' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1",
                "Value '' at 'name' failed to satisfy constraint: \
                 Member must satisfy enum value set: [b, a, abc]",
            ],
        );
    }

    #[test]
    fn members_of_lists_and_structures_are_named_by_their_path() {
        check(
            Request {
                entries: Some(vec![entry("k", b""), entry("", b"xx")]),
                nested: Some(entry("long", b"")),
                ..valid()
            },
            &[
                "Value '' at 'entries.2.member.key' failed to satisfy constraint: \
                 Member must have length greater than or equal to 1",
                "Value 'java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]' at 'entries.2.member.data' \
                 failed to satisfy constraint: Member must have length less than or equal to 1",
                "Value 'long' at 'nested.key' failed to satisfy constraint: \
                 Member must have length less than or equal to 2",
            ],
        );
    }

    #[test]
    fn report_stops_at_ten_errors() {
        let request = Request { entries: Some(vec![entry("", b""); 30]), ..valid() };
        let error = validate(&request, RULES).unwrap_err();
        let start = "10 validation errors detected: Value '[Entry@1, Entry@1, ";
        assert!(error.message.starts_with(start), "{}", error.message);
        assert_eq!(error.message.matches("failed to satisfy").count(), 10);
        assert!(error.message.contains("entries.9.member.key"));
        assert!(!error.message.contains("entries.10.member.key"));
    }
}
