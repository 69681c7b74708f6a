//! Laws of the join of two streams, for arbitrary rows in arbitrary batches: the engine does what the slow model
//! does, and whatever the batches, no pair is invented and no row disappears.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use wavetank::engine::batch::RecordId;
use wavetank::engine::plan::Pipeline;
use wavetank::engine::time::timestamp_text;
use wavetank::engine::watermark::WatermarkPolicy;

use crate::model::{Bound, Event, Model, Rules, Told};
use crate::rig::{Batch, Rig, Settings};
use crate::rows::objects;
use crate::script::pipeline;

const TABLES: [&str; 2] = ["lefts", "rights"];

/// Times are on a grid of half seconds, so that ends of ranges and watermarks are met often.
const GRID: i64 = 500;

/// What arrives before one trigger, and how many more triggers follow before anything else arrives: none on a busy
/// stream, two on a drained one.
#[derive(Debug, Clone)]
struct Step {
    arrivals: [Vec<Event>; 2],
    idle: usize,
}

fn sql(rules: &Rules) -> Pipeline {
    let bound = |comparison: &str, bound: Bound| {
        let equal = if bound.inclusive { "=" } else { "" };
        let (sign, millis) = (if bound.millis < 0 { "-" } else { "+" }, bound.millis.abs());
        format!(" AND r.t {comparison}{equal} l.t {sign} INTERVAL {millis} MILLISECONDS")
    };
    let after = rules.after.map_or_else(String::new, |b| bound(">", b));
    let until = rules.until.map_or_else(String::new, |b| bound("<", b));
    let [left, right] = rules.delays;
    let sql = format!(
        "CREATE STREAMING TABLE pairs AS SELECT l.n AS left_n, r.n AS right_n
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL {left} MILLISECONDS AS l
         JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL {right} MILLISECONDS AS r
           ON l.k = r.k{after}{until}"
    );
    pipeline(&sql, &TABLES.map(|table| (table, "k BIGINT, t TIMESTAMP, n BIGINT")))
}

/// The engine with everything that it did so far.
struct Watched {
    rig: Rig,
    /// Every record that was sent, per side.
    sent: [Vec<Event>; 2],
    /// Side and position of each record that was read.
    read: BTreeMap<RecordId, (usize, usize)>,
    pairs: Vec<(usize, usize)>,
    lost: Vec<(usize, usize, &'static str)>,
}

impl Watched {
    fn start(rules: &Rules) -> Watched {
        let rig = Rig::start(&sql(rules), rules.settings).expect("the query starts");
        Watched { rig, sent: Default::default(), read: BTreeMap::new(), pairs: vec![], lost: vec![] }
    }

    fn trigger(&mut self, arrivals: &[Vec<Event>; 2]) -> Option<Told> {
        for side in [0, 1] {
            let first = self.sent[side].len();
            let texts = arrivals[side].iter().enumerate().map(|(at, event)| text(event, first + at));
            self.rig.add(TABLES[side], texts);
            self.sent[side].extend(&arrivals[side]);
        }
        let batch = self.rig.trigger().expect("nothing fails")?;
        Some(self.told(&batch))
    }

    fn run(&mut self, steps: &[Step]) {
        for step in steps {
            self.trigger(&step.arrivals);
            (0..step.idle).for_each(|_| drop(self.trigger(&Default::default())));
        }
    }

    fn told(&mut self, batch: &Batch) -> Told {
        let report = &batch.report;
        for (side, read) in report.inputs.iter().enumerate() {
            for (index, record) in read.records.iter().enumerate() {
                let id = RecordId { batch: report.progress.batch, source: side as u8, index: index as u32 };
                let position = record.sequence_number.to_string().parse().expect("a position in the feed");
                self.read.insert(id, (side, position));
            }
        }
        let number = |row: &serde_json::Value, name: &str| {
            row[name].as_u64().expect("a joined row knows its records") as usize
        };
        let mut pairs: Vec<_> =
            objects(&batch.rows).iter().map(|row| (number(row, "left_n"), number(row, "right_n"))).collect();
        pairs.sort_unstable();
        let named = |loss: &wavetank::engine::ledger::Loss| {
            let (side, position) = self.read[&loss.record];
            (side, position, loss.reason.name())
        };
        let mut lost: Vec<_> = report.ledger.losses.iter().map(named).collect();
        lost.sort_unstable();
        self.pairs.extend(&pairs);
        self.lost.extend(&lost);
        let progress = &report.progress;
        Told {
            pairs,
            lost,
            state: progress.state[0].1,
            watermarks: (progress.watermark.millis, progress.next_watermark.millis),
        }
    }

