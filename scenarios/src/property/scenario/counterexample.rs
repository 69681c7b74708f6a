//! A case that fails, as a scenario file that fails when it is run: the scenario's own resources, jobs and clock, the
//! lines of the case, and a check that states the law.

use std::path::Path;

use wavetank_emulator::{Emulator, Identity, Storage};
use wavetank_engine::query::output_schema;
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileSink, Sink};

use super::base::Base;
use super::facts::{Facts, Wants};
use super::judge::{Failure, FailureKind};
use super::trial::{Trial, TrialLine, complete, file_lines, records_sent};
use super::written::{json, timeline};
use crate::adapters::{BucketStore, GlueCatalog};
use crate::check::{CheckDatabase, Rows};
use crate::crash::chain;
use crate::file::{Body, Entries, Hold, Job, Property, ScenarioFile, byte_range};
use crate::report::Verdict;
use crate::run::{RunOptions, Runner};
use crate::scenario::{Scenario, reader};
use crate::world::{World, WorldOptions, sink_target};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A case that fails.
#[derive(Clone, Copy)]
pub struct Case<'c> {
    /// The scenario.
    pub scenario: &'c Scenario,
    /// What it was named by.
    pub name: &'c str,
    /// The property.
    pub property: &'c Property,
    /// The records of the case.
    pub base: &'c Base,
    /// The case.
    pub trial: &'c Trial,
    /// How it fails.
    pub failure: &'c Failure,
    /// What to type to see it again.
    pub again: &'c str,
    /// Where runs work.
    pub folder: &'c Path,
}

