//! How the objects of a table are written, by its SerDe.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html>.

use std::collections::BTreeMap;

use wavetank_emulator::glue::TableInput;

use super::super::error::SqlError;

/// A way to write rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Columns by name.
    Parquet,
    /// A JSON object a line.
    Json {
        /// Whether a line that is no object is a row of nulls.
        ignores_malformed: bool,
        /// Keys of columns whose names are others.
        keys: BTreeMap<String, String>,
    },
    /// Fields between delimiters, without quotes (`LazySimpleSerDe`).
    Delimited {
        /// Between fields.
        field: char,
        /// Before a delimiter that is none.
        escape: Option<char>,
        /// Between the elements of a list.
        element: char,
        /// Between a key and its value.
        key: char,
        /// What stands for null.
        null: String,
        /// Lines before the first row.
        skipped: u64,
    },
    /// Fields between commas, in quotes or not (`OpenCSVSerde`).
    Csv {
        /// Between fields.
        separator: char,
        /// Around fields.
        quote: char,
        /// Before a quote that is none.
        escape: char,
        /// Lines before the first row.
        skipped: u64,
    },
}

impl Format {
    /// The format of a table.
    ///
    /// # Errors
    /// `NOT_SUPPORTED`, by name, for what cannot be read here.
    pub fn of(table: &TableInput) -> Result<Self, SqlError> {
        let name = table.name.clone().unwrap_or_default();
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let parameters = table.parameters.clone().unwrap_or_default();
        let is_iceberg =
            parameters.get("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"));
        if is_iceberg {
            return Err(SqlError::new(
                "NOT_SUPPORTED",
                format!("Iceberg tables are not supported: table '{name}'"),
            ));
        }
        let serde = storage.serde_info.unwrap_or_default();
        let settings = serde.parameters.unwrap_or_default();
        let library = serde.serialization_library.unwrap_or_default();
        let classification = parameters.get("classification").cloned().unwrap_or_default();
        let input = storage.input_format.unwrap_or_default();
        let skipped = parameters.get("skip.header.line.count").and_then(|count| count.trim().parse().ok());
        let skipped = skipped.unwrap_or(0);
        let is = |part: &str| {
            [&library, &classification, &input].iter().any(|text| text.to_lowercase().contains(part))
        };
        let sign = |names: &[&str], or: char| {
            names.iter().find_map(|name| settings.get(*name)).and_then(|text| delimiter(text)).unwrap_or(or)
        };
        if library.to_lowercase().contains("parquet") || (library.is_empty() && is("parquet")) {
            return Ok(Self::Parquet);
        }
        if library.to_lowercase().contains("json") || (library.is_empty() && is("json")) {
            let ignores_malformed = settings.get("ignore.malformed.json").is_some_and(|flag| flag == "true");
            let keys = settings.iter().filter_map(|(name, key)| {
                Some((name.strip_prefix("mapping.")?.to_lowercase(), key.to_lowercase()))
            });
            return Ok(Self::Json { ignores_malformed, keys: keys.collect() });
        }
        if library.ends_with("OpenCSVSerde") {
            let (separator, quote) = (sign(&["separatorChar"], ','), sign(&["quoteChar"], '"'));
            return Ok(Self::Csv { separator, quote, escape: sign(&["escapeChar"], '\\'), skipped });
        }
        let is_text = library.ends_with("LazySimpleSerDe");
        if is_text || (library.is_empty() && (is("csv") || is("textinputformat"))) {
            let comma = if library.is_empty() && is("csv") { ',' } else { '\u{1}' };
            return Ok(Self::Delimited {
                field: sign(&["field.delim", "serialization.format"], comma),
                escape: settings.get("escape.delim").and_then(|text| delimiter(text)),
                element: sign(&["collection.delim", "colelction.delim"], '\u{2}'),
                key: sign(&["mapkey.delim"], '\u{3}'),
                null: settings.get("serialization.null.format").cloned().unwrap_or("\\N".to_owned()),
                skipped,
            });
        }
        let shown = [library, classification, input].into_iter().find(|text| !text.is_empty());
        let shown = shown.unwrap_or("no SerDe".to_owned());
        Err(SqlError::new(
            "NOT_SUPPORTED",
            format!("table '{name}' cannot be read: {shown} is not supported"),
        ))
    }
}

/// A delimiter: a character, or its number as Hive writes it (`1`, `\u0001`).
fn delimiter(text: &str) -> Option<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(digit), None) if digit.is_ascii_digit() => char::from_u32(digit.to_digit(10)?),
        (Some(sign), None) => Some(sign),
        (Some('\\'), Some('t')) => Some('\t'),
        (Some('\\'), Some('u')) => char::from_u32(u32::from_str_radix(&text[2..], 16).ok()?),
        (Some('\\'), Some(_)) => char::from_u32(u32::from_str_radix(&text[1..], 8).ok()?),
        (Some(_), Some(_)) => text.parse::<u32>().ok().and_then(char::from_u32).or(text.chars().next()),
        _ => None,
    }
}
