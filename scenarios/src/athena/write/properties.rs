//! Properties behind `WITH`.

use super::super::ddl::PropertyValue;
use super::super::error::SqlError;
use super::format::FileFormat;

/// Properties behind `WITH`.
pub(super) struct Properties<'a>(pub &'a [(String, PropertyValue)]);

impl<'a> Properties<'a> {
    pub fn of(properties: &'a [(String, PropertyValue)]) -> Self {
        Self(properties)
    }

    pub fn known(&self, names: &[&str]) -> Result<(), SqlError> {
        let unknown = self.0.iter().find(|(name, _)| !names.contains(&name.to_lowercase().as_str()));
        match unknown {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("Catalog 'awsdatacatalog' table property '{name}' does not exist");
                Err(SqlError::new("INVALID_TABLE_PROPERTY", message))
            }
        }
    }

    pub fn find(&self, name: &str) -> Option<&PropertyValue> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.find(name)? {
            PropertyValue::Text(text) | PropertyValue::Number(text) => Some(text.clone()),
            PropertyValue::Boolean(truth) => Some(truth.to_string()),
            PropertyValue::Texts(_) => None,
        }
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.find(name) {
            Some(PropertyValue::Texts(texts)) => texts.clone(),
            _ => vec![],
        }
    }

    /// The format of a name with what else is said about it.
    pub fn format(&self, name: &str) -> Result<FileFormat, SqlError> {
        let compression = ["write_compression", "parquet_compression", "compression"];
        let compression = compression.iter().find_map(|name| self.text(name)).map(|text| text.to_lowercase());
        let unsupported = |what: &str| SqlError::new("NOT_SUPPORTED", format!("{what} is not supported"));
        let packed = |default: bool| match compression.as_deref() {
            None => Ok(default),
            Some("gzip") => Ok(true),
            Some("none" | "uncompressed") => Ok(false),
            Some(other) => Err(unsupported(&format!("compression {} of text", other.to_uppercase()))),
        };
        match name.to_uppercase().as_str() {
            "PARQUET" => match compression.as_deref() {
                None => Ok(FileFormat::Parquet { compression: "gzip".to_owned() }),
                Some(known @ ("gzip" | "snappy" | "zstd" | "lz4")) => {
                    Ok(FileFormat::Parquet { compression: known.to_owned() })
                }
                Some("none" | "uncompressed") => {
                    Ok(FileFormat::Parquet { compression: "uncompressed".to_owned() })
                }
                Some(other) => Err(unsupported(&format!("compression {} of Parquet", other.to_uppercase()))),
            },
            "JSON" => Ok(FileFormat::Json { gzip: packed(true)? }),
            "TEXTFILE" => {
                let delimiter = self.text("field_delimiter").unwrap_or("\u{1}".to_owned());
                Ok(FileFormat::Text { delimiter, null: "\\N".to_owned(), gzip: packed(true)? })
            }
            other => Err(unsupported(&format!("format {other}"))),
        }
    }
}
