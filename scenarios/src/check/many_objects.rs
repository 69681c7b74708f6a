//! Tables of very many small objects: to open a file for each costs more than to read it, so the objects are fetched
//! from the emulator and their rows handed over, some thousands at a time.
//!
//! Parquet is decoded here. JSON goes over as text, and DuckDB takes it apart by the table's types.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use wavetank_emulator::s3::{GetObject, input};
use wavetank_engine::sink::read_parquet;

use super::database::{CheckDatabase, DatabaseError, quote};
use super::glue_view::{ManyObjects, ViewError};
use crate::adapters::Services;
use crate::athena::lake::Object;
use crate::athena::scan::Part;

/// Objects that are handed over together.
const OBJECTS_AT_ONCE: usize = 4_096;

/// The schema in which JSON waits to be taken apart.
const STAGE: &str = "wavetank_stage";

/// Makes the table and fills it.
pub(super) fn load(
    database: &CheckDatabase,
    services: &Services,
    (schema, name): (&str, &str),
    table: &ManyObjects,
) -> Result<(), DatabaseError> {
    let columns = table.columns.iter().chain(&table.keys);
    let columns: Vec<String> = columns.map(|(name, kind)| format!("{} {kind}", quote(name))).collect();
    let target = format!("{}.{}", quote(schema), quote(name));
    database.execute(&format!("CREATE TABLE {target} ({});", columns.join(", ")))?;
    for part in &table.parts {
        for objects in part.objects.chunks(OBJECTS_AT_ONCE) {
            match table.json {
                true => json(database, services, &target, table, part, objects)?,
                false => {
                    let rows = parquet(services, table, part, objects)?;
                    rows.map_or(Ok(()), |rows| database.append_rows(schema, name, rows))?;
                }
            }
        }
    }
    Ok(())
}

fn body(services: &Services, object: &Object) -> Result<bytes::Bytes, ViewError> {
    let request = input::get_object(&object.bucket, &object.key);
    Ok(services.call::<GetObject>(request)?.into_bytes()?)
}

/// The rows of some Parquet objects as text, which DuckDB casts to the table's types as it takes them in.
fn parquet(
    services: &Services,
    table: &ManyObjects,
    part: &Part,
    objects: &[Object],
) -> Result<Option<RecordBatch>, ViewError> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    for object in objects {
        let read = read_parquet(body(services, object)?);
        let (bucket, key) = (object.bucket.clone(), object.key.clone());
        batches.extend(read.map_err(|source| ViewError::Unreadable {
            bucket,
            key,
            source: Box::new(source),
        })?);
    }
    let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(None) };
    let same: Vec<RecordBatch> =
        batches.iter().map(|batch| in_schema(batch, &schema)).collect::<Result<_, _>>()?;
    let rows = concat_batches(&schema, &same)?;
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (name, _) in &table.columns {
        let found = schema.fields().iter().position(|field| field.name().eq_ignore_ascii_case(name));
        let column = match found {
            Some(at) => Arc::clone(rows.column(at)),
            None => new_null_array(&DataType::Utf8, rows.num_rows()),
        };
        columns.push((name.clone(), column));
    }
    for ((name, _), value) in table.keys.iter().zip(&part.values) {
        let value = (value != "__HIVE_DEFAULT_PARTITION__").then_some(value.as_str());
        columns.push((name.clone(), Arc::new(StringArray::from(vec![value; rows.num_rows()]))));
    }
    Ok(Some(RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )?))
}

/// A batch with the columns of another, by name.
fn in_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ViewError> {
    if batch.schema_ref() == schema {
        return Ok(batch.clone());
    }
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) => cast(column, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

/// Hands over some objects of JSON lines.
fn json(
    database: &CheckDatabase,
    services: &Services,
    target: &str,
    table: &ManyObjects,
    part: &Part,
    objects: &[Object],
) -> Result<(), DatabaseError> {
    let mut lines: Vec<String> = Vec::new();
    for object in objects {
        let body = body(services, object)?;
        let text = String::from_utf8_lossy(&body);
        lines.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    }
    let schema = Arc::new(Schema::new(vec![Field::new("line", DataType::Utf8, true)]));
    let lines: ArrayRef = Arc::new(StringArray::from(lines));
    let rows = RecordBatch::try_new(schema, vec![lines]).map_err(ViewError::from)?;
    database.execute(&format!("CREATE SCHEMA IF NOT EXISTS {STAGE};"))?;
    database.replace_table(STAGE, "lines", "line VARCHAR", &[rows])?;
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let column = |(name, kind): &(String, String)| {
        let path = text(&format!("$.\"{}\"", name.replace('"', "\\\"")));
        match kind.as_str() {
            "VARCHAR" => format!("json_extract_string(line, {path})"),
            _ if kind.contains(['(', '[']) && !kind.starts_with("DECIMAL") => {
                format!("TRY_CAST(json_extract(line, {path}) AS {kind})")
            }
            _ => format!("TRY_CAST(json_extract_string(line, {path}) AS {kind})"),
        }
    };
    let mut items: Vec<String> = table.columns.iter().map(column).collect();
    items.extend(part.values.iter().zip(&table.keys).map(|(value, (_, kind))| match value.as_str() {
        "__HIVE_DEFAULT_PARTITION__" => format!("CAST(NULL AS {kind})"),
        value => format!("CAST({} AS {kind})", text(value)),
    }));
    let sql = format!(
        "INSERT INTO {target} SELECT {} FROM {STAGE}.lines WHERE json_valid(line); DROP TABLE {STAGE}.lines;",
        items.join(", ")
    );
    Ok(database.execute(&sql)?)
}
