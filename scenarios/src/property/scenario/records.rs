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

    /// Gives the shapes that are the scenario's own no more the shortest names, those of these records alone.
    pub fn name_shapes(&mut self, used: &[usize]) {
        let mut order: Vec<usize> = used.iter().map(|record| self.all[*record].shape).collect();
        order.retain(|shape| !self.shapes[*shape].is_own);
        let stems: Vec<String> = self.shapes.iter().map(|shape| stem(&shape.name).to_owned()).collect();
        for (at, shape) in self.shapes.iter_mut().enumerate().filter(|(_, shape)| !shape.is_own) {
            // Out of the way of the names that are given now.
            shape.name = format!("unused-{at}");
        }
        for at in order {
            if self.shapes[at].name.starts_with("unused-") {
                self.shapes[at].name = self.free_name(&stems[at]);
            }
        }
    }

    fn free_name(&self, stem: &str) -> String {
        let taken = |name: &str| self.shapes.iter().any(|shape| shape.name == name);
        let numbered = (2..).map(|number| format!("{stem}{number}"));
        let mut names = std::iter::once(stem.to_owned()).chain(numbered);
        names.find(|name| !taken(name)).expect("there are enough numbers")
    }

    /// The shape's place, which is made if it is not there. Its name begins like this one.
    pub fn shape(&mut self, name: &str, stream: &str, key: &str, body: Body) -> usize {
        let same = |shape: &RecordShape| shape.stream == stream && shape.key == key && shape.body == body;
        if let Some(at) = self.shapes.iter().position(same) {
            return at;
        }
        self.shapes.push(RecordShape {
            name: self.free_name(stem(name)),
            stream: stream.to_owned(),
            key: key.to_owned(),
            body,
            is_own: false,
        });
        self.shapes.len() - 1
    }
}

/// A name without the number behind it.
fn stem(name: &str) -> &str {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if stem.is_empty() { name } else { stem }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_shared_and_named_by_their_stream() {
        let mut records = Records::default();
        let body = |text: &str| Body::Raw(text.to_owned());
        let places = ["a", "b", "a", "c"].map(|text| records.shape("S", "s", "$id", body(text)));
        assert_eq!(places, [0, 1, 0, 2]);
        let fourth = records.shape("S3", "s", "$id", body("d"));
        assert_eq!(records.shapes[fourth].name, "S4");
        for shape in [3, 1] {
            let (id, time) = (String::new(), UtcTime(0));
            records.all.push(Record { shape, id, time, fields: vec![], body: body(""), line: 0, due: 0 });
        }
        records.name_shapes(&[0, 1]);
        assert_eq!((records.shapes[3].name.as_str(), records.shapes[1].name.as_str()), ("S", "S2"));
    }
}
