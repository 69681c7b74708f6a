//! Reading `generate:` what is written for a stream, and how its parts are held against each other.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use super::duration::Length;
use super::entries::Entries;
use super::error::{FileError, Source};
use super::load::{
    Arrival, Corrupt, Delay, KeyForm, KeyRule, Load, Origin, Percentiles, Skew, Target, Volume,
};
use super::object_pattern::{ObjectPart, ObjectPattern};
use super::pattern::KeyPattern;
use super::rate::Rate;
use super::share::Share;
use super::suggest::did_you_mean;
use super::template::{Reference, Scope, Template, TemplateReader};
use super::tree::Node;

/// One stream's section as it is written, before its parts are held against each other.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoadText {
    /// Where in S3 the rows go; into the stream of this name when absent.
    #[schemars(with = "Option<ObjectPattern>")]
    to: Option<Spanned<ObjectPattern>>,
    #[schemars(with = "Option<u64>")]
    events: Option<Spanned<u64>>,
    #[schemars(with = "Option<Rate>")]
    rate: Option<Spanned<Rate>>,
    #[schemars(with = "Option<String>")]
    follows: Option<Spanned<String>>,
    #[schemars(with = "Option<Share>")]
    share: Option<Spanned<Share>>,
    #[schemars(with = "Option<After>")]
    event_time: Option<Spanned<After>>,
    #[schemars(with = "Option<KeyText>")]
    key: Option<Spanned<KeyText>>,
    /// Only its presence: the tree holds its shape.
    #[serde(rename = "row")]
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    _row: IgnoredAny,
    #[serde(default)]
    arrival: Arrival,
    #[serde(default)]
    duplicates: Share,
    corrupt: Option<Corrupt>,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct After {
    #[schemars(with = "String")]
    after: Spanned<String>,
    by: Delay,
}

#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyText {
    #[schemars(with = "Option<String>")]
    field: Option<Spanned<String>>,
    uuid: Option<KeyPattern>,
    pattern: Option<KeyPattern>,
    partition: Option<Skew>,
}

/// Turns the written sections into loads.
pub(super) fn loads(
    written: Entries<LoadText>,
    tree: &Node,
    source: &Source,
) -> Result<Entries<Load>, FileError> {
    let sections = tree.get("generate");
    written.try_map(|stream, text| {
        let section = sections.and_then(|sections| sections.get(&stream.value));
        let row =
            section.and_then(|section| section.get("row")).expect("a section without row does not parse");
        LoadReader { source, stream, section: section.expect("the row came from it") }.load(text, row)
    })
}

/// Holds the parts of one section against each other.
struct LoadReader<'a> {
    source: &'a Source,
    stream: &'a Spanned<String>,
    section: &'a Node,
}

