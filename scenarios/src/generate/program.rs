//! Row templates, compiled once and run once per event: text that never changes is joined at compile time, and JSON is
//! written straight into a buffer.

use super::{fakes, json_text};
use crate::file::{
    FakeName, IntRange, KeyPattern, Literal, Part, Pattern, Reference, Template, TimeForm, UtcTime,
};
use crate::rng::{Rng, Weights};

/// A compiled template.
#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
}

/// What a row can refer to.
#[derive(Debug)]
pub(super) struct Moment<'a> {
    /// The event's key.
    pub key: &'a str,
    /// The event's time in microseconds.
    pub event_time: i64,
    /// Key and time of the event that this one follows.
    pub parent: Option<(&'a str, i64)>,
}

#[derive(Debug)]
enum Step {
    /// Bytes that are the same in every row.
    Text(Vec<u8>),
    Reference(Reference),
    Draw(Box<Draw>),
}

/// A generator with its own draws, so that its neighbours' draws do not depend on it.
#[derive(Debug)]
struct Draw {
    rng: Rng,
    kind: DrawKind,
}

#[derive(Debug)]
enum DrawKind {
    Pick(Vec<Program>),
    PickText(Pattern),
    Repeat(IntRange, Program),
    Fake(FakeName),
    Uniform { low: f64, high: f64 },
    Rounded { low: f64, high: f64, decimals: u8 },
    Int(IntRange),
    Date(IntRange),
    WeightedIndex(Weights),
    WeightedText(Weights, Vec<String>),
    Uuid(KeyPattern),
    Chance { share: f64, then: Program, otherwise: Program },
}

impl Program {
    /// Compiles a template. `rng` names the draws of this place; places inside it fork from it by name.
    pub fn compile(template: &Template, rng: &Rng) -> Self {
        let mut program = Self { steps: Vec::new() };
        program.add(template, rng);
        program
    }

    /// Writes one value.
    pub fn write(&mut self, moment: &Moment<'_>, out: &mut Vec<u8>) {
        for step in &mut self.steps {
            match step {
                Step::Text(text) => out.extend_from_slice(text),
                Step::Reference(reference) => write_reference(*reference, moment, out),
                Step::Draw(draw) => draw.write(moment, out),
            }
        }
    }

    fn add(&mut self, template: &Template, rng: &Rng) {
        match template {
            Template::Literal(literal) => self.add_literal(literal),
            Template::Object(fields) => self.add_object(fields, rng),
            Template::List(items) => self.add_list(items, rng),
            Template::Reference(reference) => self.steps.push(Step::Reference(*reference)),
            generator => {
                let kind = DrawKind::compile(generator, rng);
                self.steps.push(Step::Draw(Box::new(Draw { rng: rng.clone(), kind })));
            }
        }
    }

    fn add_object(&mut self, fields: &[(String, Template)], rng: &Rng) {
        for (index, (name, template)) in fields.iter().enumerate() {
            self.text().push(if index == 0 { b'{' } else { b',' });
            json_text::string(name, self.text());
            self.text().push(b':');
            self.add(template, &rng.fork(name));
        }
        self.text().extend_from_slice(if fields.is_empty() { b"{}" } else { b"}" });
    }

    fn add_list(&mut self, items: &[Template], rng: &Rng) {
        for (index, template) in items.iter().enumerate() {
            self.text().push(if index == 0 { b'[' } else { b',' });
            self.add(template, &rng.fork(&index.to_string()));
        }
        self.text().extend_from_slice(if items.is_empty() { b"[]" } else { b"]" });
    }

    fn add_literal(&mut self, literal: &Literal) {
        let out = self.text();
        match literal {
            Literal::Null => out.extend_from_slice(b"null"),
            Literal::Bool(true) => out.extend_from_slice(b"true"),
            Literal::Bool(false) => out.extend_from_slice(b"false"),
            Literal::Int(number) => json_text::integer(*number, out),
            Literal::Float(number) => json_text::float(*number, out),
            Literal::Text(text) => json_text::string(text, out),
        }
    }

    /// The text at the end of the program, to be extended.
    fn text(&mut self) -> &mut Vec<u8> {
        if !matches!(self.steps.last(), Some(Step::Text(_))) {
            self.steps.push(Step::Text(Vec::new()));
        }
        match self.steps.last_mut() {
            Some(Step::Text(text)) => text,
            _ => unreachable!("a text was just put there"),
        }
    }
}

