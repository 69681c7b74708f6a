//! The README lists the operations that there are, no more and no fewer.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use wavetank_emulator::operation::Operation;
use wavetank_emulator::{OPERATIONS, kinesis};

#[test]
fn the_readme_lists_every_operation() {
    let readme = std::fs::read_to_string("../README.md").unwrap();
    let (_, section) = readme.split_once("### What the emulator can do so far").unwrap();
    for (service, prefix) in
        [("Kinesis", "Kinesis_20131202."), ("S3", "s3:"), ("Glue", "AWSGlue."), ("Athena", "AmazonAthena.")]
    {
        let streamed = kinesis::SubscribeToShard::NAME;
        let all = OPERATIONS.iter().map(|route| route.name).chain([streamed]);
        let mut names: Vec<&str> = all.filter_map(|name| name.strip_prefix(prefix)).collect();
        names.sort_unstable();
        let row = section.lines().find(|line| line.starts_with(&format!("| {service} |"))).unwrap();
        assert_eq!(row, format!("| {service} | {} |", names.join(", ")));
    }
}
