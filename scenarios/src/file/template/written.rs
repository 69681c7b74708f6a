//! A template as it stands in a file, in one line of YAML.

use super::generators::like_a_generator;
use super::{Literal, Reference, Template, TimeForm};

impl Template {
    /// A row of a shape as YAML; `None` where something in it is drawn, or has no name in a shape.
    pub(crate) fn written(&self) -> Option<String> {
        match self {
            Template::Object(fields) => object(fields),
            other => value(other),
        }
    }

    /// Whether the row is the same each time, but for its id and its time.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            Template::Literal(_) => true,
            Template::Reference(reference) => !reference.needs_parent(),
            Template::Object(fields) => fields.iter().all(|(_, field)| field.is_fixed()),
            Template::List(items) => items.iter().all(Template::is_fixed),
            _ => false,
        }
    }

    /// Whether it says when the record happened.
    pub(crate) fn has_time(&self) -> bool {
        match self {
            Template::Reference(Reference::EventTime(_)) => true,
            Template::Object(fields) => fields.iter().any(|(_, field)| field.has_time()),
            Template::List(items) => items.iter().any(Template::has_time),
            _ => false,
        }
    }
}

fn value(template: &Template) -> Option<String> {
    match template {
        Template::Literal(literal) => Some(scalar(literal)),
        Template::Reference(reference) => Some(
            match reference {
                Reference::Key => "$id",
                Reference::EventTime(TimeForm::EpochSeconds) => "$t",
                Reference::EventTime(TimeForm::EpochMillis) => "$t.epoch_ms",
                Reference::EventTime(TimeForm::Iso) => "$t.iso",
                Reference::ParentKey | Reference::ParentEventTime(_) => return None,
            }
            .to_owned(),
        ),
        Template::List(items) => {
            let items: Vec<String> = items.iter().map(value).collect::<Option<_>>()?;
            Some(format!("[{}]", items.join(", ")))
        }
        // Told apart from a generator, which is a mapping too.
        Template::Object(fields) if fields.iter().any(|(name, _)| like_a_generator(name)) => {
            Some(format!("{{ object: {} }}", object(fields)?))
        }
        Template::Object(fields) => object(fields),
        _ => None,
    }
}

fn object(fields: &[(String, Template)]) -> Option<String> {
    let field = |(name, template): &(String, Template)| Some(format!("{}: {}", key(name), value(template)?));
    let fields: Vec<String> = fields.iter().map(field).collect::<Option<_>>()?;
    Some(if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) })
}

fn key(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !matches!(name.to_lowercase().as_str(), "null" | "true" | "false" | "yes" | "no" | "y" | "n");
    if plain { name.to_owned() } else { quoted(name) }
}

/// A literal as YAML.
pub(super) fn scalar(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Float(number) => format!("{number:?}"),
        Literal::Text(text) if text.starts_with('$') => quoted(&format!("${text}")),
        Literal::Text(text) => quoted(text),
    }
}

/// JSON's strings are strings of YAML too.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use crate::file::ScenarioFile;

    #[track_caller]
    fn check(row: &str) {
        let file = |row: &str| {
            let text = format!(
                "scenario: a\nresources: {{ streams: {{ s: {{ shards: 1 }} }} }}\nclock: {{ start: 2026-01-05T10:00:00Z }}\n\
                 shapes:\n  S: {{ stream: s, row: {row} }}\n"
            );
            ScenarioFile::parse("a.wt.yaml", &text).unwrap_or_else(|error| panic!("{row}: {error}"))
        };
        let body = |file: &ScenarioFile| match &file.shapes.get("S").unwrap().body {
            crate::file::Body::Row(template) => template.clone(),
            crate::file::Body::Raw(text) => panic!("{text} is no row"),
        };
        let template = body(&file(row));
        let written = template.written().unwrap();
        assert_eq!(body(&file(&written)), template, "{written}");
        assert!(template.is_fixed());
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        check("{ id: $id, at: $t, ms: $t.epoch_ms, iso: $t.iso }");
        check("{ a: 1, b: -2.5, c: 1e300, d: null, e: '3', f: '$$5', g: true, h: 'a \"b\" \\c, {d} #e' }");
        check("{ x: { object: { pick: 1, y: [1, { z: {} }, []] } }, 'with blank': [null] }");
    }
}
