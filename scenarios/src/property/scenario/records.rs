//! The records that a property's cases send: what they are, apart from when they are sent.

use crate::file::{Body, Instant, Length, Send, Template, UtcTime};

/// The form of some records.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordShape {
    /// Its name in a timeline.
    pub name: String,
    /// The stream that its records go to.
    pub stream: String,
    /// The partition key; `$id` in it stands for the record's id.
    pub key: String,
    /// What is sent: the same each time, but for the record's id and time.
    pub body: Body,
    /// Whether the scenario file has it so.
    pub is_own: bool,
}

/// A record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its shape, by its place.
    pub shape: usize,
    /// What people call it.
    pub id: String,
    /// When it happened.
    pub time: UtcTime,
    /// Fields that have other values than the shape's, as a line says it.
    pub fields: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
    /// Which of the scenario's own lines sends it.
    pub line: usize,
    /// When it is due, in microseconds: what a displacement counts from.
    pub due: i64,
}

/// All records of a case, in their own order, and their shapes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Records {
    /// The shapes.
    pub shapes: Vec<RecordShape>,
    /// The records.
    pub all: Vec<Record>,
}

impl Records {
    /// A record as a line of a timeline sends it.
    pub fn send(&self, record: usize, after: Length, times: u32) -> Send {
        let Record { shape, id, time, fields, body, .. } = &self.all[record];
        let shape = &self.shapes[*shape];
        Send {
            shape: shape.name.clone(),
            stream: shape.stream.clone(),
            id: id.clone(),
            partition_key: shape.key.replace("$id", id),
            time: Instant::At(*time),
            after,
            times,
            fields: fields.clone(),
            body: body.clone(),
            place: 0..0,
        }
    }

    /// The shape's place, which is made if it is not there. Its name begins with `stem`.
    pub fn shape(&mut self, stem: &str, stream: &str, key: &str, body: Body) -> usize {
        let same = |shape: &RecordShape| shape.stream == stream && shape.key == key && shape.body == body;
        if let Some(at) = self.shapes.iter().position(same) {
            return at;
        }
        let taken = |name: &str| self.shapes.iter().any(|shape| shape.name == name);
        let numbered = (2..).map(|number| format!("{stem}{number}"));
        let name = std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name));
        self.shapes.push(RecordShape {
            name: name.expect("there are enough numbers"),
            stream: stream.to_owned(),
            key: key.to_owned(),
            body,
            is_own: false,
        });
        self.shapes.len() - 1
    }
}

/// The body of a shape with some of its fields replaced, as a line says it.
pub fn with_fields(body: &Body, fields: &[(String, String)]) -> Body {
    let mut body = body.clone();
    if let Body::Row(row) = &mut body {
        for (path, text) in fields {
            row.replace(path, Template::Literal(crate::file::word_value(text)));
        }
    }
    body
}
