//! A slow model of the inner join of two streams within a range of time: every row that ever came, one by one, in
//! lists that are searched from end to end. It shares no code with the engine but the names of results.
//!
//! The rules are those of Spark 3.5.4: offsets first, left rows before right rows, late by the watermark of the
//! batch before, eviction by this batch's, the watermark last.

use wavetank::engine::ledger::LossReason;
use wavetank::engine::progress::StateProgress;
use wavetank::engine::watermark::WatermarkPolicy;

use crate::rig::Settings;

/// One end of the range: how far the right row's time is from the left row's, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    pub millis: i64,
    pub inclusive: bool,
}

/// The query: rows of one key match when `left.time + after <= right.time <= left.time + until`.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Per side, in milliseconds.
    pub delays: [i64; 2],
    pub after: Option<Bound>,
    pub until: Option<Bound>,
    pub settings: Settings,
}

/// One record as a producer means it.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    pub key: Option<u8>,
    /// Microseconds since the epoch.
    pub time: Option<i64>,
    /// Its text is cut off: nothing of it can be read.
    pub broken: bool,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Kept,
    /// It has left the state.
    Left,
    /// It never came into it.
    Refused,
}

struct Row {
    event: Event,
    fate: Fate,
    matched: bool,
    /// Whether Spark counts it among the rows put and removed: not a right row that is over when it comes.
    counted: bool,
}

/// What one batch did. Rows are named by side and position in their stream; both lists are sorted.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub pairs: Vec<(usize, usize)>,
    pub lost: Vec<(usize, usize, &'static str)>,
    pub state: StateProgress,
    /// Milliseconds: this batch's and the next one's.
    pub watermarks: (i64, i64),
}

pub struct Model {
    rules: Rules,
    rows: [Vec<Row>; 2],
    /// What each side has reached on its own, once it has taken part in a batch.
    reached: [Option<i64>; 2],
    watermark: i64,
    /// The watermark of the batch before; none before the first.
    before: Option<i64>,
}

impl Rules {
    /// Whether two times are within the range.
    fn in_range(&self, left: i64, right: i64) -> bool {
        let after = self.after.is_none_or(|bound| {
            let earliest = left + bound.millis * 1000;
            if bound.inclusive { earliest <= right } else { earliest < right }
        });
        let until = self.until.is_none_or(|bound| {
            let latest = left + bound.millis * 1000;
            if bound.inclusive { right <= latest } else { right < latest }
        });
        after && until
    }

    /// Whether two records match, whenever they come.
    pub fn matches(&self, left: &Event, right: &Event) -> bool {
        let (Some(left_key), Some(right_key)) = (left.key, right.key) else { return false };
        let near = match (left.time, right.time) {
            (Some(left), Some(right)) => self.in_range(left, right),
            // Unknown times are no obstacle where no time is asked for.
            _ => !self.has_range(),
        };
        !left.broken && !right.broken && left_key == right_key && near
    }

    fn has_range(&self) -> bool {
        self.after.is_some() || self.until.is_some()
    }

    /// Whether a row can match nothing that comes after `watermark`; a closed end is one millisecond looser.
    fn is_over(&self, side: usize, time: i64, watermark: i64) -> bool {
        let last = match side {
            // The latest right time that a left row matches is `until` after it.
            0 => self.until.map(|b| watermark - b.millis - i64::from(b.inclusive)),
            // The latest left time that a right row matches is `after` before it.
            _ => self.after.map(|b| watermark + b.millis - i64::from(b.inclusive)),
        };
        last.is_some_and(|last| time <= last * 1000)
    }
}

impl Model {
    pub fn new(rules: Rules) -> Model {
        Model { rules, rows: [vec![], vec![]], reached: [None, None], watermark: 0, before: None }
    }

    /// One trigger; nothing is said when there is nothing to do.
    pub fn trigger(&mut self, arrivals: &[Vec<Event>; 2]) -> Option<Told> {
        let new_data = self.rules.settings.always_new || arrivals.iter().any(|events| !events.is_empty());
        let moved = self.before.is_some_and(|before| self.watermark > before);
        (new_data || self.rules.has_range() && moved).then(|| self.batch(arrivals))
    }

