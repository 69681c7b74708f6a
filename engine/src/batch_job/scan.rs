//! One table of a query: which of its objects are read, and their rows.

use std::sync::Arc;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::prune::Conditions;
use super::{BatchPorts, RejectedRow, StatementReport};
use crate::batch::{BatchId, RecordId};
use crate::error::{EngineError, Result};
use crate::expr::{CompiledExpr, compile};
use crate::hive;
use crate::input::RecordDecoder;
use crate::ledger::Ledger;
use crate::plan::{Column, SourceTable, conjunction, ids};
use crate::ports::{StoredPartition, StoredTable};
use crate::session::Session;
use crate::source::{ObjectReader, SourceRead, TableObject};

/// Most tables that one query can read; [`RecordId`] has no room for more.
const TABLES_MAX: usize = 256;

/// Reads one table.
pub(super) struct Scan {
    table: StoredTable,
    /// Positions of the partition columns among all columns.
    partition_columns: Vec<usize>,
    /// What a partition has to meet; over the partition columns alone.
    wanted: Option<CompiledExpr>,
    reader: ObjectReader,
    decoder: RecordDecoder,
    session: Session,
}

/// An object that is going to be read.
struct Place {
    key: String,
    partition: Vec<Option<String>>,
}

impl Scan {
    pub(super) fn new(
        source: &SourceTable,
        table: &StoredTable,
        conditions: &Conditions,
        session: &Session,
    ) -> Result<Self> {
        let own = table.schema.fields().len();
        let partition_columns: Vec<usize> = (own..source.schema.fields().len()).collect();
        let columns: Vec<Column> =
            partition_columns.iter().filter_map(|at| conditions.columns.get(*at)).cloned().collect();
        let known = ids(&columns);
        let on_partitions = conditions.conjuncts.iter().filter(|conjunct| {
            let references = conjunct.references();
            !references.is_empty() && references.is_subset(&known)
        });
        let wanted = conjunction(on_partitions.cloned());
        Ok(Self {
            table: table.clone(),
            wanted: wanted.map(|wanted| compile(&wanted, &columns, session)).transpose()?,
            reader: ObjectReader::new(table.format, Arc::clone(&source.schema), session.clone()),
            decoder: RecordDecoder::new(source, session, 1)?,
            partition_columns,
            session: session.clone(),
        })
    }

    /// The table's rows, as the source of that number.
    pub(super) fn run(
        &mut self,
        index: usize,
        ports: &mut BatchPorts<'_>,
        report: &mut StatementReport,
    ) -> Result<Vec<RecordBatch>> {
        let source = u8::try_from(index).map_err(|_| EngineError::Refused {
            message: format!("a query reads no more than {TABLES_MAX} tables"),
            help: "write a part of it into a table of its own".into(),
        })?;
        let places = self.places(ports)?;
        let objects = places.into_iter().map(|place| object(place, ports)).collect::<Result<Vec<_>>>()?;
        report.objects_read += objects.len() as u64;
        let read = self.reader.read(objects, &self.partition_columns)?;
        report.rows_read += read.records.len() as u64;
        if read.records.len() >= RecordId::INDEX_LIMIT as usize {
            return Err(EngineError::Refused {
                message: format!("table `{}` has too many rows for one run", self.table.table),
                help: "read fewer partitions at a time".into(),
            });
        }
        let mut ledger = Ledger::default();
        let rows = self.decoder.rows(BatchId(0), source, &read).decoded(&mut ledger)?;
        self.report_rejected(ledger, &read, report);
        Ok(rows)
    }

    fn report_rejected(&self, ledger: Ledger, read: &SourceRead, report: &mut StatementReport) {
        report.rejected.extend(ledger.rejected.into_iter().map(|rejected| {
            let record = read.records.get(rejected.record.index as usize).expect("a record was rejected");
            RejectedRow {
                table: format!("{}.{}", self.table.database, self.table.table),
                object: read.shards[record.shard as usize].clone(),
                row: record.sequence_number.to_string().parse().unwrap_or_default(),
                field: rejected.field,
                detail: rejected.detail,
            }
        }));
    }

