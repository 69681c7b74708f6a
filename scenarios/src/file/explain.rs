//! The parser's errors, said in the words of a scenario file and put at the exact place.

use std::ops::Range;

use serde_saphyr::Error;

use super::error::{FileError, Source, byte_range};
use super::load::DELAY_KINDS;
use super::suggest::{did_you_mean, name_list};
use super::tree::{Hit, Node, NodeKind, Step};

/// Turns an error of the typed parse into one about the file.
///
/// Serde reports many errors at the key of the value it did not like, and a missing key at the last key of the mapping
/// that lacks it. The tree leads from there to the right place.
pub(super) fn explain(error: &Error, source: &Source, tree: &Node) -> FileError {
    let error = innermost(error);
    let place = error.location().map(|location| byte_range(&location)).unwrap_or_default();
    let hit = tree.at(place.start);
    match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown_key(source, &hit, field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. }
            if hit.on_key.is_some_and(|key| key.text == *variant) =>
        {
            unknown_key(source, &hit, variant, expected)
        }
        Error::SerdeUnknownVariant { expected, .. } if expected == DELAY_KINDS => {
            wrong_value(source, &hit, "a distribution such as `{ exp: 6s }`", None)
                .help(format!("known distributions: {}", name_list(expected.iter().copied())))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            unknown_value(source, &hit, variant, expected)
        }
        Error::SerdeMissingField { field, .. } => missing_key(source, tree, &hit, field),
        Error::DuplicateMappingKey { .. } => duplicate_key(source, &hit),
        Error::SerdeInvalidType { expected, .. } => wrong_value(source, &hit, expected, None),
        Error::SerdeInvalidValue { unexpected, expected, .. } => {
            wrong_value(source, &hit, expected, Some(unexpected))
        }
        Error::SerdeInvalidLength { len, expected, .. } => wrong_length(source, &hit, *len, expected),
        Error::InvalidScalar { ty, .. } => wrong_value(source, &hit, scalar_words(ty), None),
        Error::InvalidBooleanStrict { .. } => wrong_value(source, &hit, scalar_words("bool"), None),
        Error::NullIntoString { .. } => wrong_value(source, &hit, "text", None),
        Error::Unexpected { expected, .. } => wrong_value(source, &hit, event_words(expected), None),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            wrong_value(source, &hit, "a mapping with one key", None)
        }
        Error::Eof { .. } => source.error(0..0, "the file is empty").label("expected `scenario: …`"),
        other => source.error(place, plain_message(other)).label(path_label(&hit.path)),
    }
}

fn innermost(error: &Error) -> &Error {
    match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => innermost(error),
        error => error,
    }
}

fn unknown_key(source: &Source, hit: &Hit<'_>, key: &str, known: &[&str]) -> FileError {
    let mapping = parent(&hit.path);
    let near = did_you_mean(key, known.iter().copied());
    let message = format!("unknown key `{key}` in {}{near}", describe(mapping));
    let help = format!("known keys here: {}", name_list(known.iter().copied()));
    source.error(key_place(hit), message).label("unknown key").help(help)
}

fn unknown_value(source: &Source, hit: &Hit<'_>, value: &str, known: &[&str]) -> FileError {
    let near = did_you_mean(value, known.iter().copied());
    let message = format!("unknown value `{value}` for {}{near}", describe(&hit.path));
    let help = format!("known values: {}", name_list(known.iter().copied()));
    source.error(value_place(hit.node, value), message).label("unknown value").help(help)
}

fn missing_key(source: &Source, tree: &Node, hit: &Hit<'_>, key: &str) -> FileError {
    let mapping = if hit.on_key.is_some() { parent(&hit.path) } else { &hit.path };
    let message = format!("{} needs the key `{key}`", describe(mapping));
    source.error(naming_place(tree, mapping), message).label(format!("no `{key}`"))
}

fn duplicate_key(source: &Source, hit: &Hit<'_>) -> FileError {
    let key = hit.path.last().map_or_else(String::new, step_text);
    let message = format!("key `{key}` appears twice in {}", describe(parent(&hit.path)));
    source.error(key_place(hit), message).label("again here")
}

/// An error about a value. `unexpected` is serde's account of it, which is better than ours only if it is no scalar.
fn wrong_value(source: &Source, hit: &Hit<'_>, expected: &str, unexpected: Option<&str>) -> FileError {
    let text = unexpected.and_then(|unexpected| unexpected.strip_prefix("string \"")?.strip_suffix('"'));
    let found = match (text, unexpected) {
        (None, Some(unexpected)) if !matches!(hit.node.kind, NodeKind::Map(_)) => unexpected.to_owned(),
        (Some(text), _) if !matches!(hit.node.kind, NodeKind::Scalar { .. }) => format!("`{text}`"),
        _ => hit.node.describe(),
    };
    let place = text.map_or_else(|| hit.node.span.clone(), |text| value_place(hit.node, text));
    source.error(place, format!("expected {expected}, found {found}")).label(path_label(&hit.path))
}

