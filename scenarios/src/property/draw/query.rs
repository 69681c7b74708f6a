//! The query of a case: a join, an aggregation, a deduplication, or a chain of them, with lengths on the grid of the
//! event times, so that rows meet every bound exactly.

use crate::conform::{Aggregate, Config, Join, Key, Mode, Op, Policy, Stream, Window, WindowKind};
use crate::rng::Rng;

/// Lengths of a unit of the grid, in seconds.
const UNITS: [i64; 4] = [1, 10, 60, 600];

/// Families of queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Two streams within a range of time.
    Join(Join),
    /// Windows of fixed length.
    Windows,
    /// Windows that end with a gap.
    Sessions,
    /// One row per key.
    Dedup,
    /// One row per key for a while.
    DedupWithin,
    /// An inner join, and windows over its rows.
    JoinThenWindows,
    /// A deduplication, and windows over its rows.
    DedupThenWindows,
    /// Windows over windows.
    WindowsThenWindows,
    /// Two streams as one, and windows over them.
    UnionThenWindows,
}

impl Family {
    /// All of them; joins come in most kinds.
    pub const ALL: [Family; 14] = [
        Self::Join(Join::Inner),
        Self::Join(Join::LeftOuter),
        Self::Join(Join::RightOuter),
        Self::Join(Join::FullOuter),
        Self::Join(Join::LeftSemi),
        Self::Join(Join::Inner),
        Self::Windows,
        Self::Sessions,
        Self::Dedup,
        Self::DedupWithin,
        Self::JoinThenWindows,
        Self::DedupThenWindows,
        Self::WindowsThenWindows,
        Self::UnionThenWindows,
    ];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Join(Join::Inner) => "inner join",
            Self::Join(Join::LeftOuter) => "left outer join",
            Self::Join(Join::RightOuter) => "right outer join",
            Self::Join(Join::FullOuter) => "full outer join",
            Self::Join(Join::LeftSemi) => "left semi join",
            Self::Join(Join::LeftAnti) => "left anti join",
            Self::Windows => "windows",
            Self::Sessions => "sessions",
            Self::Dedup => "deduplication",
            Self::DedupWithin => "deduplication within the watermark",
            Self::JoinThenWindows => "join, then windows",
            Self::DedupThenWindows => "deduplication, then windows",
            Self::WindowsThenWindows => "windows, then windows",
            Self::UnionThenWindows => "union, then windows",
        }
    }

    fn has_two_streams(self) -> bool {
        matches!(self, Self::Join(_) | Self::JoinThenWindows | Self::UnionThenWindows)
    }

    fn joins(self) -> bool {
        matches!(self, Self::Join(_) | Self::JoinThenWindows)
    }
}

/// A query that was drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// What it is.
    pub family: Family,
    /// How it is run.
    pub config: Config,
    /// What it reads.
    pub streams: Vec<Stream>,
    /// What it does.
    pub query: Vec<Op>,
    /// Seconds of a unit of the grid.
    pub unit: i64,
    /// The delay of each stream's watermark in units; `None` without one.
    pub delays: Vec<Option<i64>>,
}

impl Drawn {
    /// A unit of the grid in microseconds.
    pub fn unit_micros(&self) -> i64 {
        self.unit * 1_000_000
    }

    /// Key, time and value of a stream.
    pub fn columns(&self, place: usize) -> [&'static str; 3] {
        match (self.family.joins(), place) {
            (false, _) => ["k", "t", "v"],
            (true, 0) => ["lk", "lt", "lv"],
            (true, _) => ["rk", "rt", "rv"],
        }
    }

    /// Draws one of a family.
    pub fn draw(family: Family, rng: &Rng) -> Self {
        let mut draw = Draw { rng: rng.fork("query"), unit: 0 };
        draw.unit = draw.one_of(&UNITS);
        let config = draw.config(family);
        let streams = if family.has_two_streams() { 2 } else { 1 };
        let delays: Vec<Option<i64>> = (0..streams).map(|_| draw.delay(family, config.output_mode)).collect();
        let mut drawn =
            Self { family, config, streams: vec![], query: vec![], unit: draw.unit, delays: delays.clone() };
        for (place, delay) in delays.iter().enumerate() {
            let stream = draw.stream(["L", "R"][place], drawn.columns(place), *delay);
            drawn.streams.push(stream);
        }
        drawn.query = draw.query(family);
        drawn
    }
}

struct Draw {
    rng: Rng,
    unit: i64,
}

fn select(exprs: &[&str]) -> Op {
    Op::Select { exprs: exprs.iter().map(|expr| (*expr).to_owned()).collect() }
}

