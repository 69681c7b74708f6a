//! Where the rows of a statement go: one object per partition, and what an overwrite removes.
//!
//! In this order: objects are put, partitions registered, and only then, if the statement overwrites, the other
//! objects of the places that it has written to deleted. A partition that no row belongs to stays as it is, unless
//! the statement names all of its values. A partition that is registered at another place is written there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::{concat_batches, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::assign::assign;
use super::scan::as_folder;
use super::{BatchPorts, RunId, StatementReport};
use crate::error::{EngineError, Result};
use crate::hive;
use crate::ports::{StoredTable, TableDefinition};
use crate::session::Session;
use crate::sink::{Encoder, FileFormat, partitioned};
use crate::source::ObjectFormat;
use crate::sql::InsertTarget;

/// Writes what one statement finds.
pub(super) struct Writer {
    table: StoredTable,
    definition: TableDefinition,
    /// Whether the catalog has the table.
    exists: bool,
    overwrite: bool,
    /// Per partition key, the value that the statement gives, as the only one of an array.
    fixed: Vec<Option<ArrayRef>>,
    /// The columns that the query gives.
    expected: Vec<Arc<Field>>,
    /// Data columns, then partition columns.
    schema: SchemaRef,
    /// What tells its objects from those of earlier statements that write the same table.
    suffix: String,
    encoder: Encoder,
    session: Session,
}