impl Case<'_> {
    /// The scenario file, and the pipelines that it needs if the scenario is one of the library. It was run, and fails.
    ///
    /// # Errors
    /// In words: why there is no such file.
    pub fn files(&self) -> Result<Vec<NewFile>, String> {
        let stem = format!("{}-{}.counterexample", file_stem(self.name), slug(&self.property.name.value));
        let name = format!("{stem}.wt.yaml");
        let (source, pipelines) = self.with_pipelines(&stem)?;
        let text = self.text(&source, &name)?;
        self.replay(&name, &text, &pipelines)?;
        Ok(std::iter::once(NewFile { name, text }).chain(pipelines).collect())
    }

    /// The lines of the case.
    pub fn timeline(&self) -> Vec<String> {
        timeline(self.base, &self.lines(), self.scenario.file.clock.start.value)
    }

    fn lines(&self) -> Vec<TrialLine> {
        complete(&self.trial.lines, self.base.tick)
    }

    /// The scenario's text; where it is in the library, with pipelines of its own beside it.
    fn with_pipelines(&self, stem: &str) -> Result<(String, Vec<NewFile>), String> {
        let mut text = self.scenario.file.source.text.clone();
        let mut files: Vec<NewFile> = Vec::new();
        if crate::library::find(self.name).is_none() {
            return Ok((text, files));
        }
        let read = reader(self.name);
        let mut jobs: Vec<&Job> = self.scenario.file.jobs.iter().collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(byte_range(&job.pipeline.referenced).start));
        jobs.dedup_by_key(|job| byte_range(&job.pipeline.referenced).start);
        for job in jobs {
            let path = &job.pipeline.value;
            let (_, sql) = read(path).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
            let name = format!("{stem}.{path}");
            text.replace_range(byte_range(&job.pipeline.referenced), &json(&name));
            files.push(NewFile { name, text: sql });
        }
        Ok((text, files))
    }

    /// The text of the scenario file.
    fn text(&self, source: &str, name: &str) -> Result<String, String> {
        let Some(sections) = ScenarioFile::sections(source) else {
            return Err("the sections of the scenario do not begin lines of their own".to_owned());
        };
        let checks = self.check()?;
        let held = &self.property.name.value;
        let mut text = format!(
            "# A counterexample to a property of {}: {}.\n# Found by `{}`.\n# It fails: `wavetank run {name}{}`.\nscenario: {}\n",
            self.name,
            one_line(&self.failure.reason),
            self.again,
            match self.trial.parallelism {
                1 => String::new(),
                threads => format!(" --parallelism {threads}"),
            },
            json(&format!("counterexample to: {held}")),
        );
        for section in &sections {
            match section.name.as_str() {
                "scenario" | "seed" | "shapes" | "timeline" | "generate" | "faults" | "checks"
                | "properties" => {}
                _ => text += &section.text,
            }
        }
        text += &format!("seed: {}\n", self.trial.seed);
        let own_shapes = sections.iter().find(|section| section.name == "shapes").map(|s| s.text.as_str());
        text += &self.shapes(own_shapes.unwrap_or_default())?;
        text += "timeline: |\n";
        text.extend(self.timeline().iter().map(|line| format!("  {line}\n")));
        Ok(text + "checks:\n" + &checks)
    }

    /// The shapes as they stand in the scenario, or those that are used where some do not.
    fn shapes(&self, own: &str) -> Result<String, String> {
        let records = &self.base.records;
        let mut used: Vec<usize> =
            records_sent(&self.trial.lines).into_iter().map(|record| records.all[record].shape).collect();
        used.sort_unstable();
        used.dedup();
        if used.iter().all(|shape| records.shapes[*shape].is_own) {
            return Ok(own.to_owned());
        }
        let mut text = "shapes:\n".to_owned();
        for shape in used.into_iter().map(|shape| &records.shapes[shape]) {
            let body = match &shape.body {
                Body::Row(row) => row.written().map(|row| format!("row: {row}")),
                Body::Raw(raw) => Some(format!("raw: {}", json(raw))),
            };
            let body = body.ok_or_else(|| format!("shape `{}` cannot be written", shape.name))?;
            let key = if shape.key == "$id" { String::new() } else { format!(" key: {},", json(&shape.key)) };
            text += &format!("  {}: {{ stream: {},{key} {body} }}\n", shape.name, json(&shape.stream));
        }
        Ok(text)
    }

    /// The check that states the law.
    fn check(&self) -> Result<String, String> {
        let name = json(&self.property.name.value);
        if self.failure.kind == FailureKind::Stopped {
            return Ok("  []\n".to_owned());
        }
        Ok(match &self.property.hold.value {
            Hold::ExactlyOnce | Hold::NoUnexplainedLoss | Hold::SameAsBatch => {
                format!("  - {{ name: {name}, invariant: {} }}\n", self.property.hold.value.name())
            }
            Hold::BoundedState(bound) => {
                format!(
                    "  - {{ name: {name}, invariant: bounded_state, expect: {} }}\n",
                    json(&bound.to_string())
                )
            }
            Hold::Sql(sql) => {
                let lines: String = sql.lines().map(|line| format!("      {line}\n")).collect();
                format!("  - name: {name}\n    sql: |\n{lines}    expect: empty\n")
            }
            Hold::SameOutput => {
                let lines = self.base.undisturbed(&records_sent(&self.trial.lines));
                let rows = self.rows_of(&lines)?;
                self.expected(&name, &format!("SELECT * FROM {}", self.table()), &rows)
            }
            Hold::SameAsModel => self.as_modelled(&name)?,
        })
    }

    fn table(&self) -> String {
        let name = self.scenario.file.streaming_job().map(|(_, job)| job.sink.table.value.clone());
        let name = name.unwrap_or_default();
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain { name } else { format!("\"{name}\"") }
    }

    fn expected(&self, name: &str, sql: &str, rows: &Rows) -> String {
        let expect = expectation(rows);
        format!("  - name: {name}\n    sql: {}\n    expect: {expect}", json(sql))
    }

    /// The scenario with other lines and nothing else that is sent or goes wrong.
    fn with_lines(&self, lines: &[TrialLine], seed: u64) -> Scenario {
        let mut scenario = self.scenario.clone();
        let file = &mut scenario.file;
        (file.generate, file.faults, file.properties) = (Entries::default(), vec![], vec![]);
        (file.checks, file.seed) = (vec![], seed);
        file.timeline.lines = file_lines(&complete(lines, self.base.tick), &self.base.records);
        scenario
    }

    fn world<'s>(&self, scenario: &'s Scenario, storage: Storage) -> Result<World<'s>, String> {
        let emulator = Emulator::open(storage.clone(), Identity::default()).map_err(|error| chain(&error))?;
        let options = WorldOptions {
            events: None,
            storage,
            spare: Some(std::sync::Arc::new(emulator)),
            parallelism: 1,
            follow_advice: false,
            trace: false,
            remember_rows: false,
            live_from: None,
            streams: None,
        };
        World::new(scenario, options, []).map_err(|error| chain(&error))
    }

    /// What DuckDB finds in the table after these lines.
    fn rows_of(&self, lines: &[TrialLine]) -> Result<Rows, String> {
        let scenario = self.with_lines(lines, 0);
        let storage = Storage::SmallScratch(self.folder.join("undisturbed"));
        let mut world = self.world(&scenario, storage)?;
        world.run(&mut Facts::default(), &mut ()).map_err(|error| chain(&error))?;
        self.query(&world)
    }

    fn query(&self, world: &World<'_>) -> Result<Rows, String> {
        let Some((job, streaming)) = self.scenario.file.streaming_job() else {
            return Err("there is not one streaming job".to_owned());
        };
        let table = streaming.sink.table.value.to_lowercase();
        let mut database = CheckDatabase::open();
        let attached = database
            .attach_catalog(&world.services, &job.database.value, &|name| name.eq_ignore_ascii_case(&table));
        attached.map_err(|error| chain(&error))?;
        database.query(&format!("SELECT * FROM {} ORDER BY ALL", self.table())).map_err(|error| chain(&error))
    }

    /// What the model gives: its table, or its ledger where that is what differs.
    fn as_modelled(&self, name: &str) -> Result<String, String> {
        let scenario = self.with_lines(&self.trial.lines, self.trial.seed);
        let mut facts = Facts::new(Wants::of(&Hold::SameAsModel));
        let mut ran = self.world(&scenario, Storage::Memory)?;
        ran.run(&mut facts, &mut ()).map_err(|error| chain(&error))?;
        let Some((job, streaming, pipeline)) = scenario.streaming() else {
            return Err("there is not one streaming job".to_owned());
        };
        let world = self.world(&scenario, Storage::SmallScratch(self.folder.join("model")))?;
        let bucket = streaming.sink.path.value.bucket().to_owned();
        let store = Box::new(BucketStore { services: world.services.clone(), bucket });
        let catalog = Box::new(GlueCatalog(world.services.clone()));
        let (target, schema) = (sink_target(job, streaming), output_schema(pipeline));
        let sink = FileSink::new(target, &schema, Session::default(), store, catalog);
        let mut sink = sink.map_err(|error| chain(&error))?;
        sink.prepare().map_err(|error| chain(&error))?;
        let losses = facts.batches.modelled_into(&scenario, &mut sink).map_err(|error| chain(&error))?;
        if self.failure.kind == FailureKind::Ledger {
            let sql = "SELECT shard, sequence_number, reason FROM wavetank.dropped \
                       WHERE reason NOT IN ('before_latest', 'trimmed')";
            return Ok(self.expected(name, sql, &ledger(&losses)));
        }
        let rows = self.query(&world)?;
        Ok(self.expected(name, &format!("SELECT * FROM {}", self.table()), &rows))
    }

    /// Runs the text as `wavetank run` would.
    fn replay(&self, name: &str, text: &str, pipelines: &[NewFile]) -> Result<(), String> {
        let own = reader(self.name);
        let read = |path: &str| match pipelines.iter().find(|file| file.name == path) {
            Some(file) => Ok((file.name.clone(), file.text.clone())),
            None => own(path),
        };
        let planned = Scenario::plan(name, text, read);
        let scenario = planned.map_err(|error| {
            let (line, column) = error.line_column();
            format!("it could not be read back: {} ({name}:{line}:{column})", error.message())
        })?;
        let options =
            RunOptions { parallelism: self.trial.parallelism, ..RunOptions::new(self.folder.join("replay")) };
        let stopped = self.failure.kind == FailureKind::Stopped;
        match Runner::default().run(&scenario, options, &mut ()) {
            Err(_) if stopped => Ok(()),
            Err(error) => Err(format!("its replay stops: {}", chain(&error))),
            Ok(report) => match report.checks.first().map(|check| &check.verdict) {
                Some(Verdict::Failed { .. }) => Ok(()),
                Some(Verdict::Broken { error }) => Err(format!("its check cannot be asked: {error}")),
                _ => Err("its replay does not fail".to_owned()),
            },
        }
    }
}