fn named(expr: &str, name: &str) -> Aggregate {
    Aggregate { expr: expr.to_owned(), name: name.to_owned() }
}

impl Draw {
    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.rng.below(choices.len() as u64) as usize]
    }

    fn seconds(&self, units: i64) -> String {
        format!("{} seconds", units * self.unit)
    }

    fn config(&mut self, family: Family) -> Config {
        let output_mode = match family {
            Family::Windows => self.one_of(&[Mode::Append, Mode::Append, Mode::Update, Mode::Complete]),
            Family::Sessions => self.one_of(&[Mode::Append, Mode::Append, Mode::Complete]),
            _ => Mode::Append,
        };
        Config {
            output_mode,
            shuffle_partitions: Some(1),
            watermark_policy: self.one_of(&[Policy::Min, Policy::Min, Policy::Max]),
            no_data_batches: !self.rng.chance(0.1),
            ..Config::default()
        }
    }

    /// What may do without a watermark does so now and then; its state is never let go.
    fn delay(&mut self, family: Family, mode: Mode) -> Option<i64> {
        let optional = match family {
            Family::Join(Join::Inner) | Family::Dedup => true,
            Family::Windows => mode != Mode::Append,
            _ => false,
        };
        let delay = self.rng.between(0, 5);
        (!(optional && self.rng.chance(0.1))).then_some(delay)
    }

    fn stream(&mut self, name: &str, [key, time, value]: [&str; 3], delay: Option<i64>) -> Stream {
        let as_time = Op::With { col: time.to_owned(), expr: format!("cast({time} as timestamp)") };
        let watermark = delay.map(|units| Op::Watermark { col: time.to_owned(), delay: self.seconds(units) });
        let filter = self.rng.chance(0.15).then(|| Op::Filter { expr: format!("{value} > 0") });
        let filter_first = self.rng.chance(0.5);
        let (before, after) = if filter_first { (filter, None) } else { (None, filter) };
        Stream {
            name: name.to_owned(),
            schema: Some(format!("{key} STRING, {time} STRING, {value} BIGINT")),
            json_mode: None,
            json_options: Default::default(),
            keep_struct: None,
            steps: [Some(as_time), before, watermark, after].into_iter().flatten().collect(),
        }
    }

    fn query(&mut self, family: Family) -> Vec<Op> {
        let from = Op::From { stream: "L".to_owned(), name: None };
        match family {
            Family::Join(kind) => {
                let mut ops = vec![self.join(kind)];
                ops.extend(self.behind_a_join(kind));
                ops
            }
            Family::Windows => vec![from, self.windows("t")],
            Family::Sessions => vec![from, self.sessions()],
            Family::Dedup => {
                let columns = self.one_of(&[&["k"][..], &["v"][..], &["k", "t"][..]]);
                let some = self.rng.chance(0.4).then(|| select(columns));
                [from, self.dedup(false)].into_iter().chain(some).collect()
            }
            Family::DedupWithin => vec![from, self.dedup(true)],
            Family::JoinThenWindows => {
                let join = self.join(Join::Inner);
                vec![join, select(&["lk as k", "lt", "lv + rv as v"]), self.windows("lt")]
            }
            Family::DedupThenWindows => {
                let cols = self.one_of(&[&["k", "t"][..], &["k", "t", "v"][..]]);
                let dedup = Op::Dedup { cols: cols.iter().map(|col| (*col).to_owned()).collect() };
                vec![from, dedup, self.windows("t")]
            }
            Family::WindowsThenWindows => {
                let (inner, outer) = (self.rng.between(1, 3), self.rng.between(1, 3));
                let window = |col: &str, units: i64| Window {
                    duration: Some(self.seconds(units)),
                    ..window(WindowKind::Tumbling, col)
                };
                let keys = vec![Key::Column("k".to_owned())];
                let (inner, outer) = (window("t", inner), window("window", inner * outer));
                vec![
                    from,
                    aggregate(inner, keys, vec![named("count(*)", "n"), named("max(v)", "hi")]),
                    aggregate(outer, vec![], vec![named("sum(n)", "n"), named("max(hi)", "hi")]),
                ]
            }
            Family::UnionThenWindows => {
                let union = Op::Union { left: "L".to_owned(), right: "R".to_owned(), name: None };
                vec![union, self.windows("t")]
            }
        }
    }

    fn join(&mut self, kind: Join) -> Op {
        let outer = !matches!(kind, Join::Inner);
        let (low, high) = (self.rng.between(-4, 2), self.rng.between(0, 5));
        let low = self.bound("rt", [">=", ">"], "lt", low);
        let high = self.bound("rt", ["<=", "<"], "lt", high);
        // Only an inner join may keep its rows for ever.
        let (with_low, with_high) = match outer {
            true => (true, true),
            false => (self.rng.chance(0.85), self.rng.chance(0.85)),
        };
        let keys = self.one_of(&["lk = rk", "lk = rk", "lk = rk", "rk = lk", "lk = rk AND lt = rt"]);
        let mut parts = vec![keys.to_owned()];
        parts.extend(with_low.then_some(low));
        parts.extend(with_high.then_some(high));
        if self.rng.chance(0.15) {
            parts.push(self.one_of(&["lv <= rv", "lv + rv > 2"]).to_owned());
        }
        Op::Join {
            left: Some("L".to_owned()),
            right: "R".to_owned(),
            kind,
            on: parts.join(" AND "),
            name: None,
        }
    }

    /// Columns that nobody wants are gone before they are joined, and filters move.
    fn behind_a_join(&mut self, kind: Join) -> Vec<Op> {
        let (filters, columns): (&[&str], &[&[&str]]) = match kind {
            Join::LeftSemi => (&["lv > 0", "lk <> 'a'"], &[&["lk", "lv"], &["lv"], &["lt"]]),
            _ => (
                &["lv > 0", "rv < 5", "lk <> 'a'", "lt > rt", "rv IS NULL"],
                &[&["lk", "lv", "rv"], &["rk"], &["lt", "rv"], &["rt", "lv"]],
            ),
        };
        let (filter, columns) = (self.one_of(filters), self.one_of(columns));
        let filter = self.rng.chance(0.2).then(|| Op::Filter { expr: filter.to_owned() });
        let some = self.rng.chance(0.4).then(|| select(columns));
        filter.into_iter().chain(some).collect()
    }

    /// `rt >= lt + interval 5 seconds`, or the same turned round.
    fn bound(&mut self, left: &str, signs: [&str; 2], right: &str, units: i64) -> String {
        let sign = if self.rng.chance(0.7) { signs[0] } else { signs[1] };
        let interval = format!("interval {}", self.seconds(units.abs()));
        let plus = if units < 0 { "-" } else { "+" };
        let turned: String = sign
            .chars()
            .map(|c| {
                if c == '<' {
                    '>'
                } else if c == '>' {
                    '<'
                } else {
                    c
                }
            })
            .collect();
        match self.rng.chance(0.3) {
            true => format!("{right} {plus} {interval} {turned} {left}"),
            false => format!("{left} {sign} {right} {plus} {interval}"),
        }
    }

    fn windows(&mut self, col: &str) -> Op {
        let units = self.rng.between(1, 4);
        let slide = self.rng.between(1, units);
        let start = self.rng.chance(0.2).then(|| self.seconds(1));
        let sliding = self.rng.chance(0.3);
        let window = Window {
            duration: Some(self.seconds(units)),
            slide: sliding.then(|| self.seconds(slide)),
            start: start.filter(|_| units > 1 && (!sliding || slide > 1)),
            ..window(if sliding { WindowKind::Sliding } else { WindowKind::Tumbling }, col)
        };
        let keys = if self.rng.chance(0.6) { vec![Key::Column("k".to_owned())] } else { vec![] };
        aggregate(window, keys, self.aggregates())
    }

    fn sessions(&mut self) -> Op {
        let gap = self.rng.between(1, 4);
        let window = Window { gap: Some(self.seconds(gap)), ..window(WindowKind::Session, "t") };
        aggregate(window, vec![Key::Column("k".to_owned())], self.aggregates())
    }

    fn aggregates(&mut self) -> Vec<Aggregate> {
        let more = [
            named("sum(v)", "total"),
            named("min(v)", "low"),
            named("max(v)", "high"),
            named("avg(v)", "mean"),
        ];
        let mut all = vec![named("count(*)", "n")];
        all.extend(more.into_iter().filter(|_| self.rng.chance(0.4)));
        all
    }

    fn dedup(&mut self, within: bool) -> Op {
        let cols = match within {
            true => self.one_of(&[&["k"][..], &["k", "v"][..]]),
            false => self.one_of(&[&["k"][..], &["k", "t"][..], &["t", "v"][..], &[][..]]),
        };
        let cols = cols.iter().map(|col| (*col).to_owned()).collect();
        if within { Op::DedupWithinWatermark { cols } } else { Op::Dedup { cols } }
    }
}

fn window(kind: WindowKind, col: &str) -> Window {
    Window {
        kind,
        col: col.to_owned(),
        duration: None,
        slide: None,
        start: None,
        gap: None,
        gap_expr: None,
        name: None,
    }
}

fn aggregate(window: Window, keys: Vec<Key>, aggs: Vec<Aggregate>) -> Op {
    Op::Aggregate { window: Some(window), keys, aggs, name: None }
}
