//! How files are written, and what is selected to be written.

use wavetank_emulator::glue::TableInput;

use super::super::error::SqlError;
use super::super::scan::Format;
use super::super::translate::{OutputColumn, Typed, json_of, plain_text_of};
use super::super::types::{Type, literal, quoted};

/// How files are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// Columns.
    Parquet {
        /// As DuckDB names it.
        compression: String,
    },
    /// An object a line.
    Json {
        /// Whether files are compressed.
        gzip: bool,
    },
    /// Fields between delimiters.
    Text {
        /// Between fields.
        delimiter: String,
        /// What stands for null.
        null: String,
        /// Whether files are compressed.
        gzip: bool,
    },
}

impl FileFormat {
    pub fn extension(&self) -> String {
        match self {
            Self::Parquet { .. } => "parquet".to_owned(),
            Self::Json { gzip } => format!("json{}", if *gzip { ".gz" } else { "" }),
            Self::Text { gzip, .. } => format!("txt{}", if *gzip { ".gz" } else { "" }),
        }
    }

    /// Behind `COPY … TO`.
    pub fn options(&self) -> String {
        let gzip = |gzip: bool| if gzip { "gzip" } else { "none" };
        match self {
            Self::Parquet { compression } => format!("FORMAT parquet, COMPRESSION {compression}"),
            // Lines are made whole by the query; nothing may be quoted or taken apart here.
            Self::Json { gzip: packed } | Self::Text { gzip: packed, .. } => format!(
                "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u{1}', COMPRESSION {}",
                gzip(*packed)
            ),
        }
    }

    /// What is selected to be written: columns, or lines of text.
    pub fn items(&self, values: &[(Typed, OutputColumn)]) -> Vec<String> {
        match self {
            Self::Parquet { .. } => {
                values.iter().map(|(value, to)| format!("{} AS {}", value.sql, quoted(&to.name))).collect()
            }
            Self::Json { .. } => vec![format!("{} AS line", json_line(values))],
            Self::Text { delimiter, null, .. } => {
                vec![format!("{} AS line", text_line(values, delimiter, null))]
            }
        }
    }
}

/// New files of a table are written as it says of them.
pub(super) fn written_like(table: &TableInput) -> Result<FileFormat, SqlError> {
    let parameters = table.parameters.clone().unwrap_or_default();
    let named = [
        "parquet.compression",
        "parquet.compress",
        "write.compression",
        "compressionType",
        "compression_type",
    ];
    let compression = named.iter().find_map(|name| parameters.get(*name)).map(|text| text.to_lowercase());
    Ok(match Format::of(table)? {
        Format::Parquet => {
            let known = compression.filter(|name| ["gzip", "snappy", "zstd", "lz4"].contains(&name.as_str()));
            FileFormat::Parquet { compression: known.unwrap_or("snappy".to_owned()) }
        }
        Format::Json { .. } => FileFormat::Json { gzip: true },
        Format::Delimited { field, null, .. } => {
            FileFormat::Text { delimiter: field.to_string(), null, gzip: true }
        }
        Format::Csv { .. } => {
            return Err(SqlError::new(
                "NOT_SUPPORTED",
                "INSERT into tables of OpenCSVSerde is not supported",
            ));
        }
    })
}

/// A JSON object; a null is left out, as Hive's JSON writers do.
pub(super) fn json_line(values: &[(Typed, OutputColumn)]) -> String {
    let parts = values.iter().map(|(value, to)| {
        let name = literal(&format!("\"{}\":", to.name.replace('\\', "\\\\").replace('"', "\\\"")));
        format!("({name} || {})", json_of(&value.sql, &to.ty))
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("('{{' || array_to_string(list_filter([{parts}], lambda x: x IS NOT NULL), ',') || '}}')")
}

/// Fields between delimiters.
pub(super) fn text_line(values: &[(Typed, OutputColumn)], delimiter: &str, null: &str) -> String {
    let parts = values.iter().map(|(value, to)| {
        let text = field_text(&value.sql, &to.ty);
        format!("coalesce({text}, {})", literal(null))
    });
    parts.collect::<Vec<_>>().join(&format!(" || {} || ", literal(delimiter)))
}

/// A field; elements and pairs of it stand between Hive's own delimiters.
pub(super) fn field_text(sql: &str, ty: &Type) -> String {
    match ty {
        Type::Array(element) => {
            let element = field_text("e", element);
            format!("array_to_string(list_transform({sql}, lambda e: coalesce({element}, '\\N')), chr(2))")
        }
        Type::Map(key, value) => {
            let (key, value) = (field_text("e.key", key), field_text("e.value", value));
            format!(
                "array_to_string(list_transform(map_entries({sql}), lambda e: {key} || chr(3) || coalesce({value}, '\\N')), chr(2))"
            )
        }
        ty => plain_text_of(sql, ty).unwrap_or_else(|| json_of(sql, ty)),
    }
}
