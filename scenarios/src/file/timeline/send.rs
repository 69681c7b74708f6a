//! What a line sends: `P T5 10:10:00 @20s x2 price=3`.

use std::ops::Range;

use super::Names;
use super::words::Word;
use crate::file::duration::Length;
use crate::file::error::FileError;
use crate::file::from_text::FromText;
use crate::file::instant::Instant;
use crate::file::shape::Body;
use crate::file::suggest::{did_you_mean, name_list};
use crate::file::template::{Template, value};

/// A record that a line sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// Name of the shape.
    pub shape: String,
    /// The stream that it goes to.
    pub stream: String,
    /// What people call it: the word after the shape.
    pub id: String,
    /// Decides the shard.
    pub partition_key: String,
    /// Its event time; lengths of time count from the line's.
    pub time: Instant,
    /// How long after the line it arrives.
    pub after: Length,
    /// How often it is sent.
    pub times: u32,
    /// Fields that have other values than the shape's: path and value, as they are written.
    pub fields: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
    /// The words in the file.
    pub place: Range<usize>,
}

/// The most copies of one record that a line may send.
const TIMES_MAX: u32 = 100_000;

impl Names<'_> {
    /// Reads one record.
    pub(super) fn send(&self, part: &Word<'_>) -> Result<Send, FileError> {
        let words = part.words();
        let Some(first) = words.first() else {
            return Err(self.source.error(part.place(), "a record is missing beside this comma"));
        };
        let Some(shape) = self.shapes.get(first.text) else { return Err(self.unknown_shape(first)) };
        let Some(id) = words.get(1).map(|word| unquoted(word.text)) else {
            let message = format!("shape `{}` needs an id behind it", first.text);
            let help = format!("for instance `{} T1 10:00:00`", first.text);
            return Err(self.source.error(first.place(), message).label("no id").help(help));
        };
        let mut send = Send {
            shape: first.text.to_owned(),
            stream: shape.stream.value.clone(),
            partition_key: shape.key.value.replace("$id", &id),
            id,
            time: Instant::From(0),
            after: Length::default(),
            times: 1,
            fields: Vec::new(),
            body: shape.body.clone(),
            place: part.place(),
        };
        let mut timed = false;
        for word in &words[2..] {
            self.modify(&mut send, word, &mut timed)?;
        }
        Ok(send)
    }

    fn modify(&self, send: &mut Send, word: &Word<'_>, timed: &mut bool) -> Result<(), FileError> {
        let field = word.text.split_once('=').filter(|(path, _)| !path.contains('"'));
        if let Some((path, text)) = field {
            return self.field(send, word, path, text);
        }
        if let Some(after) = word.text.strip_prefix('@').and_then(Length::from_text) {
            send.after = after;
            return Ok(());
        }
        let times = word.text.strip_prefix('x').and_then(|times| times.parse().ok());
        if let Some(times) = times.filter(|times| (1..=TIMES_MAX).contains(times)) {
            send.times = times;
            return Ok(());
        }
        match Instant::from_text(word.text) {
            Some(time) if !*timed => {
                (send.time, *timed) = (time, true);
                Ok(())
            }
            _ => {
                let message = format!("`{}` does not belong behind a record", word.text);
                let help = "behind shape and id stand an event time (`10:00:00`, `+5m`), and then `@20s` for an \
                            arrival after the line, `x2` for copies, `field=value` for another value";
                Err(self.source.error(word.place(), message).label("not known").help(help))
            }
        }
    }

    fn field(&self, send: &mut Send, word: &Word<'_>, path: &str, text: &str) -> Result<(), FileError> {
        let place = word.at..word.at + path.len();
        let Body::Row(row) = &mut send.body else {
            let message = format!("shape `{}` sends text as it is and has no fields", send.shape);
            return Err(self.source.error(place, message).label("no fields"));
        };
        if row.replace(path, Template::Literal(value(text))) {
            send.fields.push((path.to_owned(), text.to_owned()));
            return Ok(());
        }
        let fields = row.field_paths();
        let known = || fields.iter().map(String::as_str);
        let message = format!("shape `{}` has no field `{path}`{}", send.shape, did_you_mean(path, known()));
        Err(self
            .source
            .error(place, message)
            .label("not known")
            .help(format!("its fields are {}", name_list(known()))))
    }
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}
