//! Why a record did not decode whole: values for the ledger, sentences for people, and the error
//! that Spark would raise in FAILFAST mode.

use std::fmt;

/// The first problem of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Index of the record in the batch that was decoded.
    pub row: u32,
    /// What sort of problem it is, which says how much of the row was kept.
    pub kind: RejectionKind,
    /// Dotted path of the field, e.g. `body.basket_items.product.quantity_purchased`; arrays leave no
    /// mark in it, map keys do. `None` when the problem is not in a field of the schema.
    pub field: Option<String>,
    /// What was found and what was expected.
    pub detail: String,
    /// Where the parser stood, in bytes of the record's text.
    pub offset: u32,
    /// The innermost error Spark raises for it in FAILFAST mode. Its wording is exact for type
    /// mismatches; for broken JSON it is ours.
    pub spark_error: String,
}

/// The sorts of problems a record can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectionKind {
    /// The text is not JSON. All fields are null, except that Spark keeps what it had read when the
    /// text breaks inside a nested value.
    Malformed,
    /// The text is JSON but not an object. All fields are null.
    WrongRoot,
    /// A field has a value of another type. That field is null, the others are kept.
    Field,
    /// A date that Spark 3 does not read but Spark 2 did. The query fails in every mode, unless
    /// `spark.sql.legacy.timeParserPolicy` is changed.
    LegacyDate,
}

/// What a JSON token is called in Spark's errors. Source: Jackson's `JsonToken`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    FieldName,
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    Text,
    Integer,
    Float,
    True,
    False,
    Null,
}

impl Token {
    fn name(self) -> &'static str {
        match self {
            Token::FieldName => "FIELD_NAME",
            Token::StartObject => "START_OBJECT",
            Token::EndObject => "END_OBJECT",
            Token::StartArray => "START_ARRAY",
            Token::EndArray => "END_ARRAY",
            Token::Text => "VALUE_STRING",
            Token::Integer => "VALUE_NUMBER_INT",
            Token::Float => "VALUE_NUMBER_FLOAT",
            Token::True => "VALUE_TRUE",
            Token::False => "VALUE_FALSE",
            Token::Null => "VALUE_NULL",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Token::FieldName => "the field name",
            Token::StartObject | Token::EndObject => "an object",
            Token::StartArray | Token::EndArray => "an array",
            Token::Text => "the text",
            Token::Integer | Token::Float => "the number",
            Token::True | Token::False | Token::Null => "the literal",
        }
    }
}

/// Why one value is not of its field's type, or why the text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// A token that the type does not take.
    Token { token: Token, text: String },
    /// `""` where only strings and binaries may be empty.
    EmptyText,
    /// A quoted number, or any other text, for FLOAT and DOUBLE.
    FloatText { text: String },
    /// A whole number beyond the type's range.
    Range { text: String, range: Range },
    /// A decimal with too many digits.
    Precision { found: usize, max: u8 },
    /// Text that is no decimal number.
    NotDecimal { text: String },
    /// Text that is no date or time.
    NotTime { text: String },
    /// A date only the lenient formatter of Spark 2 reads.
    LegacyDate { text: String },
    /// Broken base64.
    Base64 { why: &'static str },
    /// Nested deeper, or a number longer, than Jackson reads.
    Limit { what: &'static str, max: usize },
    /// Not JSON at this place; Jackson's sentence begins with what it says.
    Syntax { found: String, expected: &'static str, says: String },
    /// The root is an array.
    RootArray,
    /// The root is `null`.
    RootNull,
}

/// The integer ranges Jackson checks. TINYINT takes up to 255 and wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    Byte,
    Short,
    Int,
    Long,
}

impl Range {
    /// The accepted numbers.
    pub(super) fn bounds(self) -> (i64, i64) {
        match self {
            Range::Byte => (-128, 255),
            Range::Short => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Range::Int => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Range::Long => (i64::MIN, i64::MAX),
        }
    }

    fn sentence(self, text: &str) -> String {
        let (min, max) = self.bounds();
        match self {
            Range::Byte => format!("Numeric value ({text}) out of range of Java byte"),
            Range::Short => format!("Numeric value ({text}) out of range of Java short"),
            Range::Int => format!("Numeric value ({text}) out of range of int ({min} - {max})"),
            Range::Long => format!("Numeric value ({text}) out of range of long ({min} - {max})"),
        }
    }
}

/// A problem while it travels out of the value it is in, gathering its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) reason: Reason,
    /// The expected type as SQL; empty for syntax errors.
    pub(super) target: String,
    /// Innermost name first.
    path: Vec<String>,
    /// The value is an array element, which Spark's message calls `NULL`.
    in_element: bool,
    /// Where, in bytes.
    pub(super) offset: usize,
}

impl Note {
    pub(super) fn new(reason: Reason, target: String, offset: usize) -> Self {
        Note { reason, target, path: Vec::new(), in_element: false, offset }
    }

    /// The value belongs to the field or map key of this name.
    pub(super) fn within_field(&mut self, name: &str) {
        self.path.push(name.to_owned());
    }

    /// The value is inside an array element.
    pub(super) fn within_element(&mut self) {
        self.in_element |= self.path.is_empty();
    }

    /// The finished rejection of record `row`.
    pub(super) fn into_rejection(self, row: u32) -> Rejection {
        let kind = match &self.reason {
            Reason::Syntax { .. } | Reason::Limit { .. } => RejectionKind::Malformed,
            Reason::LegacyDate { .. } => RejectionKind::LegacyDate,
            Reason::RootArray | Reason::RootNull => RejectionKind::WrongRoot,
            _ if self.path.is_empty() => RejectionKind::WrongRoot,
            _ => RejectionKind::Field,
        };
        let names: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
        Rejection {
            row,
            kind,
            field: (!names.is_empty()).then(|| names.join(".")),
            detail: self.to_string(),
            offset: u32::try_from(self.offset).unwrap_or(u32::MAX),
            spark_error: self.spark_error(),
        }
    }

