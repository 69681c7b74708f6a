//! Keys of events, and the partition keys they are sent with.

use std::sync::Arc;

use super::json_text;
use super::stream::Event;
use crate::file::{KeyForm, KeyPattern, KeyRule, Part};
use crate::rng::{Rng, Weights};

/// Makes the keys of one stream.
#[derive(Debug)]
pub(super) struct KeySource {
    form: KeyForm,
    partition: Option<(Weights, Rng)>,
    made: u64,
    rng: Rng,
    buffer: Vec<u8>,
}

/// An event's key and partition key.
#[derive(Debug)]
pub(super) struct Keys {
    pub key: Arc<str>,
    pub partition_key: Arc<str>,
}

impl KeySource {
    pub fn new(rule: &KeyRule, rng: &Rng) -> Self {
        let skewed = rule.partition.map(|skew| Weights::zipf(skew.keys as usize, skew.zipf));
        Self {
            form: rule.form.clone(),
            partition: skewed.map(|weights| (weights, rng.fork("partition"))),
            made: 0,
            rng: rng.fork("key"),
            buffer: Vec::new(),
        }
    }

    /// The keys of the next event.
    pub fn draw(&mut self, parent: Option<&Event>) -> Keys {
        let key = self.key(parent);
        let partition_key = match &mut self.partition {
            None => Arc::clone(&key),
            Some((weights, rng)) => Arc::from(format!("partition-{}", weights.draw(rng))),
        };
        self.made += 1;
        Keys { key, partition_key }
    }

    fn key(&mut self, parent: Option<&Event>) -> Arc<str> {
        self.buffer.clear();
        match &self.form {
            KeyForm::Parent => {
                let parent = parent.expect("only a follower takes its parent's key");
                return Arc::clone(&parent.keys.key);
            }
            KeyForm::Uuid(pattern) => {
                let (high, low) = (self.rng.next_u64(), self.rng.next_u64());
                fill(pattern, &mut self.buffer, |out| json_text::uuid(high, low, out));
            }
            KeyForm::Number(pattern) => {
                let number = self.made as i64;
                fill(pattern, &mut self.buffer, |out| json_text::integer(number, out));
            }
        }
        Arc::from(std::str::from_utf8(&self.buffer).expect("patterns and numbers are text"))
    }
}

/// Writes a pattern, with `hole` in its places.
fn fill(pattern: &KeyPattern, out: &mut Vec<u8>, hole: impl Fn(&mut Vec<u8>)) {
    for part in &pattern.0.parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Hole => hole(out),
            Part::Range(_) => unreachable!("a key pattern has no ranges"),
        }
    }
}
