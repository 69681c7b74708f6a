//! `timeline:` what arrives when, and what must hold after it. One line is one trigger.
//!
//! ```text
//! # send                          | then
//! P T1 10:00:00, R T1 10:00:05    | emits 1
//! P T5 10:10:00 @20s x2 price=3   | drops 2 late, watermark 10:10:00
//! tick                            | idle
//! advance 10m
//! crash
//! restart
//! kinesis: { throttle: 50%, for: 30s }
//! ```
//! To the left of `|` stands what is sent: shape, id, event time (now when absent), and then in any order how long
//! after the line it arrives (`@20s`), how often it is sent (`x2`) and fields with other values (`price=3`). To the
//! right stands what must hold once the trigger and the batches without data that it leads to are over. A line that
//! begins with a fault's key is that fault. `crash` alone leaves the jobs dead until `restart`; a job that a `start`
//! line stands for is not running before it.

mod expectation;
mod send;
mod words;

use std::ops::Range;

use serde_saphyr::Spanned;

use super::duration::Length;
use super::entries::Entries;
use super::error::{FileError, Source};
use super::fault::{FAULTS, Fault, FaultText};
use super::from_text::FromText;
use super::shape::Shape;
use super::suggest::{did_you_mean, name_list};
use super::tree::Node;
use super::{ScenarioFile, explain};
use words::Word;

pub use expectation::{Count, Expected, LineExpectation};
pub use send::Send;

/// The lines of a timeline that do something.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// In the order of the file.
    pub lines: Vec<Line>,
}

/// One line: something happens, then something must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its bytes in the file, without the comment.
    pub place: Range<usize>,
    /// Its number in the file, from 1.
    pub number: usize,
    /// What happens.
    pub step: Step,
    /// What must hold then.
    pub expect: Vec<LineExpectation>,
}

/// What happens in a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Records are sent, and the triggers fire. None for a line that says `tick`.
    Send(Vec<Send>),
    /// Time passes, with triggers wherever there is something to read.
    Advance(Length),
    /// The jobs' processes die, until [`Step::Restart`].
    Crash,
    /// Processes that are dead start again; those that live are stopped first.
    Restart,
    /// The jobs start for the first time.
    Start,
    /// Something goes wrong from here on.
    Fault(Box<Spanned<Fault>>),
}

/// The words that a line may begin with, beside shapes and faults.
const STEPS: &[&str] = &["tick", "advance", "crash", "restart", "start"];

/// What the lines are held against.
pub(super) struct Names<'a> {
    pub source: &'a Source,
    pub shapes: &'a Entries<Shape>,
    pub jobs: &'a [&'a str],
}

impl Timeline {
    /// Reads the lines of the value under `timeline:`.
    pub(super) fn read(node: &Node, names: &Names<'_>) -> Result<Self, FileError> {
        let mut lines = Vec::new();
        for line in words::lines(node, names.source)? {
            if !line.text.is_empty() {
                lines.push(names.line(&line)?);
            }
        }
        Ok(Self { lines })
    }
}

