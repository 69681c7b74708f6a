//! The records of a case: event times that move on over a grid, as far from order as the case's options say.

use std::collections::BTreeMap;

use serde_json::json;
use wavetank_engine::time::timestamp_text;

use super::query::Drawn;
use super::swarm::Swarm;
use crate::conform::{Record, Restart, Step};
use crate::rng::Rng;

/// 2024-03-01 10:00:00 in microseconds.
const BASE: i64 = 1_709_287_200_000_000;

/// Beside a point of the grid, in microseconds.
const BESIDE: [i64; 6] = [1, -1, 999, 1000, -1000, 500_000];

/// Draws what arrives, step by step.
pub fn steps(drawn: &Drawn, swarm: &Swarm, rng: &Rng) -> Vec<Step> {
    let mut rng = rng.fork("records");
    let mut traffic = Traffic { drawn, swarm, front: 0, sent: BTreeMap::new() };
    let mut steps: Vec<Step> = Vec::new();
    for _ in 0..swarm.steps {
        let follows = steps.last().is_some_and(|step| !step.drain);
        let restart = match (follows, rng.chance(swarm.restarts), rng.chance(swarm.replays)) {
            (true, _, _) => None,
            (false, _, true) if steps.iter().any(has_records) => Some(Restart::ReplayLast),
            (false, true, _) => Some(Restart::Clean),
            _ => None,
        };
        let data = traffic.step(&mut rng);
        let busy = rng.chance(swarm.busy);
        let step = Step { data, drain: true, restart };
        // A batch of its own is what the next step can follow.
        let drain = !busy || !has_records(&step);
        if follows && !has_records(&step) {
            continue;
        }
        steps.push(Step { drain, ..step });
    }
    if let Some(last) = steps.last_mut() {
        last.drain = true;
    }
    steps
}

fn has_records(step: &Step) -> bool {
    step.data.values().any(|records| !records.is_empty())
}

struct Traffic<'d> {
    drawn: &'d Drawn,
    swarm: &'d Swarm,
    /// How far event time is, in units of the grid.
    front: i64,
    sent: BTreeMap<String, Vec<Record>>,
}

impl Traffic<'_> {
    fn step(&mut self, rng: &mut Rng) -> BTreeMap<String, Vec<Record>> {
        self.front += rng.between(0, self.swarm.advance);
        let names: Vec<String> = self.drawn.streams.iter().map(|stream| stream.name.clone()).collect();
        let mut data = BTreeMap::new();
        for (place, name) in names.into_iter().enumerate() {
            let silent = rng.chance(self.swarm.silence);
            let count = if silent { 0 } else { rng.between(0, self.swarm.rows_max as i64) };
            let records = (0..count).map(|_| self.record(place, &name, rng)).collect();
            data.insert(name, records);
        }
        data
    }

    fn record(&mut self, place: usize, stream: &str, rng: &mut Rng) -> Record {
        let again = rng.chance(self.swarm.duplicates);
        if let Some(sent) = self.sent.get(stream).filter(|_| again) {
            return sent[rng.below(sent.len() as u64) as usize].clone();
        }
        let [key, time, value] = self.drawn.columns(place);
        let k = (!rng.chance(self.swarm.null_keys)).then(|| self.key(rng));
        let t = self.time(place, rng);
        let v = (!rng.chance(0.05)).then(|| rng.between(-3, 9));
        let text = json!({ key: k, time: t, value: v }).to_string();
        let cut = rng.chance(self.swarm.malformed);
        let record = Record(if cut { text[..text.len() - 2].to_owned() } else { text });
        self.sent.entry(stream.to_owned()).or_default().push(record.clone());
        record
    }

    fn key(&self, rng: &mut Rng) -> &'static str {
        ["a", "b", "c"][rng.below(self.swarm.keys) as usize]
    }

    fn time(&self, place: usize, rng: &mut Rng) -> Option<String> {
        if rng.chance(self.swarm.null_times) {
            return rng.chance(0.3).then(|| "bad".to_owned());
        }
        let lag = if place == 1 { self.swarm.lag } else { 0 };
        let far = if rng.chance(self.swarm.far_ahead) { rng.between(10, 40) } else { 0 };
        let units = self.front + far - lag - rng.between(0, self.swarm.disorder);
        let beside = match rng.chance(self.swarm.off_grid) {
            true => BESIDE[rng.below(BESIDE.len() as u64) as usize],
            false => 0,
        };
        let base = if self.swarm.before_the_epoch { -5 * self.drawn.unit_micros() } else { BASE };
        Some(timestamp_text(base + units * self.drawn.unit_micros() + beside))
    }
}
