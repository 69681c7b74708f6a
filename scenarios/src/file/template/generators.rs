//! The generators that a row may use, one line each in [`GENERATORS`].

use super::{Literal, Template, TemplateReader};
use crate::file::error::FileError;
use crate::file::fake_name::{FAKES, FakeName};
use crate::file::from_text::FromText;
use crate::file::pattern::{IntRange, KeyPattern, Pattern};
use crate::file::share::Share;
use crate::file::suggest::{did_you_mean, name_list, nearest};
use crate::file::tree::{Key, Node, NodeKind};
use crate::file::utc_time::UtcTime;

/// A generator: the key that names it, the further keys it takes, and how to read it.
struct Generator {
    name: &'static str,
    /// Whether the argument looks like this generator's, which tells a misspelt generator from an object.
    fits: fn(&Node) -> bool,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    read: fn(&Arguments<'_>) -> Result<Template, FileError>,
}

#[rustfmt::skip]
const GENERATORS: &[Generator] = &[
    Generator { name: "pick", fits: is_choice, required: &[], optional: &[], read: pick },
    Generator { name: "repeat", fits: is_count, required: &["of"], optional: &[], read: repeat },
    Generator { name: "fake", fits: is_word, required: &[], optional: &[], read: fake },
    Generator { name: "uniform", fits: is_pair, required: &[], optional: &["round"], read: uniform },
    Generator { name: "int", fits: is_range, required: &[], optional: &[], read: int },
    Generator { name: "weights", fits: is_weights, required: &[], optional: &[], read: weights },
    Generator { name: "date", fits: is_dates, required: &[], optional: &[], read: date },
    Generator { name: "uuid", fits: is_key_pattern, required: &[], optional: &[], read: uuid },
    Generator { name: "share", fits: is_share, required: &["then"], optional: &["else"], read: share },
    Generator { name: "null", fits: is_share, required: &["of"], optional: &[], read: null },
    Generator { name: "object", fits: never, required: &[], optional: &[], read: object },
];

/// Whether a key could be taken for a generator's.
pub(super) fn like_a_generator(key: &str) -> bool {
    let mut names = GENERATORS.iter().map(|generator| generator.name);
    names.clone().any(|name| name == key) || nearest(key, &mut names).is_some()
}

/// A generator's mapping while it is read.
struct Arguments<'a> {
    reader: &'a TemplateReader<'a>,
    node: &'a Node,
    /// The value under the generator's own name.
    main: &'a Node,
}

impl TemplateReader<'_> {
    /// Reads a mapping as a generator, or says that it is none.
    pub(super) fn generator(&self, node: &Node) -> Result<Option<Template>, FileError> {
        for (key, main) in node.entries() {
            if let Some(generator) = GENERATORS.iter().find(|generator| generator.name == key.text) {
                self.check_keys(generator, node, key)?;
                return (generator.read)(&Arguments { reader: self, node, main }).map(Some);
            }
        }
        self.misspelt(node).map_or(Ok(None), Err)
    }

    fn check_keys(&self, generator: &Generator, node: &Node, name: &Key) -> Result<(), FileError> {
        self.refuse_twice(node)?;
        let known = || generator.required.iter().chain(generator.optional).copied();
        let unknown = |key: &&Key| key.text != generator.name && !known().any(|known| known == key.text);
        if let Some(key) = node.entries().iter().map(|(key, _)| key).find(unknown) {
            let near = did_you_mean(&key.text, known());
            let message = format!("unknown key `{}` in generator `{}`{near}", key.text, generator.name);
            let help =
                format!("an object with a field `{0}` is written `{{ object: {{ {0}: … }} }}`", name.text);
            return Err(self.at_key(key, message).help(help));
        }
        match generator.required.iter().find(|required| node.get(required).is_none()) {
            None => Ok(()),
            Some(missing) => {
                let message = format!("generator `{}` needs the key `{missing}`", generator.name);
                Err(self.at_key(name, message))
            }
        }
    }

    /// The error for a mapping that would be a generator if one key were spelt right.
    fn misspelt(&self, node: &Node) -> Option<FileError> {
        for (key, main) in node.entries() {
            let Some(near) = nearest(&key.text, GENERATORS.iter().map(|generator| generator.name)) else {
                continue;
            };
            let generator = GENERATORS.iter().find(|generator| generator.name == near)?;
            let of_generator =
                |other: &str| generator.required.contains(&other) || generator.optional.contains(&other);
            let others_fit =
                node.entries().iter().all(|(other, _)| other.text == key.text || of_generator(&other.text));
            let complete = generator.required.iter().all(|required| node.get(required).is_some());
            if others_fit && complete && (generator.fits)(main) {
                let message = format!("unknown generator `{}`; did you mean `{near}`?", key.text);
                let names = name_list(GENERATORS.iter().map(|generator| generator.name));
                let help = format!(
                    "known generators: {names}\nan object with this field is written `{{ object: {{ {}: … }} }}`",
                    key.text
                );
                return Some(self.at_key(key, message).help(help));
            }
        }
        None
    }
}