impl Writer {
    /// A writer for a statement that so many earlier ones share the target with.
    pub(super) fn new(target: &InsertTarget, earlier: usize, session: &Session) -> Result<Self> {
        let table = &target.table;
        let format = match table.format {
            ObjectFormat::Parquet => FileFormat::Parquet,
            ObjectFormat::JsonLines | ObjectFormat::JsonDocument => FileFormat::Json,
        };
        let nullable = |schema: &Schema| -> SchemaRef {
            let fields = schema.fields().iter().map(|f| f.as_ref().clone().with_nullable(true));
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        let definition = TableDefinition {
            database: table.database.clone(),
            table: table.table.clone(),
            schema: nullable(&table.schema),
            partition_keys: nullable(&table.partition_keys),
            location: as_folder(&table.location),
            format,
        };
        let fields = definition.schema.fields().iter().chain(definition.partition_keys.fields());
        let keys = table.partition_keys.fields().iter().zip(&target.fixed);
        let fixed = keys.map(|(key, value)| fixed_value(key, value.as_deref(), session));
        Ok(Self {
            schema: Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>())),
            encoder: Encoder::new(format, &definition.schema, session)?,
            definition,
            exists: target.exists,
            overwrite: target.overwrite,
            fixed: fixed.collect::<Result<_>>()?,
            expected: target.expected(),
            suffix: if earlier == 0 { String::new() } else { format!("-{earlier}") },
            table: table.clone(),
            session: session.clone(),
        })
    }

    /// The name of the table.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.table.database, self.table.table)
    }

    pub(super) fn is_for(&self, table: &StoredTable) -> bool {
        self.table.location == table.location
    }

    /// Writes the rows of a query.
    pub(super) fn write(
        &mut self,
        rows: &[RecordBatch],
        ports: &mut BatchPorts<'_>,
        run: &RunId,
        report: &mut StatementReport,
    ) -> Result<()> {
        if !self.exists {
            let registering = format!("registering table `{}`", self.name());
            ports.catalog.ensure_table(&self.definition).map_err(|source| failed(registering, source))?;
            self.exists = true;
        }
        let rows = self.stored(rows)?;
        report.rows_written = rows.num_rows() as u64;
        let name = format!("part-{}{}.{}", run.as_str(), self.suffix, self.definition.format.extension());
        let places = self.put(&rows, &name, ports, report)?;
        if self.overwrite {
            let written: BTreeSet<&String> = report.objects.iter().collect();
            for place in places {
                report.objects_removed += remove_others(&place, &written, ports)?;
            }
        }
        Ok(())
    }

    /// The rows in the columns of the table.
    fn stored(&self, rows: &[RecordBatch]) -> Result<RecordBatch> {
        let Some(first) = rows.first() else { return Ok(RecordBatch::new_empty(Arc::clone(&self.schema))) };
        let all = match rows {
            [one] => one.clone(),
            _ => concat_batches(first.schema_ref(), rows)?,
        };
        let assigned = all.columns().iter().zip(&self.expected);
        let assigned =
            assigned.map(|(values, field)| assign(values, field.data_type(), field.name(), &self.session));
        let mut assigned = assigned.collect::<Result<Vec<_>>>()?.into_iter();
        let data = self.definition.schema.fields().len();
        let mut columns: Vec<ArrayRef> = assigned.by_ref().take(data).collect();
        let first_row = UInt32Array::from(vec![0; all.num_rows()]);
        for fixed in &self.fixed {
            columns.push(match fixed {
                Some(value) => take(value, &first_row, None)?,
                None => assigned.next().expect("the query gives every column that the statement does not"),
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(all.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?)
    }

    /// Puts one object per partition. Returns the places that were written to, or would have been with any row.
    fn put(
        &self,
        rows: &RecordBatch,
        name: &str,
        ports: &mut BatchPorts<'_>,
        report: &mut StatementReport,
    ) -> Result<Vec<String>> {
        let data = self.definition.schema.fields().len();
        if self.fixed.is_empty() {
            let location = self.definition.location.clone();
            if rows.num_rows() > 0 {
                self.put_object(format!("{location}{name}"), rows, ports, report)?;
            }
            return Ok(vec![location]);
        }
        let registered = self.registered(ports)?;
        let columns = (0..data).collect::<Vec<_>>();
        let keys = (data..self.schema.fields().len()).collect::<Vec<_>>();
        let mut places = Vec::new();
        let mut new = BTreeMap::new();
        for part in partitioned(std::slice::from_ref(rows), &self.definition, &keys, &columns, &self.session)?
        {
            let place = self.place(&part.values, &registered);
            let rows = concat_batches(&self.definition.schema, &part.rows)?;
            self.put_object(format!("{place}{name}"), &rows, ports, report)?;
            if !registered.contains_key(&part.values) {
                new.insert(part.values.clone(), place.clone());
            }
            places.push(place);
            report.partitions.push(part.values);
        }
        if !new.is_empty() {
            let registering = format!("registering partitions of `{}`", self.name());
            let registered = ports.catalog.ensure_partitions(&self.definition, &new);
            registered.map_err(|source| failed(registering, source))?;
        }
        if let (true, Some(values)) = (places.is_empty(), self.fixed_partition()?) {
            places.push(self.place(&values, &registered));
        }
        Ok(places)
    }

    fn put_object(
        &self,
        key: String,
        rows: &RecordBatch,
        ports: &mut BatchPorts<'_>,
        report: &mut StatementReport,
    ) -> Result<()> {
        let body = self.encoder.encode(rows)?;
        report.bytes += body.len() as u64;
        ports.store.put(&key, body).map_err(|source| failed(format!("writing `{key}`"), source))?;
        report.objects.push(key);
        Ok(())
    }

    fn place(&self, values: &[String], registered: &BTreeMap<Vec<String>, String>) -> String {
        let keys = self.definition.partition_keys.fields().iter().map(|key| key.name().as_str());
        let own = || format!("{}{}", self.definition.location, hive::folder(keys, values));
        registered.get(values).cloned().unwrap_or_else(own)
    }

    /// The one partition that the statement names, if it names all values.
    fn fixed_partition(&self) -> Result<Option<Vec<String>>> {
        let Some(fixed) = self.fixed.iter().cloned().collect::<Option<Vec<_>>>() else { return Ok(None) };
        let texts =
            fixed.iter().map(|value| hive::texts(value, &self.session)).collect::<Result<Vec<_>>>()?;
        Ok(hive::group_rows(&texts, 1).into_keys().next())
    }

    /// Where registered partitions are, by their values as this table's types write them: `07` of an INT is `7`.
    fn registered(&self, ports: &mut BatchPorts<'_>) -> Result<BTreeMap<Vec<String>, String>> {
        if !self.exists {
            return Ok(BTreeMap::new());
        }
        let listing = format!("listing the partitions of `{}`", self.name());
        let partitions = ports.tables.partitions(&self.table).map_err(|source| failed(listing, source))?;
        let column = |(at, field): (usize, &Arc<Field>)| {
            let values = partitions.iter().map(|p| p.values.get(at).and_then(|v| hive::value_of(v)));
            let typed = hive::typed(values.collect::<Vec<_>>(), field.data_type(), &self.session)?;
            hive::texts(&typed, &self.session)
        };
        let keys = self.definition.partition_keys.fields().iter().enumerate();
        let columns = keys.map(column).collect::<Result<Vec<_>>>()?;
        let groups = hive::group_rows(&columns, partitions.len());
        let place = |(values, rows): (Vec<String>, Vec<u32>)| {
            (values, as_folder(&partitions[rows[0] as usize].location))
        };
        Ok(groups.into_iter().map(place).collect())
    }
}

/// A value that a statement gives to a partition key, in the key's type.
fn fixed_value(key: &Field, value: Option<&str>, session: &Session) -> Result<Option<ArrayRef>> {
    let Some(text) = value else { return Ok(None) };
    let plain = hive::value_of(text);
    let is_null = plain.is_none();
    let typed = hive::typed([plain], key.data_type(), session)?;
    if typed.is_null(0) && !is_null {
        let to = crate::types::sql_type_name(key.data_type());
        return Err(EngineError::Expression(format!(
            "[CAST_INVALID_INPUT] The value '{text}' of the type \"{}\" cannot be cast to \"{to}\" because it is \
             malformed.",
            crate::types::sql_type_name(&DataType::Utf8)
        )));
    }
    Ok(Some(typed))
}

/// Removes the objects of a place but those written. Returns how many there were.
fn remove_others(place: &str, written: &BTreeSet<&String>, ports: &mut BatchPorts<'_>) -> Result<u64> {
    let keys = ports.store.list(place).map_err(|source| failed(format!("listing `{place}`"), source))?;
    let mut removed = 0;
    for key in keys {
        if !hive::is_hidden(key.strip_prefix(place).unwrap_or(&key)) && !written.contains(&key) {
            ports.store.delete(&key).map_err(|source| failed(format!("removing `{key}`"), source))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn failed(operation: String, source: crate::ports::PortError) -> EngineError {
    EngineError::Port { operation, source }
}
