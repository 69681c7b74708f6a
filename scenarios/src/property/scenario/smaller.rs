//! The smallest case that still fails: fewer lines and records by [`crate::property::shrink`], then plainer records.
//!
//! A smaller case stays within what the property varies. Where arrivals are not varied, the records keep their order
//! and their lines; a record that is sent again was sent before.

use std::collections::BTreeMap;

use super::base::Base;
use super::records::{Records, with_fields};
use super::trial::{Sent, Trial, TrialLine, length, records_sent};
use crate::file::{Body, Fault, Length, Literal, Template, Trouble, UtcTime, Vary};
use crate::property::shrink::{Shrink, shrink};

/// A case that fails, and how often something smaller was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Smallest {
    /// Its records.
    pub base: Base,
    /// The case.
    pub trial: Trial,
    /// Cases that were tried.
    pub tried: usize,
}

/// Makes a case smaller for as long as it fails, or until so many were tried.
pub fn smallest(
    base: &Base,
    trial: &Trial,
    vary: &[Vary],
    tries_max: usize,
    mut fails: impl FnMut(&Base, &Trial) -> bool,
) -> Smallest {
    let mut smallest = Smallest { base: base.clone(), trial: trial.clone(), tried: 0 };
    loop {
        let before = smallest.clone();
        fewer_lines(&mut smallest, vary, tries_max, &mut fails);
        if smallest.trial.parallelism > 1 {
            let trial = Trial { parallelism: 1, ..smallest.trial.clone() };
            smallest.keep_trial(trial, tries_max, &mut fails);
        }
        plainer_records(&mut smallest, tries_max, &mut fails);
        let changed = before.trial != smallest.trial || before.base != smallest.base;
        if !changed || smallest.tried >= tries_max {
            return smallest;
        }
    }
}

fn fewer_lines(
    smallest: &mut Smallest,
    vary: &[Vary],
    tries_max: usize,
    fails: &mut impl FnMut(&Base, &Trial) -> bool,
) {
    let (base, tried) = (&smallest.base, smallest.tried);
    let own = own(base);
    let trial = smallest.trial.clone();
    let with = |lines: &[TrialLine]| Trial { lines: lines.to_vec(), ..trial.clone() };
    let shrunk = shrink(trial.lines.clone(), tries_max.saturating_sub(tried), |lines| {
        is_within(lines, base, &own, vary) && fails(base, &with(lines))
    });
    smallest.tried += shrunk.tried;
    smallest.trial.lines = shrunk.lines;
}

impl Smallest {
    fn keep_trial(&mut self, trial: Trial, tries_max: usize, fails: &mut impl FnMut(&Base, &Trial) -> bool) {
        if self.tried < tries_max {
            self.tried += 1;
            if fails(&self.base, &trial) {
                self.trial = trial;
            }
        }
    }

    /// Keeps other records if the case still fails with them.
    fn keep_records(
        &mut self,
        records: Records,
        tries_max: usize,
        fails: &mut impl FnMut(&Base, &Trial) -> bool,
    ) -> bool {
        if self.tried >= tries_max || records == self.base.records {
            return false;
        }
        self.tried += 1;
        let base = Base { records, ..self.base.clone() };
        let kept = fails(&base, &self.trial);
        if kept {
            self.base = base;
        }
        kept
    }
}

/// How the scenario's own lines send each record.
fn own(base: &Base) -> BTreeMap<usize, Sent> {
    base.lines.iter().flat_map(TrialLine::sent).map(|sent| (sent.record, *sent)).collect()
}

/// Whether lines differ from the scenario's own by what is varied alone.
fn is_within(lines: &[TrialLine], base: &Base, own: &BTreeMap<usize, Sent>, vary: &[Vary]) -> bool {
    let arrivals = vary.contains(&Vary::Arrival);
    let lines_vary = arrivals || vary.contains(&Vary::Batching);
    let mut first: BTreeMap<usize, i64> = BTreeMap::new();
    let (mut now, mut last) = (0, None);
    let mut arrived = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        now += line.micros(base.tick);
        for sent in line.sent() {
            let arrival = now + sent.after.micros();
            if sent.again {
                arrived.push((sent.record, arrival));
                continue;
            }
            first.insert(sent.record, arrival);
            let known = own.get(&sent.record);
            let as_own =
                known.is_some_and(|own| sent.times >= own.times && (arrivals || sent.after == own.after));
            let own_line = base.records.all[sent.record].line;
            let same_lines = last.is_none_or(|(trial_line, line)| (trial_line == at) == (line == own_line));
            if !as_own || (!lines_vary && !same_lines) {
                return false;
            }
            last = Some((at, own_line));
        }
    }
    arrived.iter().all(|(record, arrival)| first.get(record).is_some_and(|first| first <= arrival))
}