    /// The objects to read, in the order of partitions and keys.
    fn places(&self, ports: &mut BatchPorts<'_>) -> Result<Vec<Place>> {
        let table = &self.table;
        let failed =
            |source| EngineError::Port { operation: format!("finding objects of `{}`", table.table), source };
        if let Some(keys) = ports.tables.only(table).map_err(failed)? {
            return Ok(keys.into_iter().map(|key| self.place_by_path(key)).collect());
        }
        if self.partition_columns.is_empty() {
            return objects_in(&table.location, &[], ports);
        }
        let mut places = Vec::new();
        for partition in self.partitions(ports)? {
            let values: Vec<Option<String>> = partition.values.iter().map(|v| hive::value_of(v)).collect();
            places.extend(objects_in(&partition.location, &values, ports)?);
        }
        Ok(places)
    }

    /// An object whose partition is known by its path alone.
    fn place_by_path(&self, key: String) -> Place {
        let mut values = hive::values_in(key.strip_prefix(&self.table.location).unwrap_or(&key));
        let keys = self.table.partition_keys.fields().iter();
        let partition = keys.map(|field| values.remove(&field.name().to_lowercase()).flatten()).collect();
        Place { key, partition }
    }

    /// The registered partitions that can hold rows that the query wants.
    fn partitions(&self, ports: &mut BatchPorts<'_>) -> Result<Vec<StoredPartition>> {
        let listing = format!("listing the partitions of `{}`", self.table.table);
        let mut partitions = ports
            .tables
            .partitions(&self.table)
            .map_err(|source| EngineError::Port { operation: listing, source })?;
        partitions.sort_by(|a, b| a.values.cmp(&b.values));
        let (Some(wanted), false) = (&self.wanted, partitions.is_empty()) else { return Ok(partitions) };
        let keys = &self.table.partition_keys;
        let column = |(at, field): (usize, &Arc<arrow::datatypes::Field>)| {
            let values = partitions.iter().map(|p| p.values.get(at).and_then(|v| hive::value_of(v)));
            hive::typed(values.collect::<Vec<_>>(), field.data_type(), &self.session)
        };
        let columns = keys.fields().iter().enumerate().map(column).collect::<Result<_>>()?;
        let nullable = keys.fields().iter().map(|f| f.as_ref().clone().with_nullable(true));
        let values = RecordBatch::try_new(Arc::new(Schema::new(nullable.collect::<Vec<_>>())), columns)?;
        let matches = wanted.matches(&values)?;
        let chosen = partitions.into_iter().zip(matches.iter());
        Ok(chosen.filter(|(_, matches)| *matches == Some(true)).map(|(partition, _)| partition).collect())
    }
}

fn objects_in(
    location: &str,
    partition: &[Option<String>],
    ports: &mut BatchPorts<'_>,
) -> Result<Vec<Place>> {
    let folder = as_folder(location);
    let failed = |source| EngineError::Port { operation: format!("listing `{folder}`"), source };
    let keys = ports.store.list(&folder).map_err(failed)?;
    let shown = keys.into_iter().filter(|key| !hive::is_hidden(key.strip_prefix(&folder).unwrap_or(key)));
    Ok(shown.map(|key| Place { key, partition: partition.to_vec() }).collect())
}

fn object(place: Place, ports: &mut BatchPorts<'_>) -> Result<TableObject> {
    let Place { key, partition } = place;
    let failed = |source| EngineError::Port { operation: format!("reading `{key}`"), source };
    match ports.store.get(&key).map_err(failed)? {
        Some(body) => Ok(TableObject { key, body, partition }),
        None => Err(EngineError::UnreadableObject {
            key,
            problem: "it does not exist".into(),
            help: "somebody else may write the table: run the job again".into(),
        }),
    }
}

/// A location that ends in a slash.
pub(super) fn as_folder(location: &str) -> String {
    if location.ends_with('/') { location.to_owned() } else { format!("{location}/") }
}