impl Arguments<'_> {
    fn expected(&self, what: &str, node: &Node) -> FileError {
        self.reader.expected(what, node)
    }

    fn wrong(&self, node: &Node, message: impl Into<String>) -> FileError {
        self.reader.source.error(node.span.clone(), message)
    }

    fn word<T: FromText>(&self, node: &Node) -> Result<T, FileError> {
        word(node).ok_or_else(|| self.expected(T::EXPECTED, node))
    }

    fn template(&self, key: &str) -> Result<Option<Box<Template>>, FileError> {
        self.node.get(key).map(|node| self.reader.template(node).map(Box::new)).transpose()
    }

    /// A template under a key that [`TemplateReader::check_keys`] has seen to be there.
    fn required(&self, key: &str) -> Result<Box<Template>, FileError> {
        Ok(self.template(key)?.expect("required keys were checked before the generator is read"))
    }

    fn number(&self, node: &Node) -> Result<f64, FileError> {
        let number = node.text().and_then(|text| text.parse::<f64>().ok());
        number.filter(|number| number.is_finite()).ok_or_else(|| self.expected("a number", node))
    }

    fn weight(&self, node: &Node) -> Result<f64, FileError> {
        match self.number(node)? {
            weight if weight >= 0.0 => Ok(weight),
            _ => Err(self.expected("a weight of at least 0", node)),
        }
    }
}

fn pick(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    match &arguments.main.kind {
        NodeKind::List(items) if items.is_empty() => {
            Err(arguments.wrong(arguments.main, "`pick` needs at least one value"))
        }
        NodeKind::List(items) => {
            let items = items.iter().map(|item| arguments.reader.template(item));
            Ok(Template::Pick(items.collect::<Result<_, _>>()?))
        }
        _ => match word::<Pattern>(arguments.main).filter(Pattern::draws) {
            Some(pattern) => Ok(Template::PickText(pattern)),
            None => Err(arguments.expected("a list or a pattern such as `U-{0..5000}`", arguments.main)),
        },
    }
}

fn repeat(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let exact = arguments.main.text().and_then(|text| text.parse().ok());
    let count = match exact {
        Some(count) => IntRange { low: count, high: count },
        None => arguments.word(arguments.main)?,
    };
    if count.low < 0 {
        return Err(arguments.wrong(arguments.main, "`repeat` cannot count below 0"));
    }
    Ok(Template::Repeat { count, of: arguments.required("of")? })
}

fn fake(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let name =
        arguments.main.text().ok_or_else(|| arguments.expected("the name of a fake", arguments.main))?;
    FakeName::from_name(name).map(Template::Fake).ok_or_else(|| {
        let names = || FAKES.iter().map(|(name, _)| *name);
        let message = format!("unknown fake `{name}`{}", did_you_mean(name, names()));
        arguments.wrong(arguments.main, message).help(format!("known fakes: {}", name_list(names())))
    })
}

fn uniform(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let NodeKind::List(ends) = &arguments.main.kind else {
        return Err(arguments.expected("two numbers such as `[1.0, 200.0]`", arguments.main));
    };
    let [low, high] = ends.as_slice() else {
        return Err(arguments.expected("two numbers such as `[1.0, 200.0]`", arguments.main));
    };
    let (low, high) = (arguments.number(low)?, arguments.number(high)?);
    if low >= high {
        let message = format!("`uniform` runs upwards, and {low} is not below {high}");
        return Err(arguments.wrong(arguments.main, message));
    }
    Ok(Template::Uniform { low, high, round: round(arguments)? })
}