    /// What a join of everything at once gives, of the rows that `counts` lets in.
    fn batch_join(&self, rules: &Rules, counts: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (left_position, left) in self.sent[0].iter().enumerate() {
            for (right_position, right) in self.sent[1].iter().enumerate() {
                let counted = counts(0, left_position) && counts(1, right_position);
                if counted && rules.matches(left, right) {
                    pairs.push((left_position, right_position));
                }
            }
        }
        pairs
    }

    fn sorted_pairs(&self) -> Vec<(usize, usize)> {
        let mut pairs = self.pairs.clone();
        pairs.sort_unstable();
        pairs
    }
}

fn text(event: &Event, position: usize) -> String {
    let time = event.time.map(timestamp_text);
    let text = json!({ "k": event.key, "t": time, "n": position }).to_string();
    if event.broken { text[..text.len() - 1].to_owned() } else { text }
}

fn delay() -> impl Strategy<Value = i64> {
    (0i64..10).prop_map(|n| n * GRID)
}

fn bound(grid: std::ops::Range<i64>) -> impl Strategy<Value = Option<Bound>> {
    let bound = (grid, any::<bool>()).prop_map(|(n, inclusive)| Bound { millis: n * GRID, inclusive });
    prop::option::weighted(0.85, bound)
}

prop_compose! {
    fn rules()(
        delays in [delay(), delay()],
        after in bound(-8..4),
        until in bound(-2..12),
        policy in select(vec![WatermarkPolicy::Min, WatermarkPolicy::Min, WatermarkPolicy::Max]),
        always_new in prop::bool::weighted(0.1),
    ) -> Rules {
        Rules { delays, after, until, settings: Settings { policy, always_new, ..Settings::default() } }
    }
}

/// An event around the epoch: on the grid, or next to it by a microsecond or a millisecond.
fn arrival() -> impl Strategy<Value = Event> {
    let time = (-3i64..24, select(vec![0, 0, 0, 0, 1, -1, 999, 1000, -1000]))
        .prop_map(|(n, beside)| n * GRID * 1000 + beside);
    (prop::option::weighted(0.95, 0u8..2), prop::option::weighted(0.95, time), prop::bool::weighted(0.05))
        .prop_map(|(key, time, broken)| Event { key, time, broken })
}

/// Batches whose event times move on, by and large.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let events = || prop::collection::vec(arrival(), 0..5);
    let step = ([events(), events()], 0usize..3, 0i64..12);
    prop::collection::vec(step, 1..10).prop_map(|steps| {
        let mut front = 0;
        let later = |event: Event, by: i64| Event { time: event.time.map(|time| time + by), ..event };
        let shifted = |(arrivals, idle, advance): ([Vec<Event>; 2], usize, i64)| {
            front += advance * GRID * 1000;
            let arrivals = arrivals.map(|events| events.into_iter().map(|e| later(e, front)).collect());
            Step { arrivals, idle }
        };
        steps.into_iter().map(shifted).collect()
    })
}

/// Rows in order of arrival, each behind the front of its stream by less than the delay: side, key, time; and where
/// the batches end, with how many idle triggers.
#[derive(Debug, Clone)]
struct Punctual {
    rules: Rules,
    rows: Vec<(usize, Event)>,
    cuts: Vec<Option<usize>>,
}