/// How far the most displaced record comes behind its turn, in microseconds: its turn is when the latest of those
/// before it in their own order happened.
pub fn displacement(base: &Base, lines: &[TrialLine]) -> i64 {
    let mut turns: BTreeMap<usize, i64> = BTreeMap::new();
    let mut latest = i64::MIN;
    for record in records_sent(lines) {
        latest = latest.max(base.records.all[record].time.0);
        turns.insert(record, latest);
    }
    let mut arrivals = Vec::new();
    let mut now = 0;
    for line in lines {
        now += line.micros(base.tick);
        arrivals.extend(line.sent().iter().map(|sent| (now + sent.after.micros(), sent.record)));
    }
    arrivals.sort_by_key(|(arrival, _)| *arrival);
    let (mut latest, mut furthest) = (i64::MIN, 0);
    for turn in arrivals.iter().map(|(_, record)| turns[record]) {
        latest = latest.max(turn);
        furthest = furthest.max(latest - turn);
    }
    furthest
}

impl Shrink for TrialLine {
    fn parts(&self) -> usize {
        self.sent().len()
    }

    fn without(&self, part: usize) -> Self {
        let mut sent = self.sent().to_vec();
        sent.remove(part);
        TrialLine::Send(sent)
    }

    fn merged(&self, next: &Self) -> Option<Self> {
        match (self, next) {
            (TrialLine::Send(one), TrialLine::Send(other)) => {
                Some(TrialLine::Send([one.as_slice(), other].concat()))
            }
            _ => None,
        }
    }

    fn plainer(&self) -> Vec<Self> {
        match self {
            TrialLine::Send(sent) => plainer_sent(sent).into_iter().map(TrialLine::Send).collect(),
            TrialLine::Advance(time) if time.micros() > 60_000_000 => {
                vec![TrialLine::Advance(length(60_000_000))]
            }
            TrialLine::Fault(fault) => {
                plainer_fault(fault).into_iter().map(|fault| TrialLine::Fault(Box::new(fault))).collect()
            }
            _ => vec![],
        }
    }
}

fn plainer_sent(sent: &[Sent]) -> Vec<Vec<Sent>> {
    let one = |(at, one): (usize, &Sent)| {
        let at_once = Sent { after: Length::default(), ..*one };
        let once = Sent { times: 1, ..*one };
        [at_once, once].into_iter().filter(|plain| plain != one).map(|plain| (at, plain)).collect::<Vec<_>>()
    };
    let with = |(at, plain): (usize, Sent)| {
        let mut all = sent.to_vec();
        all[at] = plain;
        all
    };
    sent.iter().enumerate().flat_map(one).map(with).collect()
}

/// A trouble that ends by itself after one trigger.
fn plainer_fault(fault: &Fault) -> Vec<Fault> {
    let short =
        |trouble: &Trouble| trouble.length.is_some().then(|| Trouble { length: None, ..trouble.clone() });
    let plain = match fault {
        Fault::Kinesis(trouble) => short(trouble).map(Fault::Kinesis),
        Fault::S3(trouble) => short(trouble).map(Fault::S3),
        Fault::Glue(trouble) => short(trouble).map(Fault::Glue),
        _ => None,
    };
    plain.into_iter().collect()
}

const SECOND: i64 = 1_000_000;

/// Ids, times and fields, record by record.
fn plainer_records(smallest: &mut Smallest, tries_max: usize, fails: &mut impl FnMut(&Base, &Trial) -> bool) {
    shorter_ids(smallest, tries_max, fails);
    for record in records_sent(&smallest.trial.lines) {
        for unit in [3600 * SECOND, 600 * SECOND, 60 * SECOND, SECOND] {
            let mut records = smallest.base.records.clone();
            let one = &mut records.all[record];
            let has_time = matches!(&one.body, Body::Row(row) if row.has_time());
            let rounded = UtcTime(one.time.0.div_euclid(unit) * unit);
            if !has_time || rounded == one.time {
                continue;
            }
            one.time = rounded;
            if smallest.keep_records(records, tries_max, fails) {
                break;
            }
        }
        fewer_fields(smallest, record, tries_max, fails);
        plainer_body(smallest, record, tries_max, fails);
    }
}

