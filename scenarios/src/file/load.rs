//! `generate:` the traffic of each stream: how much, when it happens, when it arrives, and what it says.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::duration::Length;
use super::object_pattern::ObjectPattern;
use super::pattern::KeyPattern;
use super::rate::Rate;
use super::share::Share;
use super::template::Template;

/// The traffic of one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// Where its records go.
    pub target: Target,
    /// What makes an event happen.
    pub origin: Origin,
    /// How an event gets its key and partition key.
    pub key: KeyRule,
    /// The record, an object.
    pub row: Template,
    /// When the record reaches the stream.
    pub arrival: Arrival,
    /// The share of records that are sent a second time, byte for byte, a little later.
    pub duplicates: Share,
    /// The records that arrive broken.
    pub corrupt: Option<Corrupt>,
}

/// Where generated records go.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Into the stream of that name, record by record.
    Stream,
    /// Into objects of S3, one row a line. Rows whose places are the same share an object, which is put when the
    /// unit of time that its key names is over; with `$key` in it each row is an object of its own, put when it
    /// arrives.
    Objects(Spanned<ObjectPattern>),
}

impl Load {
    /// The stream that this one follows.
    pub fn parent(&self) -> Option<&str> {
        match &self.origin {
            Origin::Clock(_) => None,
            Origin::Follows { parent, .. } => Some(&parent.value),
        }
    }
}

/// What makes an event happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// The clock: this many events, spread evenly over `clock.for`.
    Clock(Volume),
    /// An event of another stream.
    Follows {
        /// The stream whose events are followed.
        parent: Spanned<String>,
        /// The share of its events that get a follower.
        share: Share,
        /// How long after the parent's event time the follower's is.
        after: Delay,
    },
}

/// How many events.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Volume {
    /// In all.
    Events(u64),
    /// Per time.
    Rate(Rate),
}

/// How an event gets its key (`$key`) and the partition key it is sent with.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRule {
    /// The key's text.
    pub form: KeyForm,
    /// Partition keys apart from the keys, with hot ones; absent: the key is the partition key.
    pub partition: Option<Skew>,
}

/// The text of keys.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyForm {
    /// A random UUID in a pattern.
    Uuid(KeyPattern),
    /// The number of the event in its stream, from 0, in a pattern.
    Number(KeyPattern),
    /// The parent's key. The default of followers.
    Parent,
}

/// A fixed set of partition keys, used by Zipf's law.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skew {
    /// The exponent: 0 is even, 1 the classic law, more is hotter.
    pub zipf: f64,
    /// How many partition keys there are.
    pub keys: u32,
}

/// When a record reaches its stream, counted from its event time.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// The delay of every record; none when absent.
    pub delay: Option<Delay>,
    /// Records that come later than that.
    pub late: Option<Late>,
    /// Whether delays may change the order.
    #[serde(default)]
    pub out_of_order: Order,
}

/// What delays do to the order of a stream's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Who is delayed more than its successor arrives after it.
    #[default]
    Natural,
    /// Nobody overtakes: a record arrives no earlier than the one that happened before it.
    None,
}

/// A share of records with a further delay.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// How many.
    pub share: Share,
    /// How much later.
    pub by: Delay,
}

/// A distribution of durations.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// Lognormal, by two of its percentiles: most are short, a few are very long.
    Lognormal(Percentiles),
    /// Exponential, by its mean.
    Exp(Length),
    /// Always the same.
    Constant(Length),
    /// Even between two durations.
    Uniform([Length; 2]),
}

/// The names of the distributions, by which an error about one is recognised.
pub(super) const DELAY_KINDS: &[&str] = &["lognormal", "exp", "constant", "uniform"];

/// The percentiles that fix a lognormal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percentiles {
    /// The median; above zero.
    pub p50: Length,
    /// What 99 in 100 stay below; not below the median.
    pub p99: Length,
}

/// Records that arrive broken.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Corrupt {
    /// How many.
    pub share: Share,
    /// In which ways, each as likely; cut off, with a wrong type and with a missing field when absent.
    #[serde(rename = "as", default = "every_corruption")]
    pub kinds: Vec<CorruptKind>,
}

/// A way in which a record is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorruptKind {
    /// Cut off somewhere: not JSON.
    TruncatedJson,
    /// One value has a type that does not convert to the column's.
    WrongType,
    /// One field, plain or nested, is gone.
    MissingField,
    /// One field, plain or nested, is null.
    NullField,
    /// Some bytes are no UTF-8.
    NotUtf8,
    /// No bytes at all.
    Empty,
}

fn every_corruption() -> Vec<CorruptKind> {
    vec![CorruptKind::TruncatedJson, CorruptKind::WrongType, CorruptKind::MissingField]
}