    /// Spark's own name of the field: the innermost, quoted, or NULL inside arrays and at the root.
    fn spark_field(&self) -> Option<&str> {
        self.path.first().filter(|_| !self.in_element).map(String::as_str)
    }

    fn spark_error(&self) -> String {
        let target = &self.target;
        match &self.reason {
            Reason::Token { token, text } => {
                let field = self.spark_field().map_or("NULL".to_owned(), |name| format!("'{name}'"));
                format!(
                    "[CANNOT_PARSE_JSON_FIELD] Cannot parse the field name {field} and the value \
                     {text} of the JSON token type {} to target Spark data type \"{target}\".",
                    token.name()
                )
            }
            Reason::EmptyText => format!(
                "[EMPTY_JSON_FIELD_VALUE] Failed to parse an empty string for data type \"{target}\"."
            ),
            Reason::FloatText { text } => format!(
                "Cannot parse field name {}, field value {text}, [VALUE_STRING] as target spark data \
                 type [{}].",
                self.spark_field().unwrap_or("null"),
                if target == "FLOAT" { "FloatType" } else { "DoubleType" }
            ),
            Reason::Range { text, range } => range.sentence(text),
            Reason::Precision { found, max } => format!(
                "[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] Decimal precision {found} exceeds max \
                 precision {max}."
            ),
            Reason::NotTime { text } => format!(
                "[CAST_INVALID_INPUT] The value '{text}' of the type \"STRING\" cannot be cast to \
                 \"{target}\" because it is malformed. Correct the value as per the syntax, or change \
                 its target type. Use `try_cast` to tolerate malformed input and return NULL instead. \
                 If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error."
            ),
            Reason::LegacyDate { text } => format!(
                "[CAST_INVALID_INPUT] The value '{text}' of the type \"STRING\" cannot be cast to \
                 \"{target}\" because it is malformed. \
                 [INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER] You may get a \
                 different result due to the upgrading to Spark >= 3.0: Fail to parse '{text}' in the \
                 new parser. You can set \"spark.sql.legacy.timeParserPolicy\" to \"LEGACY\" to restore \
                 the behavior before Spark 3.0, or set to \"CORRECTED\" and treat it as an invalid \
                 datetime string."
            ),
            Reason::RootArray => "[MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS] \
                                  Malformed records are detected in record parsing. Parsing JSON \
                                  arrays as structs is forbidden."
                .to_owned(),
            Reason::RootNull => "[INVALID_JSON_ROOT_FIELD] Cannot convert JSON root field to target \
                                 Spark type."
                .to_owned(),
            Reason::Syntax { says, .. } => says.clone(),
            Reason::NotDecimal { .. } | Reason::Base64 { .. } | Reason::Limit { .. } => {
                format!("[MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION] {self}")
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        match &self.reason {
            Reason::Token { token, text } => match token {
                Token::StartObject | Token::StartArray => {
                    write!(f, "found {}, expected {target}", token.noun())
                }
                _ => write!(f, "found {} `{text}`, expected {target}", token.noun()),
            },
            Reason::EmptyText => write!(f, "found an empty text, expected {target}"),
            Reason::FloatText { text } | Reason::NotDecimal { text } | Reason::NotTime { text } => {
                write!(f, "found the text `{text}`, expected {target}")
            }
            Reason::Range { text, .. } => {
                write!(f, "found the number `{text}`, which is out of range of {target}")
            }
            Reason::Precision { found, .. } => {
                write!(f, "found a number of {found} digits, expected {target}")
            }
            Reason::LegacyDate { text } => write!(
                f,
                "found the text `{text}`, which only Spark 2 reads as {target}; Spark 3 fails the query"
            ),
            Reason::Base64 { why } => write!(f, "found broken base64 ({why}), expected {target}"),
            Reason::Limit { what, max } => write!(f, "{what} is over the limit of {max}"),
            Reason::Syntax { found, expected, .. } => write!(f, "found {found}, expected {expected}"),
            Reason::RootArray => write!(f, "found an array, expected an object"),
            Reason::RootNull => write!(f, "found the literal `null`, expected an object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_written_outermost_first() {
        let reason = Reason::Token { token: Token::Text, text: "7".to_owned() };
        let mut note = Note::new(reason, "BIGINT".to_owned(), 12);
        note.within_field("quantity");
        note.within_element();
        note.within_field("items");
        let rejection = note.into_rejection(3);
        assert_eq!(rejection.field.as_deref(), Some("items.quantity"));
        assert_eq!(rejection.kind, RejectionKind::Field);
        assert_eq!(rejection.detail, "found the text `7`, expected BIGINT");
        assert_eq!(
            rejection.spark_error,
            "[CANNOT_PARSE_JSON_FIELD] Cannot parse the field name 'quantity' and the value 7 of the \
             JSON token type VALUE_STRING to target Spark data type \"BIGINT\"."
        );
    }

    #[test]
    fn array_elements_have_no_name_in_sparks_message() {
        let reason = Reason::Token { token: Token::Text, text: "x".to_owned() };
        let mut note = Note::new(reason, "BIGINT".to_owned(), 0);
        note.within_element();
        note.within_field("c");
        assert!(note.into_rejection(0).spark_error.contains("the field name NULL and the value x"));
    }
}
