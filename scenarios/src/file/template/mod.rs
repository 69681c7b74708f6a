//! `row:` the shape of a generated record: literals, references and generators, nested as the JSON will be.
//!
//! ```yaml
//! row:
//!   id: $key                                   # a reference
//!   kind: order                                # a literal
//!   price: { uniform: [1.0, 200.0], round: 2 } # a generator: a mapping with a generator's name as key
//!   items: { repeat: 1..5, of: { sku: { pick: "product-{0..999}" } } }
//! ```
//! A mapping without a generator's name is an object. `{ object: { pick: 1 } }` writes an object whose field is
//! called like a generator. The mapping directly under `row` is always an object. Text that begins with `$` is a
//! reference; `$$` writes a dollar sign.

mod generators;
mod written;

use super::error::{FileError, Source};
use super::fake_name::FakeName;
use super::pattern::{IntRange, KeyPattern, Pattern};
use super::suggest::{did_you_mean, name_list};
use super::tree::{Key, Node, NodeKind};

/// How to make one JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// The same value each time.
    Literal(Literal),
    /// Fields in order.
    Object(Vec<(String, Template)>),
    /// Elements in order.
    List(Vec<Template>),
    /// A fact about the event or its parent.
    Reference(Reference),
    /// One of these, each as likely.
    Pick(Vec<Template>),
    /// Text with drawn numbers.
    PickText(Pattern),
    /// A list of a drawn length.
    Repeat {
        /// How many elements.
        count: IntRange,
        /// Each element.
        of: Box<Template>,
    },
    /// Made-up text.
    Fake(FakeName),
    /// A number in `[low, high)`.
    Uniform {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// Decimals to round to; all when absent.
        round: Option<u8>,
    },
    /// A whole number.
    Int(IntRange),
    /// A date between two, both included, in days since 1970.
    Date(IntRange),
    /// The index of a weight, as likely as the weight says.
    WeightedIndex(Vec<f64>),
    /// One of the texts, as likely as its weight says.
    WeightedText(Vec<(String, f64)>),
    /// Text with a random UUID in it.
    Uuid(KeyPattern),
    /// `then` in this share of the rows, `otherwise` in the rest.
    Chance {
        /// The share of `then`.
        share: f64,
        /// The value in that share.
        then: Box<Template>,
        /// The value in the rest.
        otherwise: Box<Template>,
    },
}

/// A JSON scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number; finite.
    Float(f64),
    /// A string.
    Text(String),
}

/// A fact that a row can repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// `$key`: the event's key.
    Key,
    /// `$event_time.…`
    EventTime(TimeForm),
    /// `$parent.key`
    ParentKey,
    /// `$parent.event_time.…`
    ParentEventTime(TimeForm),
}

/// How an event time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// Whole seconds since 1970, the rest cut off: a number.
    EpochSeconds,
    /// Whole milliseconds since 1970, the rest cut off: a number.
    EpochMillis,
    /// `2026-01-05T10:00:00.123Z`: a string.
    Iso,
}

/// Every reference by its name.
const REFERENCES: &[(&str, Reference)] = &[
    ("$key", Reference::Key),
    ("$event_time.epoch_s", Reference::EventTime(TimeForm::EpochSeconds)),
    ("$event_time.epoch_ms", Reference::EventTime(TimeForm::EpochMillis)),
    ("$event_time.iso", Reference::EventTime(TimeForm::Iso)),
    ("$parent.key", Reference::ParentKey),
    ("$parent.event_time.epoch_s", Reference::ParentEventTime(TimeForm::EpochSeconds)),
    ("$parent.event_time.epoch_ms", Reference::ParentEventTime(TimeForm::EpochMillis)),
    ("$parent.event_time.iso", Reference::ParentEventTime(TimeForm::Iso)),
];

/// The references of a shape by their names.
const SHAPE_REFERENCES: &[(&str, Reference)] = &[
    ("$id", Reference::Key),
    ("$t", Reference::EventTime(TimeForm::EpochSeconds)),
    ("$t.epoch_s", Reference::EventTime(TimeForm::EpochSeconds)),
    ("$t.epoch_ms", Reference::EventTime(TimeForm::EpochMillis)),
    ("$t.iso", Reference::EventTime(TimeForm::Iso)),
];

impl Reference {
    fn needs_parent(self) -> bool {
        matches!(self, Self::ParentKey | Self::ParentEventTime(_))
    }
}

/// Whose row a template is: decides what it can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Generated, on its own.
    Event,
    /// Generated, following another stream's event.
    Follower,
    /// Sent by a line of the timeline.
    Shape,
}

