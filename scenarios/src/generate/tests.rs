//! What the traffic as a whole promises: order, determinism, shares, bounded memory.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const START: i64 = 1_767_607_200_000_000;
const HOUR: u64 = 3_600;

/// A scenario file around a `generate` section (indented by two); `orders` and `answers` are streams.
fn file(generate: &str) -> ScenarioFile {
    let text = format!(
        "scenario: traffic
use: {{ pipeline: p.sql }}
resources:
  streams: {{ orders: {{ shards: 1 }}, answers: {{ shards: 1 }}, thanks: {{ shards: 1 }} }}
  buckets: [b]
  databases: {{ d: {{}} }}
job: {{ database: d, sink: {{ table: t, path: s3://b/t/, format: parquet }}, checkpoint: s3://b/c/, starting_position: latest }}
clock: {{ start: 2026-01-05T10:00:00Z, tick: 10s, for: 1h }}
seed: 11
generate:
{generate}"
    );
    ScenarioFile::parse("traffic.wt.yaml", &text)
        .unwrap_or_else(|error| panic!("{error} at {:?}", error.line_column()))
}

const SHOP: &str = "
  orders:
    events: 4000
    key: { uuid: 'T-{}' }
    row: { id: $key, at: $event_time.epoch_s, items: { repeat: 0..3, of: { sku: { pick: 'p-{0..9}' }, price: { uniform: [1, 5], round: 2 } } } }
    arrival: { delay: { lognormal: { p50: 800ms, p99: 45s } }, late: { share: 2%, by: { exp: 12m } } }
    duplicates: 3%
    corrupt: { share: 4% }
  answers:
    follows: orders
    share: 75%
    event_time: { after: parent, by: { exp: 6s } }
    row: { id: $parent.key, asked: $parent.event_time.epoch_ms, at: $event_time.iso }
    arrival: { delay: { exp: 2s } }
";

fn shop() -> Vec<Arrival> {
    Generator::for_file(&file(SHOP), None).collect()
}

/// The arrivals of one stream, without their ids.
fn of_stream(generate: &str, name: &str) -> Vec<(i64, i64, Arc<str>, Bytes, ArrivalKind)> {
    let generator = Generator::for_file(&file(generate), None);
    let index = generator.streams().iter().position(|stream| **stream == *name).expect("it is a stream");
    generator
        .filter(|arrival| usize::from(arrival.stream) == index)
        .map(|arrival| {
            (arrival.event_time, arrival.arrival, arrival.partition_key, arrival.data, arrival.kind)
        })
        .collect()
}

fn json(arrival: &Arrival) -> Value {
    serde_json::from_slice(&arrival.data).expect("a record that is not broken is JSON")
}

fn count(arrivals: &[Arrival], stream: u16, wanted: impl Fn(ArrivalKind) -> bool) -> usize {
    arrivals.iter().filter(|arrival| arrival.stream == stream && wanted(arrival.kind)).count()
}

#[test]
fn first_record_never_changes() {
    let first = shop().into_iter().next().expect("there is traffic");
    let wanted = r#"{"id":"T-ce067777-45fa-4ec6-bab7-003679e2f2fb","at":1767607201,"items":[]}"#;
    assert_eq!(first.data, wanted);
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(shop(), shop());
    let other = file(SHOP);
    let other: Vec<Arrival> = Generator::for_file(&ScenarioFile { seed: 12, ..other }, None).collect();
    assert_ne!(shop(), other);
}

#[test]
fn field_added_to_a_row_changes_no_other_draw() {
    let wider =
        SHOP.replace("row: { id: $key,", "row: { id: $key, note: { fake: sentence }, n: { int: 0..9 },");
    assert_ne!(wider, SHOP);
    assert_eq!(of_stream(SHOP, "answers"), of_stream(&wider, "answers"));
    // In the changed row itself, the fields that were there keep their values.
    let unbroken = |generate: &str| {
        let arrivals = of_stream(generate, "orders").into_iter();
        let arrivals =
            arrivals.filter(|(.., kind)| !matches!(kind, ArrivalKind::Corrupt(_) | ArrivalKind::Duplicate));
        arrivals
            .map(|(event_time, arrival, key, data, kind)| {
                let mut row: Value = serde_json::from_slice(&data).expect("it is JSON");
                let fields = row.as_object_mut().expect("a row is an object");
                fields.remove("note");
                fields.remove("n");
                (event_time, arrival, key, row, kind)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(unbroken(SHOP), unbroken(&wider));
}

#[test]
fn stream_added_changes_no_other_stream() {
    let more = format!("{SHOP}  thanks:\n    follows: answers\n    row: {{ id: $parent.key }}\n");
    assert_eq!(of_stream(SHOP, "orders"), of_stream(&more, "orders"));
    assert_eq!(of_stream(SHOP, "answers"), of_stream(&more, "answers"));
}

#[test]
fn arrivals_come_in_order_and_never_before_they_happen() {
    let arrivals = shop();
    assert!(arrivals.is_sorted_by_key(|arrival| (arrival.arrival, arrival.id)));
    assert!(arrivals.iter().all(|arrival| arrival.arrival >= arrival.event_time));
    let ids: BTreeSet<u64> = arrivals.iter().map(|arrival| arrival.id).collect();
    assert_eq!(ids.len(), arrivals.len());
    assert_eq!(ids.last(), Some(&(arrivals.len() as u64 - 1)));
}

#[test]
fn shares_are_met_within_tolerance() {
    let arrivals = shop();
    let originals = count(&arrivals, 0, |kind| kind != ArrivalKind::Duplicate);
    assert_eq!(originals, 4_000);
    let near = |found: usize, wanted: usize| found.abs_diff(wanted) <= wanted / 3;
    assert!(near(count(&arrivals, 0, |kind| kind == ArrivalKind::Duplicate), 120));
    assert!(near(count(&arrivals, 0, |kind| matches!(kind, ArrivalKind::Corrupt(_))), 160));
    assert!(near(count(&arrivals, 0, |kind| kind == ArrivalKind::Late), 77));
    let answers = count(&arrivals, 1, |_| true);
    assert!((2_900..3_100).contains(&answers), "{answers}");
    for kind in [CorruptKind::TruncatedJson, CorruptKind::WrongType, CorruptKind::MissingField] {
        assert!(near(count(&arrivals, 0, |found| found == ArrivalKind::Corrupt(kind)), 53), "{kind:?}");
    }
}

#[test]
fn late_records_are_later_than_the_rest() {
    let arrivals = shop();
    let mean_delay = |wanted: ArrivalKind| {
        let delays = arrivals.iter().filter(|arrival| arrival.stream == 0 && arrival.kind == wanted);
        let delays: Vec<i64> = delays.map(|arrival| arrival.arrival - arrival.event_time).collect();
        delays.iter().sum::<i64>() / delays.len() as i64 / 1_000_000
    };
    assert!(mean_delay(ArrivalKind::OnTime) < 10);
    assert!(mean_delay(ArrivalKind::Late) > 400);
}

#[test]
fn duplicate_repeats_an_earlier_record_byte_for_byte() {
    let arrivals = shop();
    for (index, duplicate) in arrivals.iter().enumerate() {
        if duplicate.kind != ArrivalKind::Duplicate {
            continue;
        }
        let original = arrivals[..index]
            .iter()
            .rev()
            .find(|arrival| arrival.kind != ArrivalKind::Duplicate && arrival.id + 1 == duplicate.id);
        let original = original.expect("the original came before");
        assert_eq!((&original.data, &original.partition_key), (&duplicate.data, &duplicate.partition_key));
        assert_eq!(original.event_time, duplicate.event_time);
        assert!(original.arrival < duplicate.arrival);
    }
}

#[test]
fn broken_records_are_broken_as_they_say() {
    let keys = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
    for arrival in shop() {
        let parsed = serde_json::from_slice::<Value>(&arrival.data);
        match arrival.kind {
            ArrivalKind::Corrupt(CorruptKind::TruncatedJson) => assert!(parsed.is_err()),
            ArrivalKind::Corrupt(CorruptKind::WrongType) => {
                assert!(parsed.is_ok());
                assert!(String::from_utf8_lossy(&arrival.data).contains("not-a-number"));
            }
            ArrivalKind::Corrupt(CorruptKind::MissingField) => {
                let row = parsed.expect("it stays JSON");
                let items = row["items"]
                    .as_array()
                    .map_or(0, |items| items.iter().filter(|item| keys(item) < 2).count());
                assert_eq!(3 - keys(&row) + items, 1, "{row}");
            }
            ArrivalKind::OnTime | ArrivalKind::Late => assert_eq!(keys(&parsed.expect("it is JSON")), 3),
            ArrivalKind::Duplicate => {}
            ArrivalKind::Corrupt(other) => unreachable!("{other:?} was not asked for"),
        }
    }
}

#[test]
fn follower_knows_its_parent() {
    let arrivals = shop();
    let mut parents = BTreeMap::new();
    for arrival in arrivals.iter().filter(|arrival| arrival.stream == 0) {
        parents.insert(arrival.partition_key.clone(), arrival.event_time);
    }
    for answer in arrivals.iter().filter(|arrival| arrival.stream == 1) {
        let row = json(answer);
        let asked = parents[&answer.partition_key];
        assert_eq!(row["id"].as_str(), Some(&*answer.partition_key));
        assert_eq!(row["asked"].as_i64(), Some(asked / 1_000));
        assert!(answer.event_time >= asked);
    }
}

#[test]
fn events_lie_inside_the_clock_and_can_be_overridden() {
    let arrivals: Vec<Arrival> = Generator::for_file(&file(SHOP), Some(100)).collect();
    assert_eq!(count(&arrivals, 0, |kind| kind != ArrivalKind::Duplicate), 100);
    assert!(count(&arrivals, 1, |_| true) < 100);
    let hour = START..START + HOUR as i64 * 1_000_000;
    assert!(
        arrivals
            .iter()
            .filter(|arrival| arrival.stream == 0)
            .all(|arrival| hour.contains(&arrival.event_time))
    );
}

#[test]
fn rate_fills_the_clock() {
    let generate = "  orders:\n    rate: 2/s\n    row: { id: $key }\n";
    assert_eq!(Generator::for_file(&file(generate), None).count(), 7_200);
}

#[test]
fn numbered_keys_count_and_skewed_partitions_have_a_hot_one() {
    let generate = "
  orders:
    events: 2000
    key: { field: id, pattern: 'O-{}', partition: { zipf: 1.2, keys: 50 } }
    row: { id: $key }
";
    let arrivals: Vec<Arrival> = Generator::for_file(&file(generate), None).collect();
    assert_eq!(arrivals[0].data, r#"{"id":"O-0"}"#);
    assert_eq!(arrivals[1999].data, r#"{"id":"O-1999"}"#);
    let mut partitions: BTreeMap<&str, usize> = BTreeMap::new();
    arrivals.iter().for_each(|arrival| *partitions.entry(&arrival.partition_key).or_default() += 1);
    assert!(partitions.len() <= 50);
    assert_eq!(partitions.iter().max_by_key(|(_, count)| **count).map(|(key, _)| *key), Some("partition-0"));
}

#[test]
fn heap_holds_only_what_is_under_way() {
    let generate = "
  orders:
    events: 36000
    row: { id: $key }
    arrival: { delay: { constant: 60s } }
";
    let mut generator = Generator::for_file(&file(generate), None);
    let mut most = 0;
    while generator.next().is_some() {
        most = most.max(generator.waiting());
    }
    // Ten events a second, each a minute under way.
    assert!((500..700).contains(&most), "{most}");
}

#[test]
fn every_generator_writes_json() {
    let generate = r#"
  orders:
    events: 500
    row:
      quote"d: $key
      ms: $event_time.epoch_ms
      iso: $event_time.iso
      list: [1, -2.5, ~, true, "a\"b", $$x]
      pick: { pick: [en, { lang: { pick: [pt, de] } }] }
      empty: {}
      none: []
      repeat: { repeat: 2, of: { int: -3..3 } }
      float: { uniform: [0, 1] }
      index: { weights: [1, 0, 3] }
      country: { weights: { US: 5, "B\"R": 3 } }
      uuid: { uuid: "<{}>" }
      maybe: { null: 50%, of: { fake: user_agent } }
      either: { share: 25%, then: a, else: { fake: full_name } }
      object: { object: { pick: 1 } }
"#;
    let rows: Vec<Value> = Generator::for_file(&file(generate), None).map(|arrival| json(&arrival)).collect();
    assert_eq!(rows.len(), 500);
    let share = |wanted: fn(&Value) -> bool| rows.iter().filter(|row| wanted(row)).count();
    assert!((200..300).contains(&share(|row| row["maybe"].is_null())));
    assert!((90..160).contains(&share(|row| row["either"] == "a")));
    assert!(share(|row| row["index"] == 1) == 0);
    assert!((280..350).contains(&share(|row| row["country"] == "US")));
    assert_eq!(rows[0]["list"], serde_json::json!([1, -2.5, null, true, "a\"b", "$x"]));
    assert_eq!(rows[0]["object"]["pick"], 1);
    assert!(rows[0]["iso"].as_str().is_some_and(|iso| iso.starts_with("2026-01-05T10:00:0")));
}

proptest! {
    #[test]
    fn any_mix_of_delays_is_ordered_complete_and_repeatable(
        seed in any::<u64>(),
        events in 0u64..200,
        delay_ms in 0u64..600_000,
        late in 0u32..=100,
        duplicates in 0u32..=100,
        share in 0u32..=100,
    ) {
        let generate = format!("
  orders:
    events: {events}
    row: {{ id: $key, n: {{ int: 0..9 }} }}
    arrival: {{ delay: {{ exp: {delay_ms}ms }}, late: {{ share: {late}%, by: {{ uniform: [0s, 1h] }} }} }}
    duplicates: {duplicates}%
    corrupt: {{ share: 10% }}
  answers:
    follows: orders
    share: {share}%
    event_time: {{ after: parent, by: {{ exp: 1m }} }}
    row: {{ id: $parent.key }}
");
        let file = ScenarioFile { seed, ..file(&generate) };
        let arrivals: Vec<Arrival> = Generator::for_file(&file, None).collect();
        prop_assert!(arrivals.is_sorted_by_key(|arrival| (arrival.arrival, arrival.id)));
        prop_assert_eq!(count(&arrivals, 0, |kind| kind != ArrivalKind::Duplicate) as u64, events);
        let ids: BTreeSet<u64> = arrivals.iter().map(|arrival| arrival.id).collect();
        prop_assert_eq!(ids.len(), arrivals.len());
        prop_assert_eq!(arrivals, Generator::for_file(&file, None).collect::<Vec<_>>());
    }
}
