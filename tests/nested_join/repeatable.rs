//! One seed, one result: the checks hold for any seed, and the same seed gives the same bytes.

use std::collections::BTreeMap;

use crate::kept::files;
use crate::rig::{Finished, Size, edited, failed, nested_join, run, run_parallel};

/// What a run lays out for people, and must lay out again from the same seed.
fn laid_out(run: &Finished) -> BTreeMap<String, Vec<u8>> {
    let mut laid_out = BTreeMap::new();
    for part in ["s3", "ledger"] {
        let files = files(&run.folder.path().join(part));
        assert!(!files.is_empty(), "nothing was kept in {part}");
        laid_out.extend(files.into_iter().map(|(name, bytes)| (format!("{part}/{name}"), bytes)));
    }
    laid_out
}

/// Names of the files that one side lacks or has with other bytes.
fn differences(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names = one.keys().chain(other.keys());
    let mut differing: Vec<String> = names.filter(|n| one.get(*n) != other.get(*n)).cloned().collect();
    differing.sort();
    differing.dedup();
    differing
}

fn json(run: &Finished) -> String {
    serde_json::to_string(&run.report).expect("a report is JSON")
}

#[test]
fn every_check_passes_whatever_the_seed() {
    for seed in [0, 1, 2, 3, 7, 1_000_003, u64::MAX] {
        let run = run(&nested_join(), Size { seed, events: 300 });
        assert_eq!(failed(&run.report), <[&str; 0]>::default(), "seed {seed}");
        assert_eq!((run.report.checks.len(), run.report.seed), (5, seed));
        assert!(run.report.jobs[0].rows > 0, "seed {seed} joined nothing");
    }
}

#[test]
fn same_seed_keeps_the_same_bytes() {
    let size = Size { seed: 42, events: 300 };
    let (first, second) = (run(&nested_join(), size), run(&nested_join(), size));
    let (first_files, second_files) = (laid_out(&first), laid_out(&second));
    assert_eq!(differences(&first_files, &second_files), <[&str; 0]>::default());
    assert_eq!(json(&first), json(&second));
    for part in ["/dataOutput/", "/checkpointing/offsets/", "/checkpointing/commits/", "ledger/input.parquet"]
    {
        assert!(first_files.keys().any(|name| name.contains(part)), "{part} is not among the kept files");
    }
}

#[test]
fn other_seed_keeps_other_bytes() {
    let of = |seed| laid_out(&run(&nested_join(), Size { seed, events: 300 }));
    let differing = differences(&of(42), &of(43));
    assert!(differing.iter().any(|name| name.contains("/dataOutput/")), "{differing:?}");
    assert!(differing.iter().any(|name| name == "ledger/input.parquet"), "{differing:?}");
}

#[test]
fn any_parallelism_keeps_the_same_bytes() {
    // Few triggers, so that a batch has more records than one thread takes at a time.
    let scenario = edited(&[("tick: 10s", "tick: 30m"), ("share: 0.2%", "share: 5%")], &[]);
    let of = |parallelism| run_parallel(&scenario, Size { seed: 42, events: 25_000 }, parallelism);
    let one = of(1);
    assert!(one.report.jobs[0].batches < 20 && one.report.records_rejected > 100);
    for parallelism in [2, 3, 8] {
        let other = of(parallelism);
        assert_eq!(differences(&laid_out(&one), &laid_out(&other)), <[&str; 0]>::default(), "{parallelism}");
        assert_eq!(json(&one), json(&other), "{parallelism}");
    }
}