impl Scope {
    fn references(self) -> impl Iterator<Item = &'static (&'static str, Reference)> + Clone {
        let all = if self == Scope::Shape { SHAPE_REFERENCES } else { REFERENCES };
        all.iter().filter(move |(_, reference)| self == Scope::Follower || !reference.needs_parent())
    }
}

impl Template {
    /// Puts another value in the place of a field; false when there is no field of that path.
    pub(crate) fn replace(&mut self, path: &str, value: Template) -> bool {
        let mut place = self;
        for name in path.split('.') {
            let Template::Object(fields) = place else { return false };
            let Some((_, template)) = fields.iter_mut().find(|(field, _)| field == name) else {
                return false;
            };
            place = template;
        }
        *place = value;
        true
    }

    /// The paths of all fields of an object, nested ones too.
    pub(crate) fn field_paths(&self) -> Vec<String> {
        let Template::Object(fields) = self else { return Vec::new() };
        let nested = fields.iter().flat_map(|(name, template)| {
            let below = template.field_paths().into_iter().map(move |path| format!("{name}.{path}"));
            std::iter::once(name.clone()).chain(below)
        });
        nested.collect()
    }

    /// The template of a field path such as `body.transaction_id`, through objects only.
    pub fn field(&self, path: &str) -> Option<&Template> {
        path.split('.').try_fold(self, |template, name| match template {
            Template::Object(fields) => {
                fields.iter().find(|(field, _)| field == name).map(|(_, template)| template)
            }
            _ => None,
        })
    }
}

/// Reads templates of one stream and says where one is wrong.
pub(crate) struct TemplateReader<'a> {
    pub source: &'a Source,
    /// Whose row it is, for messages.
    pub of: &'a str,
    pub scope: Scope,
}

impl TemplateReader<'_> {
    /// The template of a whole row, which is an object.
    pub fn row(&self, node: &Node) -> Result<Template, FileError> {
        match &node.kind {
            NodeKind::Map(_) => self.object(node),
            _ => Err(self.expected("a mapping from field to value", node)),
        }
    }

    fn template(&self, node: &Node) -> Result<Template, FileError> {
        match &node.kind {
            NodeKind::Scalar { text, plain } => self.scalar(node, text, *plain),
            NodeKind::List(items) => {
                let items = items.iter().map(|item| self.template(item));
                Ok(Template::List(items.collect::<Result<_, _>>()?))
            }
            NodeKind::Map(_) => match self.generator(node)? {
                Some(template) => Ok(template),
                None => self.object(node),
            },
        }
    }

    fn object(&self, node: &Node) -> Result<Template, FileError> {
        self.refuse_twice(node)?;
        let fields = node.entries().iter().map(|(key, value)| Ok((key.text.clone(), self.template(value)?)));
        Ok(Template::Object(fields.collect::<Result<_, FileError>>()?))
    }

    fn refuse_twice(&self, node: &Node) -> Result<(), FileError> {
        let entries = node.entries();
        let again = |index: usize| entries[..index].iter().any(|(key, _)| key.text == entries[index].0.text);
        match (0..entries.len()).find(|index| again(*index)) {
            None => Ok(()),
            Some(index) => {
                let key = &entries[index].0;
                Err(self.at_key(key, format!("key `{}` appears twice", key.text)))
            }
        }
    }

    fn scalar(&self, node: &Node, text: &str, plain: bool) -> Result<Template, FileError> {
        match text.strip_prefix('$') {
            Some(rest) if rest.starts_with('$') => Ok(Template::Literal(Literal::Text(rest.to_owned()))),
            Some(_) => self.reference(node, text),
            None => Ok(Template::Literal(literal(node, text, plain))),
        }
    }

    fn reference(&self, node: &Node, text: &str) -> Result<Template, FileError> {
        let known = self.scope.references();
        if let Some((_, reference)) = known.clone().find(|(name, _)| *name == text) {
            return Ok(Template::Reference(*reference));
        }
        let names = known.map(|(name, _)| *name);
        if text.starts_with("$parent") && self.scope == Scope::Event {
            let message = format!("`{text}` needs a parent, and {} follows none", self.of);
            let help = "add `follows: STREAM`, or use `$key` and `$event_time` of the event itself";
            return Err(self.source.error(node.span.clone(), message).label("no parent").help(help));
        }
        let message = format!("unknown reference `{text}`{}", did_you_mean(text, names.clone()));
        let help = format!("known references: {}; `$$` writes a dollar sign", name_list(names));
        Err(self.source.error(node.span.clone(), message).label("unknown reference").help(help))
    }

    fn expected(&self, what: &str, node: &Node) -> FileError {
        let message = format!("expected {what}, found {}", node.describe());
        self.source.error(node.span.clone(), message).label(format!("in the row of {}", self.of))
    }

    fn at_key(&self, key: &Key, message: String) -> FileError {
        let label = format!("in the row of {}", self.of);
        self.source.error(key.span.clone(), message).label(label)
    }
}