impl Names<'_> {
    fn line(&self, line: &Word<'_>) -> Result<Line, FileError> {
        let mut halves = line.split('|').into_iter();
        let left = halves.next().unwrap_or(*line);
        let expect = match (halves.next(), halves.next()) {
            (Some(right), None) => self.expectations(&right)?,
            (None, _) => Vec::new(),
            (Some(_), Some(third)) => {
                let message = "a line has one `|`, between what is sent and what must hold";
                return Err(self
                    .source
                    .error(third.place(), message)
                    .label("a second one stands before this"));
            }
        };
        let step = self.step(&left)?;
        let idle_step = matches!(step, Step::Crash | Step::Start | Step::Fault(_));
        if let Some(first) = expect.first().filter(|_| idle_step) {
            let message = "nothing runs in this line, so nothing can be expected of it";
            let help = "write what must hold behind the next line that sends something, or behind `tick`";
            return Err(self.source.error(first.place.clone(), message).label("not here").help(help));
        }
        let number = self.source.text[..line.at].matches('\n').count() + 1;
        Ok(Line { place: line.place(), number, step, expect })
    }

    fn step(&self, left: &Word<'_>) -> Result<Step, FileError> {
        let words = left.words();
        let Some(first) = words.first() else {
            let help = "write `tick` for a trigger before which nothing is sent";
            return Err(self.source.error(left.place(), "this line sends nothing").help(help));
        };
        if let Some(key) = first.text.strip_suffix(':') {
            return self.fault(left, first, key);
        }
        let alone = |step| match words.get(1) {
            None => Ok(step),
            Some(more) => {
                let message = format!("`{}` stands alone", first.text);
                Err(self.source.error(more.place(), message).label("leave this out"))
            }
        };
        match first.text {
            "tick" => alone(Step::Send(Vec::new())),
            "crash" => alone(Step::Crash),
            "restart" => alone(Step::Restart),
            "start" => alone(Step::Start),
            "advance" => self.advance(first, &words[1..]),
            _ => {
                Ok(Step::Send(left.split(',').iter().map(|part| self.send(part)).collect::<Result<_, _>>()?))
            }
        }
    }

    fn advance(&self, first: &Word<'_>, rest: &[Word<'_>]) -> Result<Step, FileError> {
        let length = rest.first().and_then(|word| Length::from_text(word.text)).filter(|l| l.micros() > 0);
        match (length, rest.get(1)) {
            (Some(length), None) => Ok(Step::Advance(length)),
            _ => {
                let at = rest.last().unwrap_or(first);
                let message = "`advance` takes one length of time such as `10m`";
                Err(self.source.error(at.place(), message).label("expected a duration"))
            }
        }
    }

    /// A line such as `kinesis: { throttle: 20%, for: 30s }`. It is read with everything else of the file blanked
    /// out, so that an error finds its place.
    fn fault(&self, line: &Word<'_>, first: &Word<'_>, key: &str) -> Result<Step, FileError> {
        if !FAULTS.contains(&key) {
            let message = format!("unknown fault `{key}`{}", did_you_mean(key, FAULTS.iter().copied()));
            let help = format!("known faults: {}", name_list(FAULTS.iter().copied()));
            return Err(self.source.error(first.place(), message).label("unknown fault").help(help));
        }
        let kept = line.place();
        let blank = |(at, byte): (usize, u8)| if kept.contains(&at) || byte == b'\n' { byte } else { b' ' };
        let text: Vec<u8> = self.source.text.bytes().enumerate().map(blank).collect();
        let text = String::from_utf8(text).expect("whole characters were blanked out");
        let alone = Source { name: self.source.name.clone(), text };
        let wrong = |error: FileError| {
            let wrong = self.source.error(error.span(), error.message());
            error.advice().map(|help| wrong.clone().help(help)).unwrap_or(wrong)
        };
        let tree = Node::parse(&alone).map_err(wrong)?;
        let written: FaultText = serde_saphyr::from_str(&alone.text)
            .map_err(|error| wrong(explain::explain(&error, self.source, &tree)))?;
        written.of_line(kept, self.source).map(|fault| Step::Fault(Box::new(fault)))
    }

    /// The error for a line that begins with a word that means nothing.
    fn unknown_shape(&self, word: &Word<'_>) -> FileError {
        let known = || self.shapes.names().chain(STEPS.iter().copied());
        let near = did_you_mean(word.text, known().chain(FAULTS.iter().copied()));
        let message = format!("there is no shape `{}`{near}", word.text);
        let help = match self.shapes.is_empty() {
            true => "`shapes` is empty; a shape names a stream and a row, and a line sends it".to_owned(),
            false => format!("a line begins with a shape or a step: {}", name_list(known())),
        };
        self.source.error(word.place(), message).label("not known").help(help)
    }
}

impl ScenarioFile {
    /// The text of a line of the timeline, without its comment.
    pub fn line_text(&self, line: &Line) -> &str {
        &self.source.text[line.place.clone()]
    }
}