/// An error about a list of fixed length. Serde counts, and leaves it to us to find which list it counted.
fn wrong_length(source: &Source, hit: &Hit<'_>, len: usize, expected: &str) -> FileError {
    let counted = |node: &Node| matches!(&node.kind, NodeKind::List(items) if items.len() == len);
    let place = find(hit.node, &counted).unwrap_or(hit.node).span.clone();
    let wanted = expected.rsplit(' ').next().unwrap_or_default();
    let message = format!("expected a list of {wanted}, found a list of {len}");
    source.error(place, message).label(path_label(&hit.path))
}

/// The place of a scalar with this text inside a value; the whole value when there is none.
fn value_place(node: &Node, text: &str) -> Range<usize> {
    find(node, &|node| node.text() == Some(text)).unwrap_or(node).span.clone()
}

/// The first value, from outside to inside, that is wanted.
fn find<'a>(node: &'a Node, wanted: &dyn Fn(&Node) -> bool) -> Option<&'a Node> {
    if wanted(node) {
        return Some(node);
    }
    match &node.kind {
        NodeKind::Scalar { .. } => None,
        NodeKind::List(items) => items.iter().find_map(|item| find(item, wanted)),
        NodeKind::Map(entries) => entries.iter().find_map(|(_, value)| find(value, wanted)),
    }
}

fn key_place(hit: &Hit<'_>) -> Range<usize> {
    hit.on_key.map_or(hit.node.span.clone(), |key| key.span.clone())
}

/// The key under which a mapping stands; its own first key when it stands in a list or is the whole file.
fn naming_place(tree: &Node, path: &[Step]) -> Range<usize> {
    let first_key = |node: &Node| {
        let start = node.span.start..node.span.start;
        node.entries().first().map_or(start, |(key, _)| key.span.clone())
    };
    let mut node = tree;
    let mut place = first_key(tree);
    for step in path {
        match (step, &node.kind) {
            (Step::Key(name), NodeKind::Map(entries)) => {
                let Some((key, value)) = entries.iter().find(|(key, _)| key.text == *name) else { break };
                (place, node) = (key.span.clone(), value);
            }
            (Step::Index(index), NodeKind::List(items)) => {
                let Some(item) = items.get(*index) else { break };
                (place, node) = (first_key(item), item);
            }
            _ => break,
        }
    }
    place
}

fn parent(path: &[Step]) -> &[Step] {
    path.split_last().map_or(&[], |(_, parent)| parent)
}

/// How a place is called in a message: ``stream `x` `` rather than `resources.streams.x`.
pub(super) fn describe(path: &[Step]) -> String {
    // "`corrupt.as`" says enough about one of its elements: the caret stands under it.
    let element = path.len() > 2 && matches!(path.last(), Some(Step::Index(_)));
    let path = if element { parent(path) } else { path };
    let names: Vec<String> = path.iter().map(step_text).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [] => "the scenario file".to_owned(),
        ["resources", "streams", stream] => format!("stream `{stream}`"),
        ["resources", "streams", stream, rest @ ..] => format!("`{}` of stream `{stream}`", rest.join(".")),
        ["resources", "databases", database] => format!("database `{database}`"),
        ["resources", "databases", _, table] => format!("table `{table}`"),
        ["resources", "databases", _, table, rest @ ..] => format!("`{}` of table `{table}`", rest.join(".")),
        ["generate", stream] => format!("`generate` of stream `{stream}`"),
        ["generate", stream, rest @ ..] => format!("`{}` of stream `{stream}`", rest.join(".")),
        ["checks", number] => format!("check {number}"),
        ["checks", number, rest @ ..] => format!("`{}` of check {number}", rest.join(".")),
        ["properties", number] => format!("property {number}"),
        ["properties", number, rest @ ..] => format!("`{}` of property {number}", rest.join(".")),
        names => format!("`{}`", names.join(".")),
    }
}

fn path_label(path: &[Step]) -> String {
    if path.is_empty() { "here".to_owned() } else { describe(path) }
}

/// People count from 1.
fn step_text(step: &Step) -> String {
    match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => (index + 1).to_string(),
    }
}

/// What the parser's name of a scalar type means to people.
fn scalar_words(ty: &str) -> &'static str {
    match ty {
        "bool" | "boolean" => "`true` or `false`",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        _ => "a number",
    }
}

/// What the parser's name of an event means to people.
fn event_words(event: &str) -> &str {
    match event {
        "string scalar" | "scalar" => "a single value",
        "sequence start" | "sequence" => "a list",
        "mapping start" | "mapping" => "a mapping",
        other => other,
    }
}

/// The message of any other error, without the parser's own account of the place.
fn plain_message(error: &Error) -> String {
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let cut = message.find(" at line ").unwrap_or(message.len());
    format!("this cannot be read: {}", &message[..cut])
}