    fn batch(&mut self, arrivals: &[Vec<Event>; 2]) -> Told {
        let late = self.before.unwrap_or(0);
        let watermark = self.watermark;
        let mut told =
            Told { pairs: vec![], lost: vec![], state: StateProgress::default(), watermarks: (watermark, 0) };
        let mut seen = [None, None];
        for side in [0, 1] {
            for event in &arrivals[side] {
                self.arrive(side, *event, late, &mut seen[side], &mut told);
            }
        }
        self.evict(&mut told);
        self.observe(seen);
        self.before = Some(watermark);
        told.watermarks.1 = self.watermark;
        told.pairs.sort_unstable();
        told.lost.sort_unstable();
        told
    }

    fn arrive(&mut self, side: usize, event: Event, late: i64, seen: &mut Option<i64>, told: &mut Told) {
        let position = self.rows[side].len();
        let has_key = event.key.is_some() && !event.broken;
        if has_key {
            // A row without a key does not come as far as this; one without a time counts as the epoch.
            let millis = event.time.unwrap_or(0).div_euclid(1000);
            *seen = Some(seen.map_or(millis, |max: i64| max.max(millis)));
        }
        let refusal = match event {
            Event { broken: true, .. } => Some(LossReason::Malformed),
            Event { key: None, .. } => Some(LossReason::NullKey),
            Event { time: None, .. } if self.rules.has_range() => Some(LossReason::NullEventTime),
            // A time that no condition and no output reads is dropped before the join.
            Event { time: Some(time), .. } if self.rules.has_range() && time <= late * 1000 => {
                Some(LossReason::Late)
            }
            _ => None,
        };
        let mut row = Row { event, fate: Fate::Kept, matched: false, counted: true };
        match refusal {
            Some(reason) => {
                row.fate = Fate::Refused;
                told.lost.push((side, position, reason.name()));
                told.state.rows_dropped_by_watermark += u64::from(reason == LossReason::Late);
            }
            None => {
                self.join(side, position, &mut row, told);
                let over = event.time.is_some_and(|time| self.rules.is_over(side, time, self.watermark));
                row.counted = side == 0 || !over;
                told.state.rows_updated += u64::from(row.counted);
            }
        }
        self.rows[side].push(row);
    }

    /// Pairs of a new row with what the other side keeps at this moment.
    fn join(&mut self, side: usize, position: usize, row: &mut Row, told: &mut Told) {
        for (other_position, other) in self.rows[1 - side].iter_mut().enumerate() {
            let (left, right) =
                if side == 0 { (&row.event, &other.event) } else { (&other.event, &row.event) };
            if other.fate == Fate::Kept && self.rules.matches(left, right) {
                (row.matched, other.matched) = (true, true);
                let pair = if side == 0 { (position, other_position) } else { (other_position, position) };
                told.pairs.push(pair);
            }
        }
    }

    fn evict(&mut self, told: &mut Told) {
        for side in [0, 1] {
            for (position, row) in self.rows[side].iter_mut().enumerate() {
                let over = |time| self.rules.is_over(side, time, self.watermark);
                if row.fate == Fate::Kept && row.event.time.is_some_and(over) {
                    row.fate = Fate::Left;
                    told.state.rows_removed += u64::from(row.counted);
                    if !row.matched {
                        told.lost.push((side, position, LossReason::EvictedUnmatched.name()));
                    }
                }
            }
        }
        let kept = self.rows.iter().flatten().filter(|row| row.fate == Fate::Kept);
        told.state.rows_total = kept.count() as u64;
    }

    /// Each side keeps the furthest that it has come; the policy makes one watermark of both, and it never falls.
    fn observe(&mut self, seen: [Option<i64>; 2]) {
        let mut values = [0, 0];
        for side in [0, 1] {
            let now = seen[side].map(|max| max - self.rules.delays[side]);
            // A side of which nothing was ever seen counts as the epoch.
            values[side] = match (self.reached[side], now) {
                (None, None) => 0,
                (None, Some(value)) | (Some(value), None) => value,
                (Some(old), Some(new)) => old.max(new),
            };
            self.reached[side] = Some(values[side]);
        }
        let [left, right] = values;
        let global = match self.rules.settings.policy {
            WatermarkPolicy::Min => left.min(right),
            WatermarkPolicy::Max => left.max(right),
        };
        self.watermark = self.watermark.max(global);
    }
}
