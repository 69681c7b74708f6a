//! What is acknowledged survives `kill -9`.
//!
//! A child process works on a data directory: it puts records, objects and tables, runs a streaming join batch by
//! batch, and says each time what has been acknowledged. It is killed in the middle of that, again and again; after
//! each time everything that it has said must be there, and nothing in the sink twice. `tests/kill9.sh` does it 200
//! times.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "durability/child.rs"]
mod child;
#[path = "durability/said.rs"]
mod said;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use said::Said;
use wavetank::scenarios::rng::Rng;

/// Says how often to kill; the script sets it.
const KILLS: &str = "WAVETANK_KILLS";

/// Says to the same program that it is the child, and where it works.
const DIRECTORY: &str = "WAVETANK_CHILD_DIRECTORY";

/// Says to the child which row to begin with.
const NEXT_ROW: &str = "WAVETANK_CHILD_NEXT_ROW";

/// Kills unless the script says otherwise.
const KILLS_DEFAULT: usize = 12;

#[test]
fn everything_acknowledged_survives_being_killed() {
    let kills = std::env::var(KILLS).map_or(KILLS_DEFAULT, |kills| kills.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let mut rng = Rng::new(9).fork("kills");
    let mut said = Said::default();
    for _ in 0..kills {
        kill_once(directory.path(), &mut said, &mut rng);
        said.hold(directory.path());
    }
    let rows = said.finish(directory.path());
    println!(
        "killed {kills} times: {} rows put, {} objects, {} tables and {} batches acknowledged, {} rows in the sink; \
         nothing lost, nothing twice",
        said.rows.len(),
        said.objects.len(),
        said.tables.len(),
        said.batches.len(),
        rows
    );
    assert!(said.batches.len() >= kills, "the child gets as far as a batch most times");
}

/// Starts the child, lets it acknowledge a while, and kills it at a moment that nobody knows.
fn kill_once(directory: &Path, said: &mut Said, rng: &mut Rng) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_child_of_the_test_above", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(NEXT_ROW, said.next_row.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..rng.below(60) {
        match lines.next() {
            Some(line) => said.hear(&line.unwrap()),
            None => panic!("the child has ended by itself: {:?}", child.wait()),
        }
    }
    for _ in 0..rng.below(2_000_000) {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had said before it died is in the pipe; a line that is cut off was not said.
    lines.map_while(Result::ok).for_each(|line| said.hear(&line));
}

#[test]
fn the_child_of_the_test_above() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let next_row = std::env::var(NEXT_ROW).unwrap().parse().unwrap();
    child::work(Path::new(&directory), next_row);
}
