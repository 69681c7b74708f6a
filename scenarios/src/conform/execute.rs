//! Runs a query through the steps of a recording, as the recorder ran it on Spark.
//!
//! A step's records become available together. After them the query is triggered until nothing is left to do,
//! unless the step says `drain: false`: then the next step's records are there before the next trigger, so no
//! no-data batch comes between. A restart makes a new query from the same checkpoint; what it does before the
//! step's own records arrive belongs to the restart. A step that follows `drain: false` does not restart, as in the
//! recorder.

use std::collections::BTreeMap;
use std::error::Error;
use std::rc::Rc;

use bytes::Bytes;
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::EngineError;
use wavetank_engine::plan::{OutputMode, Pipeline};
use wavetank_engine::progress::QueryProgress;
use wavetank_engine::query::{QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::session::Session;
use wavetank_engine::source::Source;
use wavetank_engine::types::spark_type_name;
use wavetank_engine::watermark::WatermarkPolicy;

use super::memory::{Feed, FeedSource, KeepingSink, Objects, Written};
use super::value;
use super::vector::{
    Batch, Cause, Config, Failure, Mode, Outcome, Phase, Policy, Restart, State, Step, Vector,
};

/// A query that is not at rest after as many batches without new records never will be.
const BATCHES_LIMIT: usize = 1000;

/// Trigger times are not in the recordings; they only have to differ.
const TRIGGER_MILLIS: i64 = 1000;

/// Why a recording did not run to its end.
#[derive(Debug)]
enum Stop {
    /// The query ended with an error, which may be what Spark did too.
    Query(Failure),
    /// The recording asks for something that is not replayed.
    Recording(String),
}

/// Runs a pipeline through the steps of its recording.
///
/// # Errors
/// What the recording asks for and is not replayed.
pub fn execute(vector: &Vector, pipeline: &Pipeline) -> Result<Outcome, String> {
    match run(vector, pipeline) {
        Ok(batches) => Ok(Outcome::Ran { output_schema: column_types(pipeline), batches }),
        Err(Stop::Query(failure)) => Ok(Outcome::Failed(failure)),
        Err(Stop::Recording(problem)) => Err(problem),
    }
}

/// An error and its causes as one line.
fn text(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

/// Names and types of the columns that the sink receives.
fn column_types(pipeline: &Pipeline) -> Vec<(String, String)> {
    let schema = output_schema(pipeline);
    schema.fields().iter().map(|f| (f.name().clone(), spark_type_name(f.data_type()))).collect()
}

fn run(vector: &Vector, pipeline: &Pipeline) -> Result<Vec<Batch>, Stop> {
    let mut rig = Rig::start(vector, pipeline)?;
    let mut at = 0;
    while let Some(step) = vector.steps.get(at) {
        if let Some(restart) = step.restart {
            rig.restart(restart)?;
            rig.drain(at, &[], Some(Cause::Restart))?;
        }
        let chain = chain(&vector.steps[at..]);
        rig.add(step)?;
        rig.drain(at, &chain[1..], None)?;
        at += chain.len();
    }
    Ok(rig.executed)
}

/// The steps whose batches follow each other at once: the first one and those behind a `drain: false`.
fn chain(steps: &[Step]) -> &[Step] {
    let last = steps.iter().position(|step| step.drain).unwrap_or(steps.len() - 1);
    &steps[..=last]
}

/// A query and its surroundings.
struct Rig<'v> {
    pipeline: &'v Pipeline,
    options: QueryOptions,
    feeds: BTreeMap<&'v str, Feed>,
    written: Written,
    objects: Objects,
    query: StreamingQuery,
    now_millis: i64,
    executed: Vec<Batch>,
    /// A name that two output columns have: the recorder's sink takes columns by name.
    ambiguous: Option<String>,
}

/// The first name that occurs twice, in any case of its letters.
fn ambiguous_name(columns: &[(String, String)]) -> Option<String> {
    let again = |at: usize| columns[..at].iter().any(|(name, _)| name.eq_ignore_ascii_case(&columns[at].0));
    (0..columns.len()).find(|at| again(*at)).map(|at| columns[at].0.clone())
}

impl<'v> Rig<'v> {
    fn start(vector: &'v Vector, pipeline: &'v Pipeline) -> Result<Self, Stop> {
        let options = options(&vector.config).map_err(Stop::Recording)?;
        let feeds: BTreeMap<&str, Feed> =
            vector.streams.iter().map(|stream| (stream.name.as_str(), Feed::default())).collect();
        let (written, objects) = (Written::default(), Objects::default());
        let parts = parts(pipeline, &feeds, &written, &objects, &options)?;
        let query = StreamingQuery::start(pipeline, parts, 0).map_err(failed(Phase::Start))?;
        Ok(Self {
            pipeline,
            options,
            feeds,
            written,
            objects,
            query,
            now_millis: 0,
            executed: vec![],
            ambiguous: ambiguous_name(&column_types(pipeline)),
        })
    }

    /// Puts a step's records into the streams.
    fn add(&mut self, step: &Step) -> Result<(), Stop> {
        for (stream, records) in &step.data {
            let feed = self.feeds.get(stream.as_str());
            let feed =
                feed.ok_or_else(|| Stop::Recording(format!("a step has records for no stream `{stream}`")))?;
            feed.borrow_mut().extend(records.iter().map(|record| Bytes::from(record.0.clone())));
        }
        Ok(())
    }

    /// Triggers until nothing is left to do. Each of the pending steps gets its records after a batch, and the
    /// batches after the last of them are its too.
    fn drain(&mut self, step: usize, pending: &[Step], cause: Option<Cause>) -> Result<(), Stop> {
        let mut added = 0;
        for count in 0.. {
            let Some(batch) = self.trigger(step + added, cause)? else { break };
            if count == BATCHES_LIMIT {
                return Err(Stop::Recording(format!(
                    "batch {} is not the last without records",
                    batch.batch
                )));
            }
            self.executed.push(batch);
            if let Some(next) = pending.get(added) {
                self.add(next)?;
                added += 1;
            }
        }
        match added == pending.len() {
            true => Ok(()),
            false => Err(Stop::Recording(format!(
                "step {} has no batch for the next step to follow",
                step + added
            ))),
        }
    }

    fn trigger(&mut self, step: usize, cause: Option<Cause>) -> Result<Option<Batch>, Stop> {
        self.now_millis += TRIGGER_MILLIS;
        let Some(report) = self.query.run_batch(self.now_millis).map_err(failed(Phase::Run))? else {
            return Ok(None);
        };
        if let Some(name) = &self.ambiguous {
            let message = format!("[AMBIGUOUS_REFERENCE] Reference `{name}` is ambiguous");
            return Err(Stop::Query(Failure { phase: Phase::Run, message }));
        }
        let rows = value::rows(&std::mem::take(&mut *self.written.borrow_mut()));
        let rows =
            rows.map_err(|name| Stop::Recording(format!("recordings have no values of type {name}")))?;
        let progress = report.progress;
        let num_input_rows = progress.input_records.iter().sum();
        Ok(Some(Batch {
            batch: progress.batch.0,
            step,
            cause: cause.unwrap_or(if num_input_rows > 0 { Cause::Data } else { Cause::NoData }),
            num_input_rows,
            watermark_ms: progress.watermark.millis,
            next_watermark_ms: progress.next_watermark.millis,
            rows,
            state: states(&progress),
        }))
    }

    /// Makes a new query from the checkpoint.
    fn restart(&mut self, restart: Restart) -> Result<(), Stop> {
        if restart == Restart::ReplayLast {
            self.forget_last_commit()?;
        }
        let parts = parts(self.pipeline, &self.feeds, &self.written, &self.objects, &self.options)?;
        self.query =
            StreamingQuery::start(self.pipeline, parts, self.now_millis).map_err(failed(Phase::Run))?;
        Ok(())
    }

    fn forget_last_commit(&self) -> Result<(), Stop> {
        let commits = self.objects.keys("commits/");
        let batches = commits.iter().filter_map(|key| key.strip_prefix("commits/")?.parse::<u32>().ok());
        match batches.max() {
            Some(last) if self.objects.remove(&format!("commits/{last}")) => Ok(()),
            _ => Err(Stop::Recording("a restart replays the last batch, but none has run".into())),
        }
    }
}

/// Everything that a query needs, with one source per read of a stream.
fn parts(
    pipeline: &Pipeline,
    feeds: &BTreeMap<&str, Feed>,
    written: &Written,
    objects: &Objects,
    options: &QueryOptions,
) -> Result<QueryParts, Stop> {
    let source = |table: &str| -> Result<Box<dyn Source>, Stop> {
        let feed = feeds.get(table);
        let feed = feed.ok_or_else(|| Stop::Recording(format!("the query reads no stream `{table}`")))?;
        Ok(Box::new(FeedSource { feed: Rc::clone(feed) }))
    };
    Ok(QueryParts {
        sources: pipeline.sources.iter().map(|s| source(&s.table)).collect::<Result<_, _>>()?,
        sink: Box::new(KeepingSink { written: Rc::clone(written) }),
        checkpoint: Checkpoint::new(Box::new(objects.clone()), ""),
        options: options.clone(),
    })
}

/// The settings of the query. The error names a setting that is not replayed.
pub(crate) fn options(config: &Config) -> Result<QueryOptions, String> {
    if let Some(name) = config.spark_conf.keys().next() {
        return Err(format!("the setting `{name}` of Spark is not supported"));
    }
    if config.ansi {
        return Err("ANSI mode is not supported".to_owned());
    }
    Ok(QueryOptions {
        parallelism: 1,
        policy: match config.watermark_policy {
            Policy::Min => WatermarkPolicy::Min,
            Policy::Max => WatermarkPolicy::Max,
        },
        mode: match config.output_mode {
            Mode::Append => OutputMode::Append,
            Mode::Update => OutputMode::Update,
            Mode::Complete => OutputMode::Complete,
        },
        session: session(config)?,
        no_data_batches: config.no_data_batches,
        trace: false,
        seeded_bug: None,
    })
}

/// The session in its time zone.
fn session(config: &Config) -> Result<Session, String> {
    Session::in_zone(&config.session_timezone).map_err(|unknown| unknown.to_string())
}

fn states(progress: &QueryProgress) -> Vec<State> {
    let state = progress.state.iter().map(|(op, state)| State {
        op: (*op).to_owned(),
        rows_total: state.rows_total,
        rows_updated: state.rows_updated,
        rows_removed: state.rows_removed,
        rows_dropped_by_watermark: state.rows_dropped_by_watermark,
        dropped_duplicates: state.dropped_duplicates,
    });
    state.collect()
}

fn failed(phase: Phase) -> impl Fn(EngineError) -> Stop {
    move |error| Stop::Query(Failure { phase, message: text(&error) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use arrow::datatypes::SchemaRef;
    use serde_json::json;
    use wavetank_engine::plan::{JoinKind, LogicalPlan};
    use wavetank_engine::sql::{self, Tables};
    use wavetank_engine::types::parse_ddl_schema;

    use super::super::compare::{Difference, compare};
    use super::super::vector::{Join, Op};
    use super::*;

    struct Streams(BTreeMap<String, SchemaRef>);

    impl Tables for Streams {
        fn schema(&self, table: &str) -> Option<SchemaRef> {
            self.0.get(table).cloned()
        }

        fn names(&self) -> Vec<String> {
            self.0.keys().cloned().collect()
        }
    }

    fn recording(id: &str) -> Vector {
        let folder = Path::new("../tests/spark/vectors");
        let text = std::fs::read_to_string(folder.join(format!("{id}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// A join of two watermarked streams as SQL. The SQL front end plans inner joins, so the kind is put in after.
    fn join_pipeline(vector: &Vector) -> Pipeline {
        let mut streams = Streams(BTreeMap::new());
        let mut text = String::new();
        let mut sides = vec![];
        for stream in &vector.streams {
            let schema = parse_ddl_schema(stream.schema.as_deref().unwrap()).unwrap();
            let mut columns: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
            streams.0.insert(stream.name.clone(), Arc::new(schema));
            let (mut watermark, name) = (String::new(), &stream.name);
            for op in &stream.steps {
                match op {
                    Op::With { col, expr } => {
                        let replaced = columns.iter_mut().find(|c| *c == col).unwrap();
                        *replaced = format!("{expr} AS {col}");
                    }
                    Op::Watermark { col, delay } => {
                        watermark = format!("WATERMARK {col} DELAY OF INTERVAL {delay}");
                    }
                    other => panic!("{other:?} is not in these recordings"),
                }
            }
            let columns = columns.join(", ");
            text += &format!("CREATE TEMPORARY VIEW {name}_rows AS SELECT {columns} FROM STREAM({name});\n");
            sides.push(format!("STREAM({name}_rows) {watermark}"));
        }
        let [Op::Join { kind, on, .. }] = &vector.query[..] else { panic!("the query is one join") };
        text += &format!("CREATE STREAMING TABLE o AS SELECT * FROM {} JOIN {} ON {on};", sides[0], sides[1]);
        let mut pipeline = sql::plan(&text, &streams).unwrap();
        let found = set_kind(
            &mut pipeline.plan,
            match kind {
                Join::Inner => JoinKind::Inner,
                Join::LeftOuter => JoinKind::LeftOuter,
                Join::RightOuter => JoinKind::RightOuter,
                Join::FullOuter => JoinKind::FullOuter,
                Join::LeftSemi | Join::LeftAnti => panic!("the columns would change too"),
            },
        );
        assert!(found, "the plan has a join");
        pipeline
    }

    fn set_kind(plan: &mut LogicalPlan, to: JoinKind) -> bool {
        match plan {
            LogicalPlan::Join { kind, .. } => {
                *kind = to;
                true
            }
            LogicalPlan::Project { input, .. } | LogicalPlan::Filter { input, .. } => set_kind(input, to),
            _ => false,
        }
    }

    fn difference(vector: &Vector) -> Option<Difference> {
        let outcome = execute(vector, &join_pipeline(vector)).unwrap();
        compare(&vector.expected, &outcome, vector.config.ordered)
    }

    #[test]
    fn restarts_and_replays_do_what_sparks_did() {
        for id in [
            "recovery_000",
            "recovery_001",
            "recovery_006",
            "recovery_007",
            "recovery_013",
            "recovery_h_replay_lower_watermark",
        ] {
            assert_eq!(difference(&recording(id)), None, "{id}");
        }
    }

    #[test]
    fn busy_streams_have_no_batches_in_between() {
        for id in ["boundary_lag_inner", "boundary_lag_right_outer", "join_full_outer_003"] {
            assert_eq!(difference(&recording(id)), None, "{id}");
        }
    }

    #[test]
    fn a_step_that_came_to_rest_after_all_is_noticed() {
        let mut vector = recording("boundary_lag_inner");
        let busy = vector.steps.iter().position(|step| !step.drain).unwrap();
        vector.steps[busy].drain = true;
        assert!(difference(&vector).is_some());
    }

    #[test]
    fn a_chain_ends_with_the_first_step_that_comes_to_rest() {
        let step = |drain| Step { drain, ..Step::default() };
        let steps = [step(false), step(false), step(true), step(false)];
        assert_eq!([chain(&steps).len(), chain(&steps[2..]).len(), chain(&steps[3..]).len()], [3, 1, 1]);
    }

    #[test]
    fn a_chain_that_its_batches_cannot_carry_is_the_recordings_fault() {
        let mut vector = recording("recovery_h_replay_lower_watermark");
        vector.steps.insert(0, Step::default());
        vector.steps[0].drain = false;
        let problem = execute(&vector, &join_pipeline(&vector)).unwrap_err();
        assert_eq!(problem, "step 0 has no batch for the next step to follow");
    }

    #[test]
    fn what_cannot_be_replayed_is_named() {
        let named = |config| options(&serde_json::from_value(config).unwrap()).unwrap_err();
        assert_eq!(named(json!({"ansi": true})), "ANSI mode is not supported");
        let setting = json!({"spark_conf": {"spark.sql.caseSensitive": true}});
        assert_eq!(named(setting), "the setting `spark.sql.caseSensitive` of Spark is not supported");
        assert!(options(&Config::default()).unwrap().no_data_batches);

        let mut vector = recording("recovery_006");
        vector.steps[0].restart = Some(Restart::ReplayLast);
        let problem = execute(&vector, &join_pipeline(&vector)).unwrap_err();
        assert!(problem.contains("none has run"), "{problem}");
    }

    #[test]
    fn an_error_of_the_query_is_an_outcome() {
        let mut vector = recording("recovery_006");
        let mut pipeline = join_pipeline(&vector);
        vector.config.output_mode = Mode::Complete;
        let outcome = execute(&vector, &pipeline).unwrap();
        assert!(matches!(outcome, Outcome::Failed(Failure { phase: Phase::Start, .. })), "{outcome:?}");

        vector.config.output_mode = Mode::Append;
        for source in &mut pipeline.sources {
            let mode = wavetank_engine::decode::JsonMode::DropMalformed;
            source.format = wavetank_engine::plan::RecordFormat::Json { mode, keep_struct: false };
        }
        let message = "from_json() doesn't support the DROPMALFORMED mode. \
                       Acceptable modes are PERMISSIVE and FAILFAST.";
        let failure = Failure { phase: Phase::Run, message: message.into() };
        assert_eq!(execute(&vector, &pipeline).unwrap(), Outcome::Failed(failure));
    }
}
