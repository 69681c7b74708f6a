//! The table of type names: which dialect knows which word, and what it stands for.

use super::{timestamp_ntz_type, timestamp_type};
use crate::spelling::edit_distance;
use arrow::datatypes::DataType;

/// Whose words are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Column types of the Glue Data Catalog.
    Hive,
    /// Spark's schema DDL.
    Spark,
}

/// What a type name stands for before its arguments are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A type without arguments.
    Plain(Plain),
    /// `decimal`, with optional precision and scale.
    Decimal,
    /// `char` and `varchar`, with a length.
    Sized,
    Array,
    Map,
    Struct,
}

/// Types that take no arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Boolean,
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Float,
    Double,
    String,
    Binary,
    Date,
    Timestamp,
    TimestampNtz,
    Void,
}

/// Every known name in lower case, the word it stands for, and whether it is Spark's alone.
const NAMES: &[(&str, Word, bool)] = &[
    ("boolean", Word::Plain(Plain::Boolean), false),
    ("tinyint", Word::Plain(Plain::TinyInt), false),
    ("smallint", Word::Plain(Plain::SmallInt), false),
    ("int", Word::Plain(Plain::Int), false),
    ("integer", Word::Plain(Plain::Int), false),
    ("bigint", Word::Plain(Plain::BigInt), false),
    ("float", Word::Plain(Plain::Float), false),
    ("double", Word::Plain(Plain::Double), false),
    ("decimal", Word::Decimal, false),
    ("string", Word::Plain(Plain::String), false),
    ("char", Word::Sized, false),
    ("varchar", Word::Sized, false),
    ("binary", Word::Plain(Plain::Binary), false),
    ("date", Word::Plain(Plain::Date), false),
    ("timestamp", Word::Plain(Plain::Timestamp), false),
    ("timestamp_ntz", Word::Plain(Plain::TimestampNtz), false),
    ("array", Word::Array, false),
    ("map", Word::Map, false),
    ("struct", Word::Struct, false),
    ("byte", Word::Plain(Plain::TinyInt), true),
    ("short", Word::Plain(Plain::SmallInt), true),
    ("long", Word::Plain(Plain::BigInt), true),
    ("real", Word::Plain(Plain::Float), true),
    ("dec", Word::Decimal, true),
    ("numeric", Word::Decimal, true),
    ("character", Word::Sized, true),
    ("timestamp_ltz", Word::Plain(Plain::Timestamp), true),
    ("void", Word::Plain(Plain::Void), true),
];

/// Words from other systems that no distance would bring to the right name.
const FOREIGN: &[(&str, &str)] = &[
    ("text", "string"),
    ("str", "string"),
    ("utf8", "string"),
    ("bool", "boolean"),
    ("long", "bigint"),
    ("int64", "bigint"),
    ("int32", "int"),
    ("short", "smallint"),
    ("byte", "tinyint"),
    ("real", "float"),
    ("number", "double"),
    ("numeric", "decimal"),
    ("dec", "decimal"),
    ("datetime", "timestamp"),
    ("timestamptz", "timestamp"),
    ("bytes", "binary"),
    ("blob", "binary"),
    ("list", "array"),
    ("row", "struct"),
    ("object", "struct"),
];

/// Looks a name up, in any case.
pub(super) fn word(name: &str, dialect: Dialect) -> Option<Word> {
    let name = name.to_ascii_lowercase();
    NAMES
        .iter()
        .find(|(known, _, spark_only)| *known == name && (dialect == Dialect::Spark || !spark_only))
        .map(|(_, word, _)| *word)
}

/// The known name that was probably meant.
pub(super) fn nearest(name: &str, dialect: Dialect) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if let Some((_, meant)) = FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
        return Some(meant);
    }
    let reach = if name.len() < 5 { 1 } else { 2 };
    NAMES
        .iter()
        .filter(|(_, _, spark_only)| dialect == Dialect::Spark || !spark_only)
        .map(|(known, _, _)| (edit_distance(&name, known), *known))
        .filter(|(distance, _)| *distance <= reach)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

impl Plain {
    /// The Arrow type.
    pub(super) fn data_type(self) -> DataType {
        match self {
            Plain::Boolean => DataType::Boolean,
            Plain::TinyInt => DataType::Int8,
            Plain::SmallInt => DataType::Int16,
            Plain::Int => DataType::Int32,
            Plain::BigInt => DataType::Int64,
            Plain::Float => DataType::Float32,
            Plain::Double => DataType::Float64,
            Plain::String => DataType::Utf8,
            Plain::Binary => DataType::Binary,
            Plain::Date => DataType::Date32,
            Plain::Timestamp => timestamp_type(),
            Plain::TimestampNtz => timestamp_ntz_type(),
            Plain::Void => DataType::Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_found_and_far_words_are_left_alone() {
        assert_eq!(nearest("strng", Dialect::Hive), Some("string"));
        assert_eq!(nearest("bigitn", Dialect::Hive), Some("bigint"));
        assert_eq!(nearest("LONG", Dialect::Hive), Some("bigint"));
        assert_eq!(nearest("text", Dialect::Spark), Some("string"));
        assert_eq!(nearest("geography", Dialect::Spark), None);
    }

    #[test]
    fn sparks_short_words_are_unknown_to_hive() {
        assert_eq!(word("long", Dialect::Hive), None);
        assert_eq!(word("LONG", Dialect::Spark), Some(Word::Plain(Plain::BigInt)));
    }
}
