//! What a run leaves behind, in a form in which two runs can be compared: the rows of the sink's table and the
//! ledger of lost rows, both sorted.

use std::collections::BTreeMap;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::ledger::Loss;
use wavetank_engine::ports::{Catalog, ObjectStore, PortResult, TableDefinition};
use wavetank_engine::query::output_schema;
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileFormat, FileSink, FileTarget, Sink, read_parquet};
use wavetank_engine::source::SourceRead;

use super::CrashError;
use crate::conform::memory::Objects;
use crate::model::{Model, ModelBatch};
use crate::scenario::Scenario;
use crate::world::{Committed, RunError, Witness, query_options};

/// What a run leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Every row of the sink's table: the folder of its partition, then its values.
    pub rows: Vec<String>,
    /// Every lost row: its record, the reason, the operator.
    pub losses: Vec<String>,
}

/// A batch as it was committed.
#[derive(Clone)]
pub(crate) struct Executed {
    pub(crate) batch: BatchId,
    pub(crate) reads: Vec<SourceRead>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) restarted: bool,
}

/// Keeps what every batch has read and lost.
#[derive(Clone, Default)]
pub(crate) struct Batches(pub(crate) Vec<Executed>);

impl Witness for Batches {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        let Committed { report, restarted, .. } = batch;
        self.0.push(Executed {
            batch: report.progress.batch,
            reads: report.inputs,
            losses: report.ledger.losses,
            restarted,
        });
        Ok(())
    }
}

impl Batches {
    /// What these batches have left behind.
    pub(crate) fn outcome(
        &self,
        store: &mut dyn ObjectStore,
        target: &FileTarget,
    ) -> Result<Outcome, CrashError> {
        let losses = self.0.iter().flat_map(|executed| &executed.losses);
        Ok(Outcome { rows: table_rows(store, target)?, losses: self.ledger(losses) })
    }

    /// What the model says that they should have left behind.
    pub(crate) fn modelled(&self, scenario: &Scenario, target: &FileTarget) -> Result<Outcome, CrashError> {
        let Some((_, _, pipeline)) = scenario.streaming() else { return Ok(Outcome::default()) };
        let mut objects = Objects::default();
        let schema = output_schema(pipeline);
        let store = Box::new(objects.clone());
        let mut sink = FileSink::new(target.clone(), &schema, Session::default(), store, Box::new(Nobody))?;
        let losses = self.modelled_into(scenario, &mut sink)?;
        Ok(Outcome { rows: table_rows(&mut objects, target)?, losses })
    }

    /// Gives a sink what the model says that it should have been given; answers what should have been lost.
    pub(crate) fn modelled_into(
        &self,
        scenario: &Scenario,
        sink: &mut dyn Sink,
    ) -> Result<Vec<String>, CrashError> {
        let Some((_, job, pipeline)) = scenario.streaming() else { return Ok(Vec::new()) };
        let options = query_options(job, 1, false);
        let mut model = Model::new(pipeline, &options)?;
        let mut losses = Vec::new();
        for Executed { batch, reads, restarted, .. } in &self.0 {
            let records: Vec<Vec<&[u8]>> = reads.iter().map(SourceRead::data).collect();
            let batch = ModelBatch::decode(pipeline, &options.session, *batch, &records, *restarted)?;
            let id = batch.batch;
            let outcome = model.run(batch)?;
            sink.write(id, &outcome.rows)?;
            losses.extend(outcome.losses);
        }
        Ok(self.ledger(losses.iter()))
    }

    /// Lost rows by the place of their records in the streams, which does not depend on how batches were cut.
    fn ledger<'l>(&self, losses: impl Iterator<Item = &'l Loss>) -> Vec<String> {
        let reads: BTreeMap<BatchId, &Vec<SourceRead>> =
            self.0.iter().map(|executed| (executed.batch, &executed.reads)).collect();
        let place = |RecordId { batch, source, index }: RecordId| {
            let read = &reads[&batch][usize::from(source)];
            let record = read.records.get(index as usize).expect("a record was lost");
            format!("source {source} {} {}", read.shards[record.shard as usize], record.sequence_number)
        };
        let mut lines: Vec<String> = losses
            .map(|loss| format!("{} {} {}", place(loss.record), loss.reason.name(), loss.operator))
            .collect();
        lines.sort_unstable();
        lines
    }
}

/// Every row that the objects of a table hold, sorted.
pub(crate) fn table_rows(
    store: &mut dyn ObjectStore,
    target: &FileTarget,
) -> Result<Vec<String>, CrashError> {
    let mut rows = Vec::new();
    for key in store.list(&target.prefix).map_err(CrashError::Port)? {
        let Some(object) = store.get(&key).map_err(CrashError::Port)? else { continue };
        let folder = key[target.prefix.len()..].rsplit_once('/').map_or("", |(folder, _)| folder);
        let lines = match target.format {
            FileFormat::Parquet => parquet_rows(object)?,
            FileFormat::Json => String::from_utf8_lossy(&object).lines().map(str::to_owned).collect(),
        };
        rows.extend(lines.into_iter().map(|line| format!("{folder} {line}")));
    }
    rows.sort_unstable();
    Ok(rows)
}

fn parquet_rows(object: Bytes) -> Result<Vec<String>, CrashError> {
    let mut lines = Vec::new();
    for batch in read_parquet(object)? {
        let options = FormatOptions::new().with_null("∅");
        let columns = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let line = |row: usize| {
            columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join(" | ")
        };
        lines.extend((0..batch.num_rows()).map(line));
    }
    Ok(lines)
}

/// A catalog that nobody asks.
pub(crate) struct Nobody;

impl Catalog for Nobody {
    fn ensure_table(&mut self, _: &TableDefinition) -> PortResult<()> {
        Ok(())
    }

    fn ensure_partitions(
        &mut self,
        _: &TableDefinition,
        _: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()> {
        Ok(())
    }
}