fn punctual() -> impl Strategy<Value = Punctual> {
    let row = (0usize..2, 0u8..2, 0i64..4, 0i64..20, select(vec![None, None, Some(0), Some(2)]));
    (rules(), prop::collection::vec(row, 1..40)).prop_map(|(rules, drawn)| {
        let delays = rules.delays.map(|delay| delay.max(GRID));
        let settings = Settings { policy: WatermarkPolicy::Min, ..Settings::default() };
        let rules = Rules { delays, settings, ..rules };
        let mut fronts = delays.map(|delay| delay / GRID + 1);
        let (mut rows, mut cuts) = (Vec::new(), Vec::new());
        for (side, key, advance, back, cut) in drawn {
            fronts[side] += advance;
            let time = (fronts[side] - back % (delays[side] / GRID)) * GRID * 1000;
            rows.push((side, Event { key: Some(key), time: Some(time), broken: false }));
            cuts.push(cut);
        }
        Punctual { rules, rows, cuts }
    })
}

/// A failure prints its rows; nothing is written beside the sources.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_engine_does_what_the_model_does_batch_by_batch(rules in rules(), steps in steps()) {
        let (mut engine, mut model) = (Watched::start(&rules), Model::new(rules));
        for (at, step) in steps.iter().enumerate() {
            prop_assert_eq!(engine.trigger(&step.arrivals), model.trigger(&step.arrivals), "step {}", at);
            for _ in 0..step.idle {
                let nothing = Default::default();
                prop_assert_eq!(engine.trigger(&nothing), model.trigger(&nothing), "idle after step {}", at);
            }
        }
    }

    #[test]
    fn every_row_is_lost_or_kept_or_emitted_once(rules in rules(), steps in steps()) {
        let mut engine = Watched::start(&rules);
        engine.run(&steps);
        let kept = engine.rig.query.kept_rows();
        prop_assert_eq!(engine.read.len(), engine.sent[0].len() + engine.sent[1].len());
        for (id, (side, position)) in &engine.read {
            let this = |(s, p): (usize, usize)| s == *side && p == *position;
            let losses = engine.lost.iter().filter(|(s, p, _)| this((*s, *p))).count();
            let kept: Vec<bool> = kept.iter().filter(|row| row.record == *id).map(|row| row.matched).collect();
            let emitted = engine.pairs.iter().any(|(l, r)| this((0, *l)) || this((1, *r)));
            match (losses, &kept[..]) {
                (1, []) => prop_assert!(!emitted, "side {side}, row {position} is lost and emitted"),
                (0, [matched]) => prop_assert_eq!(*matched, emitted, "side {}, row {}", side, position),
                (0, []) => prop_assert!(emitted, "side {side}, row {position} is gone without a reason"),
                _ => prop_assert!(false, "side {side}, row {position}: {losses} losses, kept {}", kept.len()),
            }
        }
    }

    #[test]
    fn whatever_the_batches_rows_that_were_let_in_join_as_in_a_batch_join(rules in rules(), steps in steps()) {
        let mut engine = Watched::start(&rules);
        engine.run(&steps);
        let late = |side, position| engine.lost.contains(&(side, position, "late"));
        let expected = engine.batch_join(&rules, |side, position| !late(side, position));
        prop_assert_eq!(engine.sorted_pairs(), expected);
    }

    #[test]
    fn disorder_within_the_delay_loses_no_pair_whatever_the_batches(case in punctual()) {
        let mut engine = Watched::start(&case.rules);
        let mut arrivals: [Vec<Event>; 2] = Default::default();
        for ((side, event), cut) in case.rows.iter().zip(&case.cuts) {
            arrivals[*side].push(*event);
            if let Some(idle) = *cut {
                engine.run(&[Step { arrivals: std::mem::take(&mut arrivals), idle }]);
            }
        }
        engine.run(&[Step { arrivals, idle: 2 }]);
        prop_assert!(!engine.lost.iter().any(|(_, _, reason)| *reason == "late"));
        prop_assert_eq!(engine.sorted_pairs(), engine.batch_join(&case.rules, |_, _| true));
    }
}