/// What a word of the timeline means as a value.
pub(crate) fn value(text: &str) -> Literal {
    let unquoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let kind = NodeKind::Scalar { text: unquoted.unwrap_or(text).to_owned(), plain: unquoted.is_none() };
    let node = Node { span: 0..0, kind };
    literal(&node, unquoted.unwrap_or(text), unquoted.is_none())
}

/// What an unquoted word means. Numbers with a sign `+`, a leading zero or a base stay text: they are ids.
fn literal(node: &Node, text: &str, plain: bool) -> Literal {
    let text_literal = || Literal::Text(text.to_owned());
    match text {
        _ if node.is_null() => Literal::Null,
        _ if !plain => text_literal(),
        "true" | "True" | "TRUE" => Literal::Bool(true),
        "false" | "False" | "FALSE" => Literal::Bool(false),
        _ if !is_json_number(text) => text_literal(),
        _ => match text.parse::<i64>() {
            Ok(number) => Literal::Int(number),
            Err(_) => text.parse().map_or_else(|_| text_literal(), Literal::Float),
        },
    }
}

/// Whether text is a number of JSON's grammar and fits a float.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && !unsigned.starts_with("0.");
    let ends_in_digits = unsigned.starts_with(|c: char| c.is_ascii_digit())
        && unsigned.ends_with(|c: char| c.is_ascii_digit());
    !leading_zero && ends_in_digits && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `row: …` of a stream without parent; errors become their message.
    fn row(yaml: &str) -> Result<Template, String> {
        read(yaml, false)
    }

    fn read(yaml: &str, has_parent: bool) -> Result<Template, String> {
        let source = Source { name: "t".to_owned(), text: yaml.to_owned() };
        let node = Node::parse(&source).expect("the test writes YAML");
        let scope = if has_parent { Scope::Follower } else { Scope::Event };
        let reader = TemplateReader { source: &source, of: "stream `s`", scope };
        reader.row(&node).map_err(|error| error.message().to_owned())
    }

    fn field(yaml: &str) -> Result<Template, String> {
        row(&format!("f: {yaml}\n")).map(|row| row.field("f").expect("there is one field").clone())
    }

    fn message(yaml: &str) -> String {
        field(yaml).expect_err("the template is wrong")
    }

    #[test]
    fn unquoted_words_have_json_types_and_quoted_ones_are_text() {
        let literal = |yaml| match field(yaml) {
            Ok(Template::Literal(literal)) => literal,
            other => panic!("{yaml} gave {other:?}"),
        };
        let text = |text: &str| Literal::Text(text.to_owned());
        assert_eq!(literal("3"), Literal::Int(3));
        assert_eq!(literal("-1.5"), Literal::Float(-1.5));
        assert_eq!(literal("1e3"), Literal::Float(1000.0));
        assert_eq!(literal("true"), Literal::Bool(true));
        assert_eq!(literal("~"), Literal::Null);
        assert_eq!(literal("'3'"), text("3"));
        for id in ["007", "+1", "0x10", "NO", "1.", ".5", "inf", "1e999"] {
            assert_eq!(literal(id), text(id));
        }
        assert_eq!(literal("$$5"), text("$5"));
    }

    #[test]
    fn references_are_known_by_name() {
        assert_eq!(field("$key"), Ok(Template::Reference(Reference::Key)));
        assert_eq!(field("$event_time.iso"), Ok(Template::Reference(Reference::EventTime(TimeForm::Iso))));
        assert_eq!(
            message("$evnt_time.epoch_s"),
            "unknown reference `$evnt_time.epoch_s`; did you mean `$event_time.epoch_s`?"
        );
    }

    #[test]
    fn parent_is_there_for_followers_only() {
        assert_eq!(message("$parent.key"), "`$parent.key` needs a parent, and stream `s` follows none");
        let followed = read("f: $parent.key\n", true).expect("a follower has a parent");
        assert_eq!(followed.field("f"), Some(&Template::Reference(Reference::ParentKey)));
    }

    #[test]
    fn generators_carry_their_arguments() {
        let int = |value| Template::Literal(Literal::Int(value));
        let range = |low, high| IntRange { low, high };
        assert_eq!(field("{ int: 0..3 }"), Ok(Template::Int(range(0, 3))));
        assert_eq!(field("{ pick: [1, 2] }"), Ok(Template::Pick(vec![int(1), int(2)])));
        assert_eq!(field("{ fake: city }"), Ok(Template::Fake(FakeName::City)));
        let repeat = |count| Ok(Template::Repeat { count, of: Box::new(int(7)) });
        assert_eq!(field("{ repeat: 1..5, of: 7 }"), repeat(range(1, 5)));
        assert_eq!(field("{ repeat: 2, of: 7 }"), repeat(range(2, 2)));
        let uniform = |round| Ok(Template::Uniform { low: 1.0, high: 2.5, round });
        assert_eq!(field("{ uniform: [1, 2.5] }"), uniform(None));
        assert_eq!(field("{ round: 2, uniform: [1, 2.5] }"), uniform(Some(2)));
        assert_eq!(field("{ weights: [3, 1] }"), Ok(Template::WeightedIndex(vec![3.0, 1.0])));
        let named = vec![("US".to_owned(), 5.0), ("NO".to_owned(), 1.0)];
        assert_eq!(field("{ weights: { US: 5, NO: 1 } }"), Ok(Template::WeightedText(named)));
        assert!(matches!(field("{ uuid: 'T-{}' }"), Ok(Template::Uuid(_))));
        assert!(matches!(field("{ pick: 'U-{0..5}' }"), Ok(Template::PickText(_))));
    }

    #[test]
    fn null_injection_is_a_chance_of_null() {
        let null = Box::new(Template::Literal(Literal::Null));
        let one = Box::new(Template::Literal(Literal::Int(1)));
        let wanted = Template::Chance { share: 0.05, then: null.clone(), otherwise: one.clone() };
        assert_eq!(field("{ null: 5%, of: 1 }"), Ok(wanted));
        let wanted = Template::Chance { share: 0.05, then: one, otherwise: null };
        assert_eq!(field("{ share: 5%, then: 1 }"), Ok(wanted));
    }

    #[test]
    fn misspelt_generator_is_recognised_by_its_argument() {
        assert_eq!(message("{ fakee: city }"), "unknown generator `fakee`; did you mean `fake`?");
        assert_eq!(message("{ pikc: [1, 2] }"), "unknown generator `pikc`; did you mean `pick`?");
        assert_eq!(
            message("{ unifrom: [1, 2], round: 2 }"),
            "unknown generator `unifrom`; did you mean `uniform`?"
        );
        assert_eq!(message("{ repat: 1..3, of: 1 }"), "unknown generator `repat`; did you mean `repeat`?");
    }

    #[test]
    fn objects_that_only_rhyme_with_generators_stay_objects() {
        for yaml in ["{ name: foo }", "{ pack: 12 }", "{ pint: 5, size: 3 }", "{ item: [1] }", "{}"] {
            assert!(matches!(field(yaml), Ok(Template::Object(_))), "{yaml}");
        }
        assert!(matches!(field("{ object: { pick: 1 } }"), Ok(Template::Object(_))));
        assert!(row("share: 5\npick: 1\n").is_ok());
    }

    #[test]
    fn wrong_arguments_say_what_was_expected() {
        assert_eq!(message("{ int: 5 }"), "expected a range such as `0..3`, both ends included, found `5`");
        assert_eq!(message("{ fake: cty }"), "unknown fake `cty`; did you mean `city`?");
        assert_eq!(message("{ uniform: [1, x] }"), "expected a number, found `x`");
        assert_eq!(message("{ uniform: [2, 1] }"), "`uniform` runs upwards, and 2 is not below 1");
        assert_eq!(
            message("{ uniform: [1, 2], rond: 2 }"),
            "unknown key `rond` in generator `uniform`; did you mean `round`?"
        );
        assert_eq!(message("{ repeat: 1..2 }"), "generator `repeat` needs the key `of`");
        assert_eq!(message("{ pick: [] }"), "`pick` needs at least one value");
        assert_eq!(message("{ weights: [0, 0] }"), "`weights` needs at least one weight above zero");
        assert_eq!(message("{ weights: [1, -1] }"), "expected a weight of at least 0, found `-1`");
        assert_eq!(
            message("{ null: 120%, of: 1 }"),
            "expected a share such as `0.5%` or `0.005`, found `120%`"
        );
        assert_eq!(message("{ a: 1, a: 2 }"), "key `a` appears twice");
        assert_eq!(message("{ repeat: -1..2, of: 1 }"), "`repeat` cannot count below 0");
    }
}