/// Long ids become `a`, `b`, `c`, wherever a record or another one that refers to it has them.
fn shorter_ids(smallest: &mut Smallest, tries_max: usize, fails: &mut impl FnMut(&Base, &Trial) -> bool) {
    let used = records_sent(&smallest.trial.lines);
    let mut ids: Vec<String> = Vec::new();
    for record in &used {
        let id = &smallest.base.records.all[*record].id;
        if id.len() > 3 && !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    for (number, id) in ids.iter().enumerate() {
        let short = match u8::try_from(number) {
            Ok(number) if number < 26 => char::from(b'a' + number).to_string(),
            _ => format!("k{number}"),
        };
        if used.iter().any(|record| smallest.base.records.all[*record].id == short) {
            continue;
        }
        let records = renamed(&smallest.base.records, &used, id, &short);
        smallest.keep_records(records, tries_max, fails);
    }
}

fn renamed(records: &Records, used: &[usize], id: &str, short: &str) -> Records {
    let mut records = records.clone();
    for record in used {
        let mut one = records.all[*record].clone();
        if one.id == id {
            one.id = short.to_owned();
        }
        for (_, value) in one.fields.iter_mut().filter(|(_, value)| value == id) {
            *value = short.to_owned();
        }
        let shape = records.shapes[one.shape].clone();
        if shape.is_own {
            one.body = with_fields(&shape.body, &one.fields);
        } else {
            one.body = match &one.body {
                Body::Row(row) => Body::Row(replaced(row, id, short)),
                Body::Raw(text) => Body::Raw(text.clone()),
            };
            let key = if shape.key == id { short } else { &shape.key };
            one.shape = records.shape(&shape.name, &shape.stream, key, one.body.clone());
        }
        records.all[*record] = one;
    }
    records
}

fn replaced(template: &Template, id: &str, short: &str) -> Template {
    match template {
        Template::Literal(Literal::Text(text)) if text == id => {
            Template::Literal(Literal::Text(short.to_owned()))
        }
        Template::Object(fields) => Template::Object(
            fields.iter().map(|(name, field)| (name.clone(), replaced(field, id, short))).collect(),
        ),
        Template::List(items) => Template::List(items.iter().map(|item| replaced(item, id, short)).collect()),
        other => other.clone(),
    }
}

/// Without the fields that a line gives other values than its shape has.
fn fewer_fields(
    smallest: &mut Smallest,
    record: usize,
    tries_max: usize,
    fails: &mut impl FnMut(&Base, &Trial) -> bool,
) {
    let mut field = smallest.base.records.all[record].fields.len();
    while field > 0 {
        field -= 1;
        let mut records = smallest.base.records.clone();
        let shape = records.shapes[records.all[record].shape].body.clone();
        let one = &mut records.all[record];
        one.fields.remove(field);
        one.body = with_fields(&shape, &one.fields);
        smallest.keep_records(records, tries_max, fails);
    }
}

/// A plainer partition key and plainer literals in a row that was drawn.
fn plainer_body(
    smallest: &mut Smallest,
    record: usize,
    tries_max: usize,
    fails: &mut impl FnMut(&Base, &Trial) -> bool,
) {
    let mut again = true;
    while again {
        again = false;
        let one = &smallest.base.records.all[record];
        let shape = smallest.base.records.shapes[one.shape].clone();
        let (Body::Row(row), false) = (&one.body, shape.is_own) else { return };
        let by_id = (shape.key != "$id").then(|| ("$id", row.clone()));
        let plainer = plainer_templates(row).into_iter().map(|row| (shape.key.as_str(), row));
        for (key, plain) in by_id.into_iter().chain(plainer) {
            let mut records = smallest.base.records.clone();
            let body = Body::Row(plain);
            records.all[record].shape = records.shape(&shape.name, &shape.stream, key, body.clone());
            records.all[record].body = body;
            if smallest.keep_records(records, tries_max, fails) {
                again = true;
                break;
            }
        }
    }
}

/// The same with one value plainer.
fn plainer_templates(template: &Template) -> Vec<Template> {
    let literal = |literal| vec![Template::Literal(literal)];
    match template {
        Template::Literal(Literal::Float(number)) if *number != 1.0 => literal(Literal::Float(1.0)),
        Template::Literal(Literal::Int(number)) if !(0..=1).contains(number) => literal(Literal::Int(1)),
        Template::Literal(Literal::Text(text)) if text.len() > 1 => literal(Literal::Text("a".to_owned())),
        Template::Object(fields) => {
            let with = |at: usize, plain: Template| {
                let mut all = fields.clone();
                all[at].1 = plain;
                Template::Object(all)
            };
            let each = fields.iter().enumerate();
            each.flat_map(|(at, (_, field))| plainer_templates(field).into_iter().map(move |p| (at, p)))
                .map(|(at, plain)| with(at, plain))
                .collect()
        }
        Template::List(items) => {
            let mut plainer = Vec::new();
            if items.len() > 1 {
                plainer.push(Template::List(items[..1].to_vec()));
            }
            if let [only] = items.as_slice() {
                plainer.extend(plainer_templates(only).into_iter().map(|plain| Template::List(vec![plain])));
            }
            plainer
        }
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::Record;
    use super::*;

    fn row(id: &str) -> Template {
        Template::Object(vec![
            ("id".to_owned(), Template::Literal(Literal::Text(id.to_owned()))),
            ("n".to_owned(), Template::Literal(Literal::Int(17))),
            (
                "at".to_owned(),
                Template::Reference(crate::file::Reference::EventTime(crate::file::TimeForm::Iso)),
            ),
        ])
    }

    /// Six generated records, in pairs of one id and one line.
    fn base() -> Base {
        let (mut records, mut lines) = (Records::default(), Vec::new());
        for at in 0..6 {
            let id = format!("record-{}", at / 2);
            let body = Body::Row(row(&id));
            let shape = records.shape("S", "s", "$id", body.clone());
            let time = UtcTime(at as i64 * 61_300_000);
            records.all.push(Record { shape, id, time, fields: vec![], body, line: at / 2, due: time.0 });
        }
        for at in 0..3 {
            let sent = |record| Sent { record, again: false, after: Length::default(), times: 1 };
            lines.push(TrialLine::Send(vec![sent(at * 2), sent(at * 2 + 1)]));
        }
        Base { records, lines, tick: 10_000_000, delay: 0, streams: vec![] }
    }

    #[test]
    fn what_is_left_is_what_fails_and_plain() {
        let base = base();
        let mut lines = base.lines.clone();
        lines.insert(1, TrialLine::Crash);
        lines.push(TrialLine::Restart);
        let trial = Trial { seed: 0, parallelism: 3, lines };
        // Fails when record 3 comes before record 4.
        let fails = |_: &Base, trial: &Trial| {
            let sent: Vec<usize> = trial.lines.iter().flat_map(TrialLine::sent).map(|s| s.record).collect();
            let at = |record| sent.iter().position(|sent| *sent == record);
            matches!((at(3), at(4)), (Some(three), Some(four)) if three < four)
        };
        let smallest = smallest(&base, &trial, &[Vary::CrashPoints], 1000, fails);
        // Batching is not varied, so the two stay in lines of their own.
        assert_eq!(smallest.trial.lines.len(), 2);
        assert_eq!((records_sent(&smallest.trial.lines), smallest.trial.parallelism), (vec![3, 4], 1));
        let left = |record: usize| smallest.base.records.all[record].clone();
        assert_eq!((left(3).id.as_str(), left(4).id.as_str()), ("a", "b"));
        assert_eq!((left(3).time, left(4).time), (UtcTime(0), UtcTime(0)));
        let Body::Row(row) = left(4).body else { panic!("it is a row") };
        assert_eq!(row.field("id"), Some(&Template::Literal(Literal::Text("b".to_owned()))));
        assert_eq!(row.field("n"), Some(&Template::Literal(Literal::Int(1))));
        let merged = super::smallest(&base, &trial, &[Vary::Batching], 1000, fails);
        assert_eq!(merged.trial.lines.len(), 1);
    }

    #[test]
    fn a_record_is_displaced_by_how_far_others_overtake_it() {
        let base = base();
        assert_eq!(displacement(&base, &base.lines), 0);
        let mut lines = base.lines.clone();
        lines.swap(0, 2);
        // Record 0 comes behind record 5.
        assert_eq!(displacement(&base, &lines), 5 * 61_300_000);
        lines.pop();
        assert_eq!(displacement(&base, &lines), 3 * 61_300_000);
        let late = Sent { record: 0, again: false, after: length(20_000_000), times: 1 };
        let lines = [TrialLine::Send(vec![late]), base.lines[1].clone(), base.lines[2].clone()];
        assert_eq!(displacement(&base, &lines), 3 * 61_300_000);
    }

    #[test]
    fn a_case_stays_within_what_is_varied() {
        let base = base();
        let own = own(&base);
        let within = |lines: &[TrialLine], vary: &[Vary]| is_within(lines, &base, &own, vary);
        assert!(within(&base.lines, &[Vary::Faults]));
        let whole = [base.lines[0].merged(&base.lines[1]).unwrap()];
        assert!(within(&whole, &[Vary::Batching]));
        assert!(!within(&whole, &[Vary::Duplicates]));
        let sent = |again, micros| Sent { record: 0, again, after: length(micros), times: 1 };
        let late = [TrialLine::Send(vec![sent(false, 5)])];
        assert!(within(&late, &[Vary::Arrival]));
        assert!(!within(&late, &[Vary::Batching]));
        let alone = [TrialLine::Send(vec![sent(true, 0)])];
        assert!(!within(&alone, &[Vary::Duplicates]));
        let early = [TrialLine::Send(vec![sent(true, 0), sent(false, 5)])];
        assert!(!within(&early, &[Vary::Arrival, Vary::Duplicates]));
        let twice = [TrialLine::Send(vec![sent(false, 0), sent(true, 0)])];
        assert!(within(&twice, &[Vary::Duplicates]));
    }
}
