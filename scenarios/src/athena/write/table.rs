//! A table as `CREATE TABLE AS` makes it known, and as `INSERT` finds it.

use std::collections::{BTreeMap, BTreeSet};

use wavetank_emulator::Timestamp;
use wavetank_emulator::glue::{Column, SerDeInfo, StorageDescriptor, TableInput};

use super::super::ddl;
use super::super::error::SqlError;
use super::super::lake::hive_type;
use super::super::translate::OutputColumn;
use super::super::types::Type;
use super::format::FileFormat;
use super::properties::Properties;

/// Columns that a table can have: each with a name of its own, and a type that Hive knows.
pub(super) fn checked(columns: &[OutputColumn]) -> Result<Vec<OutputColumn>, SqlError> {
    let mut names = BTreeSet::new();
    for (at, column) in columns.iter().enumerate() {
        if column.name == format!("_col{at}") {
            let message = format!("line 1:1: Column name not specified at position {}", at + 1);
            return Err(SqlError::new("MISSING_COLUMN_NAME", message));
        }
        if !names.insert(&column.name) {
            let message = format!("line 1:1: Column name '{}' specified more than once", column.name);
            return Err(SqlError::new("DUPLICATE_COLUMN_NAME", message));
        }
        if hive_name(&column.ty).is_none() {
            return Err(SqlError::new("NOT_SUPPORTED", format!("Unsupported Hive type: {}", column.ty)));
        }
    }
    Ok(columns.to_vec())
}

/// A type as the catalog writes it.
pub(super) fn hive_name(ty: &Type) -> Option<String> {
    Some(match ty {
        Type::Integer => "int".to_owned(),
        Type::Real => "float".to_owned(),
        Type::Varchar(None) => "string".to_owned(),
        Type::Varchar(Some(length)) => format!("varchar({length})"),
        Type::Varbinary => "binary".to_owned(),
        Type::Timestamp(_) => "timestamp".to_owned(),
        Type::Boolean
        | Type::Tinyint
        | Type::Smallint
        | Type::Bigint
        | Type::Double
        | Type::Date
        | Type::Decimal(_, _)
        | Type::Char(_) => ty.to_string(),
        Type::Array(element) => format!("array<{}>", hive_name(element)?),
        Type::Map(key, value) => format!("map<{},{}>", hive_name(key)?, hive_name(value)?),
        Type::Row(fields) => {
            let fields =
                fields.iter().map(|field| Some(format!("{}:{}", field.name.clone()?, hive_name(&field.ty)?)));
            format!("struct<{}>", fields.collect::<Option<Vec<_>>>()?.join(","))
        }
        _ => return None,
    })
}

pub(super) fn described(
    name: &str,
    columns: &[OutputColumn],
    keys: usize,
    location: &str,
    format: &FileFormat,
    properties: &Properties<'_>,
    now: Timestamp,
) -> Result<TableInput, SqlError> {
    let column = |column: &OutputColumn| Column::new(&column.name, hive_name(&column.ty).unwrap_or_default());
    let (data, key_columns) = columns.split_at(columns.len() - keys);
    let (stored_as, library) = match format {
        FileFormat::Parquet { .. } => ("PARQUET", None),
        FileFormat::Json { .. } => ("TEXTFILE", Some("org.openx.data.jsonserde.JsonSerDe")),
        FileFormat::Text { .. } => ("TEXTFILE", None),
    };
    let storage = ddl::storage(None, Some(&ddl::StoredAs::Format(stored_as.to_owned())));
    let mut settings = storage.serde_properties;
    if let FileFormat::Text { delimiter, .. } = format {
        settings.insert("field.delim".to_owned(), delimiter.clone());
        settings.insert("serialization.format".to_owned(), delimiter.clone());
    }
    let mut parameters = BTreeMap::from([
        ("EXTERNAL".to_owned(), "TRUE".to_owned()),
        ("has_encrypted_data".to_owned(), "false".to_owned()),
        ("transient_lastDdlTime".to_owned(), (now.as_millis() / 1000).to_string()),
    ]);
    match format {
        FileFormat::Parquet { compression } => {
            parameters.insert("classification".to_owned(), "parquet".to_owned());
            parameters.insert("parquet.compression".to_owned(), compression.to_uppercase());
        }
        FileFormat::Json { .. } => {
            parameters.insert("classification".to_owned(), "json".to_owned());
        }
        FileFormat::Text { .. } => {}
    }
    let buckets = properties.text("bucket_count").and_then(|count| count.parse().ok());
    Ok(TableInput {
        name: Some(name.to_owned()),
        owner: Some("hadoop".to_owned()),
        retention: Some(0),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(data.iter().map(column).collect()),
            location: Some(location.trim_end_matches('/').to_owned()),
            input_format: Some(storage.input),
            output_format: Some(storage.output),
            compressed: Some(false),
            number_of_buckets: Some(buckets.unwrap_or(-1)),
            serde_info: Some(SerDeInfo {
                serialization_library: Some(library.map_or(storage.serde, str::to_owned)),
                parameters: Some(settings),
                ..SerDeInfo::default()
            }),
            bucket_columns: Some(properties.texts("bucketed_by")),
            sort_columns: Some(vec![]),
            ..StorageDescriptor::default()
        }),
        partition_keys: Some(key_columns.iter().map(column).collect()),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters),
        ..TableInput::default()
    })
}

pub(super) fn typed(columns: &[Column]) -> Result<Vec<OutputColumn>, SqlError> {
    let one = |column: &Column| {
        let name = column.name.clone().unwrap_or_default().to_lowercase();
        let text = column.r#type.as_deref().unwrap_or("string");
        let ty = hive_type(text);
        let ty =
            ty.ok_or_else(|| SqlError::new("HIVE_INVALID_METADATA", format!("column `{name}`: `{text}`")))?;
        Ok(OutputColumn { name, ty })
    };
    columns.iter().map(one).collect()
}
