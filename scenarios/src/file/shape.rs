//! `shapes:` short names for rows, so that a line of the timeline can send one in three words.
//!
//! ```yaml
//! shapes:
//!   P: { stream: purchases, key: $id, row: { id: $id, at: $t } }
//!   X: { stream: purchases, key: broken, raw: '{"id": ' }
//! ```
//! `$id` is the word after the shape, `$t` the event time in seconds since 1970 (`$t.iso`, `$t.epoch_ms`).

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::entries::Entries;
use super::error::{FileError, Source};
use super::template::{Scope, Template, TemplateReader};
use super::tree::Node;

/// The form of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The stream that it is sent to.
    pub stream: Spanned<String>,
    /// The partition key; `$id` in it stands for the record's id.
    pub key: Spanned<String>,
    /// What is sent.
    pub body: Body,
}

/// What a shape sends.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A JSON object.
    Row(Template),
    /// Text as it is: a record that is no JSON, for instance.
    Raw(String),
}

/// A shape as written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeText {
    /// The stream that it is sent to.
    #[schemars(with = "String")]
    stream: Spanned<String>,
    /// The partition key; `$id` in it stands for the record's id, and alone it is the default.
    #[schemars(with = "Option<String>")]
    key: Option<Spanned<String>>,
    /// The record, a JSON object with `$id` and `$t` in it.
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    row: Option<IgnoredAny>,
    /// The record's text as it is, in place of `row`.
    #[schemars(with = "Option<String>")]
    raw: Option<Spanned<String>>,
}

/// Reads every shape.
pub(super) fn shapes(
    written: Entries<ShapeText>,
    tree: &Node,
    source: &Source,
) -> Result<Entries<Shape>, FileError> {
    let sections = tree.get("shapes");
    written.try_map(|name, text| {
        let row = sections.and_then(|sections| sections.get(&name.value)).and_then(|shape| shape.get("row"));
        shape(name, text, row, source)
    })
}

fn shape(
    name: &Spanned<String>,
    text: ShapeText,
    row: Option<&Node>,
    source: &Source,
) -> Result<Shape, FileError> {
    let key = text.key.unwrap_or_else(|| super::nowhere("$id".to_owned()));
    let body = match (text.row.and(row), text.raw) {
        (Some(row), None) => {
            let of = format!("shape `{}`", name.value);
            Body::Row(TemplateReader { source, of: &of, scope: Scope::Shape }.row(row)?)
        }
        (None, Some(raw)) => Body::Raw(raw.value),
        (Some(_), Some(raw)) => {
            let message = format!("shape `{}` has a `row` and a `raw` text", name.value);
            return Err(source.error_at(&raw, message).label("leave out this or `row`"));
        }
        (None, None) => {
            let message = format!("shape `{}` does not say what is sent", name.value);
            let help = "add `row: { id: $id, at: $t }`, or `raw: text` for a record that is no JSON";
            return Err(source.error_at(name, message).label("no `row`").help(help));
        }
    };
    Ok(Shape { stream: text.stream, key, body })
}
