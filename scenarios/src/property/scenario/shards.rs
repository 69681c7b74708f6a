//! Which shards a stream has after splits and merges, so that only those are named that are there.

use serde_saphyr::Spanned;

use crate::file::{Reshard, nowhere};
use crate::rng::Rng;

/// The most open shards that a stream comes to.
const OPEN_MAX: usize = 8;

/// The numbers of a stream's open shards, in the order of their hash keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    open: Vec<u32>,
    next: u32,
}

impl Shards {
    /// A new stream's.
    pub fn new(count: u32) -> Self {
        Self { open: (0..count).collect(), next: count }
    }

    /// A split or a merge that the stream can do, and has done then.
    pub fn change(&mut self, stream: &str, rng: &mut Rng) -> Reshard {
        let merges = self.open.len() > 1 && (self.open.len() >= OPEN_MAX || rng.chance(0.4));
        let stream = nowhere(stream.to_owned());
        match merges {
            true => {
                let at = rng.below(self.open.len() as u64 - 1) as usize;
                let pair = [self.open[at], self.open[at + 1]].map(name);
                self.open.splice(at..at + 2, [self.next]);
                self.next += 1;
                Reshard { stream, split: None, merge: Some(nowhere(pair)) }
            }
            false => {
                let at = rng.below(self.open.len() as u64) as usize;
                let split: Spanned<String> = nowhere(name(self.open[at]));
                self.open.splice(at..at + 1, [self.next, self.next + 1]);
                self.next += 2;
                Reshard { stream, split: Some(split), merge: None }
            }
        }
    }
}

fn name(shard: u32) -> String {
    format!("shardId-{shard:012}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_split_or_merged_is_there_and_gone_then() {
        let (mut shards, mut rng) = (Shards::new(1), Rng::new(3).fork("shards"));
        for _ in 0..100 {
            let before = shards.clone();
            let change = shards.change("s", &mut rng);
            let mut named: Vec<String> = change.split.iter().map(|split| split.value.clone()).collect();
            named.extend(change.merge.iter().flat_map(|merge| merge.value.clone()));
            let number = |name: &String| before.open.iter().position(|shard| self::name(*shard) == *name);
            let places: Vec<usize> = named.iter().map(|name| number(name).expect("it is open")).collect();
            assert!(places.len() == 1 || places[1] == places[0] + 1, "{places:?}");
            assert!(named.iter().all(|name| !shards.open.iter().any(|shard| self::name(*shard) == *name)));
            assert!(shards.open.len() <= OPEN_MAX);
        }
    }
}
