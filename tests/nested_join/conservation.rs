//! The law of conservation: a row that was read is emitted, kept, or lost with one reason, never two of these and
//! never none. It is read off the kept tables alone.
//!
//! A record becomes one row per basket item, and one row where there is nothing to explode. What is neither in
//! `dropped` nor unmatched in `state` must have been joined. All rows of a transaction share their times, so that
//! its purchase rows and recommendation rows match all or none: the result has their product, row for row.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use crate::kept::{Record, Tables};
use crate::rig::{Finished, Size, run, stormy};

/// How many rows of a transaction found a match, by side.
#[derive(Debug, Default, PartialEq, Eq)]
struct Matched {
    purchases: u64,
    recommendations: u64,
}

/// Rows read, by what became of them.
#[derive(Debug, Default)]
struct Balance {
    read: u64,
    lost: u64,
    waiting: u64,
    matched: BTreeMap<String, Matched>,
}

/// One row per basket item, or the one that stands for the record.
fn rows(record: &Record) -> u64 {
    let value: Value = serde_json::from_str(&record.data).unwrap_or_default();
    let items = value["body"]["basket_items"].as_array().map_or(0, Vec::len);
    items.max(1) as u64
}

fn transaction(record: &Record) -> Option<String> {
    let value: Value = serde_json::from_str(&record.data).ok()?;
    let id = value["body"]["transaction_id"].as_str().or(value["purchase_id"].as_str())?;
    Some(id.to_owned())
}

fn balance(tables: &Tables) -> Result<Balance, TestCaseError> {
    let (lost, waiting) = (tables.lost(), tables.waiting());
    let mut balance = Balance::default();
    for record in tables.input() {
        let of = |fates: &BTreeMap<_, u64>| fates.get(&record.key).copied().unwrap_or(0);
        let (rows, lost, waiting) = (rows(&record), of(&lost), of(&waiting));
        balance.read += rows;
        balance.lost += lost;
        balance.waiting += waiting;
        let Some(matched) = rows.checked_sub(lost + waiting) else {
            return Err(TestCaseError::fail(format!(
                "{lost} lost and {waiting} kept of {rows} rows: {record:?}"
            )));
        };
        if matched > 0 {
            let id = transaction(&record);
            prop_assert!(id.is_some(), "no match is possible, and no loss is on file: {record:?}");
            let sides = balance.matched.entry(id.unwrap_or_default()).or_default();
            match record.key.0.as_str() {
                "nestedPurchaseStream" => sides.purchases += matched,
                _ => sides.recommendations += matched,
            }
        }
    }
    // A fact about a record that nobody read would be missed above.
    prop_assert_eq!(balance.lost, lost.values().sum::<u64>());
    prop_assert_eq!(balance.waiting, waiting.values().sum::<u64>());
    Ok(balance)
}

/// Fails where a row has no fate or two, and gives the balance to look at.
fn conserves_rows(run: &Finished) -> Result<Balance, TestCaseError> {
    let tables = Tables::of(run);
    let balance = balance(&tables)?;
    let wanted: BTreeMap<String, u64> = balance
        .matched
        .iter()
        .map(|(id, sides)| (id.clone(), sides.purchases * sides.recommendations))
        .collect();
    let joined = tables.joined();
    // A match whose other side is nowhere is wanted 0 times, and found not at all: that differs too.
    let ids: BTreeSet<&String> = joined.keys().chain(wanted.keys()).collect();
    let fates = ids.into_iter().map(|id| (id, joined.get(id), wanted.get(id)));
    let wrong: Vec<_> = fates.filter(|(_, found, wanted)| found != wanted).collect();
    prop_assert!(wrong.is_empty(), "transactions with the rows found and the rows wanted: {wrong:?}");
    Ok(balance)
}

#[test]
fn law_is_tried_on_rows_of_every_fate() {
    let run = run(&stormy(), Size { seed: 42, events: 500 });
    let balance = conserves_rows(&run).unwrap_or_else(|error| panic!("{error}"));
    assert!(balance.read > balance.lost + balance.waiting, "{balance:?}");
    assert!(balance.waiting > 0, "{balance:?}");
    let reasons: Vec<&str> = run.report.lost.iter().map(|lost| lost.reason).collect();
    for reason in ["late", "malformed", "null_key", "null_event_time", "evicted_unmatched"] {
        assert!(reasons.contains(&reason), "no row was lost as {reason}: {reasons:?}");
    }
    let doubled = balance.matched.values().filter(|sides| sides.recommendations > 1).count();
    assert!(doubled > 0, "no recommendation was joined twice");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 12, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_row_read_is_emitted_kept_or_lost_once(seed in any::<u64>(), events in 50_u64..300) {
        conserves_rows(&run(&stormy(), Size { seed, events }))?;
    }
}
