//! Athena alone: three questions, in Athena's SQL, about a table that the deduplication job has written.

use std::time::Instant;

use crate::emulator::Storage;
use crate::scenarios::athena::engine::Engine;
use crate::scenarios::athena::session::Limits;

use super::answer::Digest;
use super::data::Traffic;
use super::report::{Part, Results};
use super::streaming::{Stage, scenario};
use super::{BenchError, Observer, Parameters, Workload, told};

/// Each question is asked so often.
const ROUNDS: usize = 7;

const QUESTIONS: &[(&str, &str)] = &[
    (
        "group",
        "SELECT product, count(*) AS n, sum(amount) AS total FROM orders_once GROUP BY product ORDER BY product",
    ),
    (
        "filter",
        "SELECT max(order_id), avg(amount) FROM orders_once WHERE amount > 90000 AND customer <> 'C-3'",
    ),
    ("text", "SELECT count(DISTINCT substr(customer, 1, 4)) FROM orders_once WHERE product LIKE '%Chair%'"),
];

/// Runs the workload; an event is a row that a question looks at.
pub(super) fn run(parameters: &Parameters, observer: &mut dyn Observer) -> Result<Results, BenchError> {
    told(observer, "writing the table", 0.0)?;
    let folder = tempfile::tempdir().map_err(BenchError::failed("making a folder"))?;
    let traffic = Traffic::draw(Workload::Dedup, parameters);
    let scenario = scenario(Workload::Dedup);
    let storage = Storage::Scratch(folder.path().join("data"));
    let stage = Stage::new(&scenario, storage, parameters.parallelism);
    let mut stage = stage.map_err(BenchError::failed("setting the job up"))?;
    for batch in &traffic.measured {
        stage.put(traffic.tables, batch).map_err(BenchError::failed("putting records"))?;
        stage.trigger().map_err(BenchError::failed("a batch"))?;
    }
    let (rows, bytes) = stage.written();
    let engine = Engine::new(folder.path().join("queries"), Limits::default());
    let services = stage.services();
    let (mut parts, mut digest) = (Vec::new(), Digest::default());
    for (at, (name, sql)) in QUESTIONS.iter().enumerate() {
        told(observer, "asking", at as f64 / QUESTIONS.len() as f64)?;
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            let begun = Instant::now();
            let answer = engine.query(&services.emulator, services.clock.now(), "shop", sql);
            let answer = answer.map_err(BenchError::failed("a query"))?;
            times.push(begun.elapsed());
            if round == 0 {
                answer.rows.iter().for_each(|row| digest.add_bytes(format!("{row:?}").as_bytes()));
            }
        }
        parts.push(Part::new(*name, rows * ROUNDS as u64, bytes * ROUNDS as u64, &times));
    }
    Ok(Results::of_parts(parts, digest))
}