impl DrawKind {
    fn compile(generator: &Template, rng: &Rng) -> Self {
        let part = |name: &str, template: &Template| Program::compile(template, &rng.fork(name));
        match generator {
            Template::Pick(items) => {
                let items = items.iter().enumerate();
                Self::Pick(items.map(|(index, item)| part(&index.to_string(), item)).collect())
            }
            Template::PickText(pattern) => Self::PickText(pattern.clone()),
            Template::Repeat { count, of } => Self::Repeat(*count, part("of", of)),
            Template::Fake(name) => Self::Fake(*name),
            Template::Uniform { low, high, round: None } => Self::Uniform { low: *low, high: *high },
            Template::Uniform { low, high, round: Some(decimals) } => {
                Self::Rounded { low: *low, high: *high, decimals: *decimals }
            }
            Template::Int(range) => Self::Int(*range),
            Template::Date(days) => Self::Date(*days),
            Template::WeightedIndex(weights) => Self::WeightedIndex(Weights::new(weights.iter().copied())),
            Template::WeightedText(named) => {
                let weights = Weights::new(named.iter().map(|(_, weight)| *weight));
                Self::WeightedText(weights, named.iter().map(|(name, _)| name.clone()).collect())
            }
            Template::Uuid(pattern) => Self::Uuid(pattern.clone()),
            Template::Chance { share, then, otherwise } => {
                Self::Chance { share: *share, then: part("then", then), otherwise: part("else", otherwise) }
            }
            Template::Literal(_) | Template::Object(_) | Template::List(_) | Template::Reference(_) => {
                unreachable!("values that draw nothing are written without a draw")
            }
        }
    }
}

impl Draw {
    fn write(&mut self, moment: &Moment<'_>, out: &mut Vec<u8>) {
        let rng = &mut self.rng;
        match &mut self.kind {
            DrawKind::Pick(items) => {
                let index = rng.below(items.len() as u64) as usize;
                items[index].write(moment, out);
            }
            DrawKind::PickText(pattern) => write_pattern(pattern, rng, out, |_, _| {}),
            DrawKind::Repeat(count, of) => write_list(rng.between(count.low, count.high), of, moment, out),
            DrawKind::Fake(name) => json_text::string(&fakes::text(*name, rng), out),
            DrawKind::Uniform { low, high } => json_text::float(rng.uniform(*low, *high), out),
            DrawKind::Rounded { low, high, decimals } => {
                write_rounded(rng.uniform(*low, *high), *decimals, out);
            }
            DrawKind::Int(range) => json_text::integer(rng.between(range.low, range.high), out),
            DrawKind::Date(days) => {
                let midnight = UtcTime(rng.between(days.low, days.high) * 86_400_000_000);
                out.push(b'"');
                out.extend_from_slice(&midnight.iso_millis()[..10]);
                out.push(b'"');
            }
            DrawKind::WeightedIndex(weights) => json_text::integer(weights.draw(rng) as i64, out),
            DrawKind::WeightedText(weights, names) => json_text::string(&names[weights.draw(rng)], out),
            DrawKind::Uuid(pattern) => write_pattern(&pattern.0, rng, out, |rng, out| {
                let (high, low) = (rng.next_u64(), rng.next_u64());
                json_text::uuid(high, low, out);
            }),
            DrawKind::Chance { share, then, otherwise } => {
                let chosen = if rng.chance(*share) { then } else { otherwise };
                chosen.write(moment, out);
            }
        }
    }
}

fn write_list(count: i64, of: &mut Program, moment: &Moment<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    for index in 0..count {
        if index > 0 {
            out.push(b',');
        }
        of.write(moment, out);
    }
    out.push(b']');
}

/// Writes a pattern as a string: ranges are drawn, holes are left to the caller.
fn write_pattern(pattern: &Pattern, rng: &mut Rng, out: &mut Vec<u8>, hole: fn(&mut Rng, &mut Vec<u8>)) {
    out.push(b'"');
    for part in &pattern.parts {
        match part {
            Part::Text(text) => json_text::escaped(text, out),
            Part::Hole => hole(rng, out),
            Part::Range(range) => json_text::integer(rng.between(range.low, range.high), out),
        }
    }
    out.push(b'"');
}

/// Rounds to decimals while the scaled number fits an integer; larger numbers have no decimals worth rounding.
fn write_rounded(number: f64, decimals: u8, out: &mut Vec<u8>) {
    const LARGEST: f64 = 9e15;
    let scaled = (number * 10f64.powi(i32::from(decimals))).round();
    match scaled.abs() <= LARGEST {
        true => json_text::fixed(scaled as i64, decimals, out),
        false => json_text::float(number, out),
    }
}

fn write_reference(reference: Reference, moment: &Moment<'_>, out: &mut Vec<u8>) {
    let parent = || moment.parent.expect("only a follower refers to its parent");
    match reference {
        Reference::Key => json_text::string(moment.key, out),
        Reference::ParentKey => json_text::string(parent().0, out),
        Reference::EventTime(form) => write_time(moment.event_time, form, out),
        Reference::ParentEventTime(form) => write_time(parent().1, form, out),
    }
}

fn write_time(micros: i64, form: TimeForm, out: &mut Vec<u8>) {
    match form {
        TimeForm::EpochSeconds => json_text::integer(micros.div_euclid(1_000_000), out),
        TimeForm::EpochMillis => json_text::integer(micros.div_euclid(1_000), out),
        TimeForm::Iso => {
            out.push(b'"');
            out.extend_from_slice(&UtcTime(micros).iso_millis());
            out.push(b'"');
        }
    }
}
