//! The file's text as a tree whose every key and value knows its bytes.
//!
//! The typed model is read by serde, which reports *what* it did not like but only roughly *where*. This tree says
//! where: it finds the path of names that leads to an offset, and the exact bytes of the value there. Row templates,
//! whose shape is free, are read from it directly.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

use super::error::{FileError, Source};

/// One value of the file and the bytes it occupies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub span: Range<usize>,
    pub kind: NodeKind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    /// Text after YAML's escapes. `plain` scalars may mean null, a bool or a number; the others are text.
    Scalar { text: String, plain: bool },
    /// A sequence.
    List(Vec<Rc<Node>>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Rc<Node>)>),
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub text: String,
    pub span: Range<usize>,
}

/// One step from the root to a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// What stands at an offset: the path to it, its value, and its key when the offset is on the key.
#[derive(Debug)]
pub(crate) struct Hit<'a> {
    pub path: Vec<Step>,
    pub node: &'a Node,
    pub on_key: Option<&'a Key>,
}

impl Node {
    /// Reads a file of one document. An empty file is an empty mapping.
    pub fn parse(source: &Source) -> Result<Node, FileError> {
        Builder::read(source)
    }

    /// The value under a key of this mapping.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, value)| &**value)
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[(Key, Rc<Node>)] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            NodeKind::Scalar { .. } | NodeKind::List(_) => &[],
        }
    }

    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// Whether this is YAML's null: nothing, `~` or `null`, unquoted.
    pub fn is_null(&self) -> bool {
        let NodeKind::Scalar { text, plain: true } = &self.kind else { return false };
        matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// How a message names this value: its text, or what kind of thing it is.
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Scalar { .. } if self.is_null() => "nothing".to_owned(),
            NodeKind::Scalar { text, .. } if text.contains('\n') => "a block of text".to_owned(),
            NodeKind::Scalar { text, .. } => format!("`{text}`"),
            NodeKind::List(_) => "a list".to_owned(),
            NodeKind::Map(_) => "a mapping".to_owned(),
        }
    }

    /// Finds the innermost key or value that covers `offset`.
    pub fn at(&self, offset: usize) -> Hit<'_> {
        let mut hit = Hit { path: Vec::new(), node: self, on_key: None };
        while hit.on_key.is_none() && hit.descend(offset) {}
        hit
    }
}

impl Hit<'_> {
    /// One level down towards `offset`; false when no child covers it.
    fn descend(&mut self, offset: usize) -> bool {
        let covers = |span: &Range<usize>| span.contains(&offset) || span.start == offset;
        match &self.node.kind {
            NodeKind::Scalar { .. } => false,
            NodeKind::List(items) => {
                let found = items.iter().enumerate().find(|(_, item)| covers(&item.span));
                found.is_some_and(|(index, item)| {
                    self.path.push(Step::Index(index));
                    self.node = item;
                    true
                })
            }
            NodeKind::Map(entries) => {
                let found = entries.iter().find(|(key, value)| covers(&key.span) || covers(&value.span));
                found.is_some_and(|(key, value)| {
                    self.path.push(Step::Key(key.text.clone()));
                    self.on_key = covers(&key.span).then_some(key);
                    self.node = value;
                    true
                })
            }
        }
    }
}

/// Builds the tree from the parser's events.
struct Builder<'a> {
    source: &'a Source,
    parser: Parser<'a, serde_saphyr::granit_parser::StrInput<'a>>,
    /// Anchored values by the parser's id; shared, so that a short file cannot unfold into a large tree.
    anchors: BTreeMap<usize, Rc<Node>>,
}