impl LoadReader<'_> {
    fn load(&self, text: LoadText, row: &Node) -> Result<Load, FileError> {
        let has_parent = text.follows.is_some();
        self.check_delays(&text)?;
        let of = format!("stream `{}`", self.stream.value);
        let scope = if has_parent { Scope::Follower } else { Scope::Event };
        let reader = TemplateReader { source: self.source, of: &of, scope };
        let template = reader.row(row)?;
        let key = self.key(text.key.as_ref(), has_parent, &template)?;
        let origin = self.origin(text.follows, text.share, text.event_time, text.events, text.rate)?;
        self.check_corrupt(text.corrupt.as_ref())?;
        if let Some(to) = &text.to {
            self.check_target(to, &template)?;
        }
        Ok(Load {
            target: text.to.map_or(Target::Stream, Target::Objects),
            origin,
            key,
            row: template,
            arrival: text.arrival,
            duplicates: text.duplicates,
            corrupt: text.corrupt,
        })
    }

    fn origin(
        &self,
        follows: Option<Spanned<String>>,
        share: Option<Spanned<Share>>,
        event_time: Option<Spanned<After>>,
        events: Option<Spanned<u64>>,
        rate: Option<Spanned<Rate>>,
    ) -> Result<Origin, FileError> {
        match follows {
            Some(parent) => {
                self.without("events", events, "follows")?;
                self.without("rate", rate, "follows")?;
                let share = share.map_or(Share(1.0), |share| share.value);
                Ok(Origin::Follows { parent, share, after: self.after(event_time)? })
            }
            None => {
                self.only_after("share", share, "follows")?;
                self.only_after("event_time", event_time, "follows")?;
                self.volume(events, rate).map(Origin::Clock)
            }
        }
    }

    fn volume(&self, events: Option<Spanned<u64>>, rate: Option<Spanned<Rate>>) -> Result<Volume, FileError> {
        match (events, rate) {
            (Some(events), None) => Ok(Volume::Events(events.value)),
            (None, Some(rate)) => Ok(Volume::Rate(rate.value)),
            (Some(_), rate) => {
                self.without("rate", rate, "events")?;
                unreachable!("both are given, so the one was refused beside the other")
            }
            (None, None) => {
                let message = format!("`generate` of stream `{}` does not say how much", self.stream.value);
                let help = "add `events: 10000`, `rate: 200/s`, or `follows: STREAM`";
                Err(self.source.error_at(self.stream, message).label("no volume").help(help))
            }
        }
    }

    fn after(&self, event_time: Option<Spanned<After>>) -> Result<Delay, FileError> {
        let Some(Spanned { value: After { after, by }, .. }) = event_time else {
            return Ok(Delay::Constant(Length::default()));
        };
        match after.value.as_str() {
            "parent" => Ok(by),
            other => {
                let message = format!("an event time comes after `parent`, not after `{other}`");
                Err(self.source.error_at(&after, message).label("expected `parent`"))
            }
        }
    }

    fn key(
        &self,
        text: Option<&Spanned<KeyText>>,
        has_parent: bool,
        row: &Template,
    ) -> Result<KeyRule, FileError> {
        let Some(Spanned { value: text, .. }) = text else {
            return Ok(KeyRule { form: default_form(has_parent), partition: None });
        };
        if let Some(field) = &text.field {
            self.check_key_field(field, row)?;
        }
        if let Some(skew) = text.partition {
            self.check_skew(skew)?;
        }
        let form = match (text.uuid.clone(), text.pattern.clone()) {
            (Some(uuid), None) => KeyForm::Uuid(uuid),
            (None, Some(pattern)) => KeyForm::Number(pattern),
            (None, None) => default_form(has_parent),
            (Some(_), Some(_)) => {
                let message = "a key has either `uuid` or `pattern`, and both are given";
                return Err(self.wrong(&["key", "pattern"], message));
            }
        };
        Ok(KeyRule { form, partition: text.partition })
    }

    /// The fields that an object's place takes from the row are there, and its rows have one.
    fn check_target(&self, to: &Spanned<ObjectPattern>, row: &Template) -> Result<(), FileError> {
        let pattern = &to.value;
        for part in &pattern.parts {
            if let ObjectPart::Field(field) = part
                && row.field(field).is_none()
            {
                let fields = row.field_paths();
                let near = did_you_mean(field, fields.iter().map(String::as_str));
                let message = format!("the row has no field `{field}`{near}");
                return Err(self.source.error_at(to, message).label("`$row` names its fields"));
            }
        }
        if pattern.unit().is_none() && !pattern.has_key() {
            let help = "add `$key` for an object a row, or `$event_time.minute` for one a minute";
            let message = "every row would go into the same object";
            return Err(self.source.error_at(to, message).label("the same for all rows").help(help));
        }
        Ok(())
    }

    /// `field` documents where the key stands in the row; it must be true.
    fn check_key_field(&self, field: &Spanned<String>, row: &Template) -> Result<(), FileError> {
        let path = field.value.as_str();
        match row.field(path) {
            Some(Template::Reference(Reference::Key)) => Ok(()),
            Some(_) => {
                let message = format!("field `{path}` of the row is not the key");
                let help = format!("write `$key` as the value of `{path}` in `row`");
                Err(self.source.error_at(field, message).help(help))
            }
            None => {
                let fields = row.field_paths();
                let near = did_you_mean(path, fields.iter().map(String::as_str));
                let message = format!("the row has no field `{path}`{near}");
                Err(self
                    .source
                    .error_at(field, message)
                    .help("write the path through objects, as in `body.id`"))
            }
        }
    }

    fn check_skew(&self, skew: Skew) -> Result<(), FileError> {
        const MOST_KEYS: u32 = 1_000_000;
        if !(1..=MOST_KEYS).contains(&skew.keys) {
            let message = format!("expected 1 to {MOST_KEYS} partition keys, found `{}`", skew.keys);
            return Err(self.wrong(&["key", "partition", "keys"], message));
        }
        if !(0.0..=10.0).contains(&skew.zipf) {
            let message = format!("expected an exponent from 0 to 10, found `{}`", skew.zipf);
            return Err(self.wrong(&["key", "partition", "zipf"], message));
        }
        Ok(())
    }

    fn check_delays(&self, text: &LoadText) -> Result<(), FileError> {
        let late = text.arrival.late.as_ref();
        let by = text.event_time.as_ref().map(|after| after.value.by);
        self.check_delay(text.arrival.delay, &["arrival", "delay"])?;
        self.check_delay(late.map(|late| late.by), &["arrival", "late", "by"])?;
        self.check_delay(by, &["event_time", "by"])
    }

    fn check_delay(&self, delay: Option<Delay>, path: &[&str]) -> Result<(), FileError> {
        match delay {
            Some(Delay::Lognormal(Percentiles { p50, p99 })) if p50.micros() == 0 || p99 < p50 => {
                Err(self.wrong(path, "a lognormal needs a `p50` above zero and a `p99` that is not below it"))
            }
            Some(Delay::Uniform([low, high])) if high < low => {
                Err(self.wrong(path, "a uniform delay runs from the shorter to the longer"))
            }
            _ => Ok(()),
        }
    }

    fn check_corrupt(&self, corrupt: Option<&Corrupt>) -> Result<(), FileError> {
        match corrupt {
            Some(corrupt) if corrupt.kinds.is_empty() => {
                Err(self.wrong(&["corrupt", "as"], "expected at least one kind of corruption"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a key that has no meaning beside another.
    fn without<T>(&self, key: &str, value: Option<Spanned<T>>, beside: &str) -> Result<(), FileError> {
        value.map_or(Ok(()), |value| {
            let message = format!(
                "`{key}` cannot stand beside `{beside}` in `generate` of stream `{}`",
                self.stream.value
            );
            Err(self.source.error_at(&value, message).label(format!("leave out this or `{beside}`")))
        })
    }

    /// Refuses a key that only has a meaning beside another.
    fn only_after<T>(&self, key: &str, value: Option<Spanned<T>>, needed: &str) -> Result<(), FileError> {
        value.map_or(Ok(()), |value| {
            let message = format!("`{key}` needs `{needed}` in `generate` of stream `{}`", self.stream.value);
            Err(self.source.error_at(&value, message).label(format!("no `{needed}` here")))
        })
    }

    /// An error at a value below this section.
    fn wrong(&self, path: &[&str], message: impl Into<String>) -> FileError {
        let node = path.iter().fold(self.section, |node, name| node.get(name).unwrap_or(node));
        let label = format!("`{}` of stream `{}`", path.join("."), self.stream.value);
        self.source.error(node.span.clone(), message).label(label)
    }
}

fn default_form(has_parent: bool) -> KeyForm {
    if has_parent { KeyForm::Parent } else { KeyForm::Uuid(KeyPattern::bare()) }
}