/// Lost rows as the model tells them, as rows.
fn ledger(losses: &[String]) -> Rows {
    let row = |loss: &String| {
        // `source 0 shardId-000000000000 495… late join`
        let words: Vec<&str> = loss.split(' ').collect();
        words.get(2..5).unwrap_or_default().iter().map(|word| Some((*word).to_owned())).collect()
    };
    Rows {
        columns: ["shard", "sequence_number", "reason"].map(str::to_owned).to_vec(),
        rows: losses.iter().map(row).collect(),
    }
}

/// Rows as they are expected: drawn, or as mappings where a value could not be told from the drawing.
fn expectation(rows: &Rows) -> String {
    if rows.rows.is_empty() {
        return "empty\n".to_owned();
    }
    let drawn = |cell: &Option<String>| match cell {
        None => Some("null".to_owned()),
        Some(text) => {
            let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || " -_.:+/".contains(c));
            let means_itself = plain && !text.contains("..") && text.trim() == text && !text.is_empty();
            let word = matches!(text.to_lowercase().as_str(), "null" | "any");
            (means_itself && !word).then(|| text.clone())
        }
    };
    let table: Option<Vec<Vec<String>>> =
        rows.rows.iter().map(|row| row.iter().map(drawn).collect()).collect();
    match table {
        Some(table) => {
            let table: Vec<Vec<String>> = std::iter::once(rows.columns.clone()).chain(table).collect();
            let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max();
            let padded = |(column, cell): (usize, &String)| format!("{cell:0$}", width(column).unwrap_or(0));
            let lines = table.iter().map(|row| {
                let cells: Vec<String> = row.iter().enumerate().map(padded).collect();
                format!("      {}\n", cells.join(" | ").trim_end())
            });
            std::iter::once("|\n".to_owned()).chain(lines).collect()
        }
        None => {
            let cell = |(column, cell): (&String, &Option<String>)| {
                let cell = cell
                    .as_ref()
                    .map_or("null".to_owned(), |text| json(&format!("'{}'", text.replace('\'', "''"))));
                format!("{}: {cell}", json(column))
            };
            let row = |row: &Vec<Option<String>>| {
                let cells: Vec<String> = rows.columns.iter().zip(row).map(cell).collect();
                format!("      - {{ {} }}\n", cells.join(", "))
            };
            std::iter::once("\n".to_owned()).chain(rows.rows.iter().map(row)).collect()
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `shop` of `my/shop.wt.yaml`.
fn file_stem(name: &str) -> String {
    let file = Path::new(name).file_name().map_or(name.into(), |file| file.to_string_lossy());
    file.split('.').next().unwrap_or_default().to_owned()
}

/// A name as part of a file's: lower case, with a dash in place of everything but letters and digits.
fn slug(name: &str) -> String {
    let words = name.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(columns: &[&str], rows: &[&[Option<&str>]]) -> Rows {
        Rows {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: rows.iter().map(|row| row.iter().map(|cell| cell.map(str::to_owned)).collect()).collect(),
        }
    }

    #[test]
    fn rows_are_drawn_where_every_cell_means_itself() {
        let found = rows(&["id", "n"], &[&[Some("a b"), Some("3")], &[Some("c"), None]]);
        assert_eq!(expectation(&found), "|\n      id  | n\n      a b | 3\n      c   | null\n");
        assert_eq!(expectation(&rows(&["id"], &[])), "empty\n");
        let odd = rows(&["id"], &[&[Some("< 5")], &[Some("it's")], &[Some("any")], &[None]]);
        let wanted = "\n      - { \"id\": \"'< 5'\" }\n      - { \"id\": \"'it''s'\" }\n      - { \"id\": \"'any'\" }\n      - { \"id\": null }\n";
        assert_eq!(expectation(&odd), wanted);
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_stem("my/shop.wt.yaml"), "shop");
        assert_eq!(file_stem("nested-join"), "nested-join");
        assert_eq!(slug("Duplicates never change: the total!"), "duplicates-never-change-the-total");
    }
}