fn round(arguments: &Arguments<'_>) -> Result<Option<u8>, FileError> {
    let Some(node) = arguments.node.get("round") else { return Ok(None) };
    let decimals = node.text().and_then(|text| text.parse::<u8>().ok()).filter(|decimals| *decimals <= 9);
    decimals.map(Some).ok_or_else(|| arguments.expected("decimals from 0 to 9", node))
}

fn int(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    arguments.word(arguments.main).map(Template::Int)
}

fn date(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let expected = "two dates such as `2020-01-01..2024-12-31`, both included";
    dates(arguments.main).map(Template::Date).ok_or_else(|| arguments.expected(expected, arguments.main))
}

/// The days since 1970 of a range of dates.
fn dates(node: &Node) -> Option<IntRange> {
    const MICROS_PER_DAY: i64 = 86_400_000_000;
    let day = |text: &str| {
        let midnight = UtcTime::from_text(&format!("{}T00:00:00Z", text.trim()))?;
        Some(midnight.0.div_euclid(MICROS_PER_DAY))
    };
    let (low, high) = node.text()?.split_once("..")?;
    let (low, high) = (day(low)?, day(high)?);
    (low <= high).then_some(IntRange { low, high })
}

fn is_dates(node: &Node) -> bool {
    dates(node).is_some()
}

fn weights(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let template = match &arguments.main.kind {
        NodeKind::List(items) => {
            let weights = items.iter().map(|item| arguments.weight(item));
            Template::WeightedIndex(weights.collect::<Result<_, _>>()?)
        }
        NodeKind::Map(entries) => {
            let weights = entries.iter().map(|(key, node)| Ok((key.text.clone(), arguments.weight(node)?)));
            Template::WeightedText(weights.collect::<Result<_, FileError>>()?)
        }
        NodeKind::Scalar { .. } => {
            return Err(arguments.expected("a list or a mapping of weights", arguments.main));
        }
    };
    let drawable = match &template {
        Template::WeightedIndex(weights) => weights.iter().any(|weight| *weight > 0.0),
        Template::WeightedText(weights) => weights.iter().any(|(_, weight)| *weight > 0.0),
        _ => unreachable!("both forms of weights are handled"),
    };
    match drawable {
        true => Ok(template),
        false => Err(arguments.wrong(arguments.main, "`weights` needs at least one weight above zero")),
    }
}

fn uuid(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    arguments.word(arguments.main).map(Template::Uuid)
}

fn share(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let Share(share) = arguments.word(arguments.main)?;
    let otherwise = arguments.template("else")?.unwrap_or_else(null_literal);
    Ok(Template::Chance { share, then: arguments.required("then")?, otherwise })
}

fn null(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    let Share(share) = arguments.word(arguments.main)?;
    Ok(Template::Chance { share, then: null_literal(), otherwise: arguments.required("of")? })
}

fn object(arguments: &Arguments<'_>) -> Result<Template, FileError> {
    arguments.reader.row(arguments.main)
}

fn null_literal() -> Box<Template> {
    Box::new(Template::Literal(Literal::Null))
}

fn word<T: FromText>(node: &Node) -> Option<T> {
    node.text().and_then(T::from_text)
}

fn is_choice(node: &Node) -> bool {
    matches!(node.kind, NodeKind::List(_)) || word::<Pattern>(node).is_some_and(|pattern| pattern.draws())
}

fn is_count(node: &Node) -> bool {
    is_range(node) || node.text().is_some_and(|text| text.parse::<u32>().is_ok())
}

fn is_range(node: &Node) -> bool {
    word::<IntRange>(node).is_some()
}

fn is_word(node: &Node) -> bool {
    node.text().is_some_and(|text| FakeName::from_name(text).is_some())
}

fn is_pair(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::List(items) if items.len() == 2)
}

fn is_weights(node: &Node) -> bool {
    let is_number = |node: &Node| node.text().is_some_and(|text| text.parse::<f64>().is_ok());
    match &node.kind {
        NodeKind::List(items) => !items.is_empty() && items.iter().all(|item| is_number(item)),
        NodeKind::Map(entries) => !entries.is_empty() && entries.iter().all(|(_, value)| is_number(value)),
        NodeKind::Scalar { .. } => false,
    }
}

/// For the escape `object`, which anything would fit: a field that rhymes with it is a field.
fn never(_: &Node) -> bool {
    false
}

fn is_key_pattern(node: &Node) -> bool {
    word::<KeyPattern>(node).is_some()
}

fn is_share(node: &Node) -> bool {
    word::<Share>(node).is_some()
}