impl<'a> Builder<'a> {
    fn read(source: &'a Source) -> Result<Node, FileError> {
        let parser = Parser::new_from_str(&source.text);
        let mut builder = Self { source, parser, anchors: BTreeMap::new() };
        let mut root = None;
        while let Some((event, span)) = builder.next()? {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event if root.is_none() => root = Some(builder.node(event, bytes(&span))?),
                _ => {
                    let message = "a scenario file holds one document, and a second one starts here";
                    return Err(source.error(bytes(&span), message));
                }
            }
        }
        Ok(root.map_or_else(empty, Rc::unwrap_or_clone))
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, FileError> {
        loop {
            match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok(event)) if is_structure(&event.0) => return Ok(Some(event)),
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    let at = error.marker().byte_offset().unwrap_or_default();
                    let message = format!("this is not YAML: {}", error.info());
                    return Err(self.source.error(at..at, message).label("here"));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, start: Range<usize>) -> Result<Rc<Node>, FileError> {
        let (anchor, node) = match event {
            Event::Alias(anchor) => return self.anchored(anchor, start),
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                (anchor, Node { span: start, kind: NodeKind::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(_, anchor, _) => (anchor, self.list(start)?),
            Event::MappingStart(_, anchor, _) => (anchor, self.map(start)?),
            other => unreachable!("the parser closes what it opens, found {other:?}"),
        };
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Ok(node)
    }

    fn anchored(&self, anchor: usize, place: Range<usize>) -> Result<Rc<Node>, FileError> {
        let node = self.anchors.get(&anchor).cloned();
        node.ok_or_else(|| self.source.error(place, "an alias cannot stand inside its own anchor"))
    }

    fn list(&mut self, start: Range<usize>) -> Result<Node, FileError> {
        let mut items = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::SequenceEnd {
                let span = start.start..bytes(&span).end;
                return Ok(Node { span, kind: NodeKind::List(items) });
            }
            items.push(self.node(event, bytes(&span))?);
        }
        unreachable!("the parser reports an unfinished list as an error")
    }

    fn map(&mut self, start: Range<usize>) -> Result<Node, FileError> {
        let mut entries = Vec::new();
        while let Some((event, span)) = self.next()? {
            if event == Event::MappingEnd {
                let span = start.start..bytes(&span).end;
                return Ok(Node { span, kind: NodeKind::Map(entries) });
            }
            let key = self.node(event, bytes(&span))?;
            let NodeKind::Scalar { text, .. } = &key.kind else {
                let message = format!("expected a name as key, found {}", key.describe());
                return Err(self.source.error(key.span.clone(), message));
            };
            if text == "<<" {
                let message = "merge keys are not supported: write the keys out";
                return Err(self.source.error(key.span.clone(), message));
            }
            let key = Key { text: text.clone(), span: key.span.clone() };
            let Some((event, span)) = self.next()? else { break };
            entries.push((key, self.node(event, bytes(&span))?));
        }
        unreachable!("the parser reports an unfinished mapping as an error")
    }
}

/// Whether an event is part of the tree; comments and the like are not.
fn is_structure(event: &Event<'_>) -> bool {
    event.is_node()
        || matches!(
            event,
            Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::SequenceEnd
                | Event::MappingEnd
        )
}

fn bytes(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or_default()
}

fn empty() -> Node {
    Node { span: 0..0, kind: NodeKind::Map(Vec::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Node, FileError> {
        Node::parse(&Source { name: "t".to_owned(), text: text.to_owned() })
    }

    fn path_at(text: &str, needle: &str) -> String {
        let tree = parse(text).expect("the text is YAML");
        let hit = tree.at(text.find(needle).expect("the needle is there"));
        let steps: Vec<String> = hit
            .path
            .iter()
            .map(|step| match step {
                Step::Key(key) => key.clone(),
                Step::Index(index) => index.to_string(),
            })
            .collect();
        format!("{}{}", steps.join("/"), if hit.on_key.is_some() { " (key)" } else { "" })
    }

    #[test]
    fn path_leads_through_blocks_and_flows() {
        let text = "a:\n  b: { c: [1, { d: 2 }] }\n  é: x\nlast: 9\n";
        assert_eq!(path_at(text, "a"), "a (key)");
        assert_eq!(path_at(text, "1"), "a/b/c/0");
        assert_eq!(path_at(text, "d"), "a/b/c/1/d (key)");
        assert_eq!(path_at(text, "2"), "a/b/c/1/d");
        assert_eq!(path_at(text, "x"), "a/é");
        assert_eq!(path_at(text, "9"), "last");
    }

    #[test]
    fn alias_stands_for_its_anchor() {
        let tree = parse("a: &rows [1, 2]\nb: *rows\n").expect("the text is YAML");
        assert_eq!(tree.get("a"), tree.get("b"));
    }

    #[test]
    fn broken_yaml_points_at_the_break() {
        let error = parse("a: [1, 2\nb: 3\n").expect_err("the list is not closed");
        assert!(error.message().starts_with("this is not YAML: "), "{error}");
        assert_eq!(error.line_column().0, 2);
    }

    #[test]
    fn only_unquoted_nothing_is_null() {
        let tree = parse("[~, null, '', 'null', ]").expect("the text is YAML");
        let NodeKind::List(items) = &tree.kind else { panic!("it is a list") };
        let nulls: Vec<bool> = items.iter().map(|item| item.is_null()).collect();
        assert_eq!(nulls, [true, true, false, false]);
    }
}
