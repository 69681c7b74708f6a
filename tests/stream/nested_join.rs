//! The pipeline of the library scenario on a timeline of late, unmatched and future-dated events, one line at a
//! time. What each line says was seen on Spark 3.5.4, the query being drained after each.

use serde_json::{Value, json};
use wavetank::engine::plan::Delay;
use wavetank::engine::progress::EventTimeProgress;
use wavetank::scenarios::scenario::Scenario;

use crate::rig::{Batch, Rig, Settings};
use crate::rows::objects;
use crate::script::{Step, Stream, Subject, check};

const TIMELINE: &str = "
  P T1 10:00:00, R T1 10:00:05 | emits 1
  P T2 10:05:00                | emits 0
  R T2 10:05:31                | emits 0        # 31 s > 30 s: no match
  R T2 10:05:30                | emits 1        # the bound is inclusive
  P T3 10:20:00, R TX 10:20:00 | watermark 10:10:00
  P T4 10:18:50, R T4 10:19:00 | emits 1        # '30 seconds' on R does nothing: the policy is min
  P T5 10:10:00, R T5 10:10:00 | drops 2        # == watermark is late
  P T6 10:10:01, R T6 10:10:02 | emits 1
  P T7 10:09:59, R T7 10:10:20 | drops 1
  P T8 12:00:00                | watermark 10:19:30
  R T8 12:00:03                | watermark 11:50:00
  P T10 10:22:00, R T10 10:22:05 | drops 2      # one future-dated pair silences normal traffic
";

/// Midnight of the timeline's day in seconds since the epoch.
const MIDNIGHT: i64 = 1_767_571_200;

const STREAMS: [Stream; 2] = [
    Stream { name: "P", table: "nested-purchase-stream-table", record: purchase },
    Stream { name: "R", table: "recommender-stream-table", record: recommendation },
];

fn epoch_seconds(time: &str) -> i64 {
    let parts = time.split(':').map(|part| part.parse::<i64>().expect("a time is hh:mm:ss"));
    MIDNIGHT + parts.fold(0, |sum, part| sum * 60 + part)
}

fn purchase(words: &[&str]) -> String {
    let product = json!({
        "sku": "A", "name": "a", "category": "c", "pricing": { "price": 1.5 }, "quantity_purchased": 1
    });
    let body = json!({
        "transaction_id": words[0], "purchase_time": epoch_seconds(words[1]).to_string(), "user_id": "U-1",
        "basket_items": [{ "product": product }]
    });
    json!({ "body": body }).to_string()
}

fn recommendation(words: &[&str]) -> String {
    let time = epoch_seconds(words[1]);
    json!({
        "purchase_id": words[0], "recommendation_processed_time": time,
        "likelihood_score": 3, "next_best_product_sku": "B"
    })
    .to_string()
}

fn subject() -> Subject {
    let scenario = Scenario::load("nested-join").expect("the library has it");
    let pipeline = scenario.streaming().expect("it has one streaming job").2.clone();
    Subject { pipeline, streams: STREAMS.to_vec(), settings: Settings::default() }
}

/// What is sent, and what the line says of it.
fn timeline() -> impl Iterator<Item = (Vec<(&'static str, &'static str)>, &'static str)> {
    TIMELINE.lines().filter_map(|line| {
        let (sent, then) = line.split('#').next()?.split_once('|')?;
        let record =
            |text: &'static str| text.trim().split_once(' ').expect("a record starts with its stream");
        Some((sent.split(',').map(record).collect(), then.trim()))
    })
}

fn expectation(text: &'static str) -> Step<'static> {
    let (what, value) = text.split_once(' ').expect("an expectation is a word and a value");
    let number = || value.parse().expect("a number of rows");
    match what {
        "emits" => Step::Emits(number()),
        "drops" => Step::Late(number()),
        "watermark" => Step::Watermark(value),
        other => panic!("the timeline cannot expect `{other}`"),
    }
}

#[test]
fn the_timeline_does_what_spark_did_line_by_line() {
    let mut steps = Vec::new();
    for (sent, then) in timeline() {
        steps.extend(sent.into_iter().map(|(stream, record)| Step::Add(stream, record)));
        steps.extend([Step::Drain, expectation(then)]);
    }
    assert_eq!(steps.iter().filter(|step| **step == Step::Drain).count(), 12);
    check(&subject(), &steps);
}

#[test]
fn the_timeline_joins_five_purchases() {
    let subject = subject();
    let mut rig = Rig::start(&subject.pipeline, subject.settings).unwrap();
    let mut joined = Vec::new();
    for (sent, _) in timeline() {
        for (name, record) in sent {
            let stream = STREAMS.iter().find(|stream| stream.name == name).unwrap();
            let words: Vec<&str> = record.split_whitespace().collect();
            rig.add(stream.table, [(stream.record)(&words)]);
        }
        joined.extend(rig.drain().unwrap().iter().flat_map(|batch| objects(&batch.rows)));
    }
    let row = |id: &str, purchase: &str, recommendation: &str| {
        json!({
            "transaction_id": id, "user_id": "U-1", "sku": "A", "name": "a", "category": "c", "price": 1.5,
            "quantity_purchased": 1, "next_best_product_sku": "B", "likelihood_score": 3,
            "purchase_time": format!("2026-01-05T{purchase}.000000Z"),
            "rec_time": format!("2026-01-05T{recommendation}.000000Z"),
            "purchase_date": "2026-01-05",
        })
    };
    let expected: Vec<Value> = vec![
        row("T1", "10:00:00", "10:00:05"),
        row("T2", "10:05:00", "10:05:30"),
        row("T4", "10:18:50", "10:19:00"),
        row("T6", "10:10:01", "10:10:02"),
        row("T8", "12:00:00", "12:00:03"),
    ];
    assert_eq!(joined, expected);
}

#[test]
fn each_batch_says_which_stream_the_watermark_comes_from() {
    let subject = subject();
    let mut rig = Rig::start(&subject.pipeline, subject.settings).unwrap();
    rig.add(STREAMS[0].table, [purchase(&["T3", "10:20:00"])]);
    rig.add(STREAMS[1].table, [recommendation(&["TX", "10:20:00"])]);
    let millis = |time: &str| epoch_seconds(time) * 1000;
    let told = |batch: &Batch| batch.report.progress.event_time.clone();
    let both = told(&rig.trigger().unwrap().unwrap());
    let expected =
        |column: &str, source: usize, delay: i64, max: Option<&str>, reached: &str| EventTimeProgress {
            column: column.to_owned(),
            sources: vec![source],
            delay: Delay { millis: delay },
            max_millis: max.map(millis),
            reached_millis: millis(reached),
        };
    assert_eq!(
        both,
        [
            expected("purchase_time", 0, 600_000, Some("10:20:00"), "10:10:00"),
            expected("rec_time", 1, 30_000, Some("10:20:00"), "10:19:30"),
        ]
    );
    // A stream that is silent stays where it was.
    rig.add(STREAMS[0].table, [purchase(&["T8", "12:00:00"])]);
    let one = told(&rig.trigger().unwrap().unwrap());
    assert_eq!(
        one,
        [
            expected("purchase_time", 0, 600_000, Some("12:00:00"), "11:50:00"),
            expected("rec_time", 1, 30_000, None, "10:19:30"),
        ]
    );
    assert_eq!(rig.query.watermark().millis, millis("10:19:30"));
}
