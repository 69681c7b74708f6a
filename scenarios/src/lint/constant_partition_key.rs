//! All records of a stream under one partition key: one shard gets them all, however many there are.

use super::{Facts, Finding};
use crate::file::{KeyForm, Load};

/// Streams of several shards whose records have one partition key.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let generate = &facts.file.generate;
    let constant = generate.iter().filter(|(stream, load)| is_constant(load) && shards(facts, stream) > 1);
    let finding = |(stream, _): (&str, &Load)| Finding {
        message: format!(
            "every record of stream `{stream}` has the same partition key: one of its {} shards gets them all, and the \
             limits of one shard are those of the stream",
            shards(facts, stream)
        ),
        help: "leave `partition` out, so that the key is the partition key, or use more `keys`".into(),
        place: facts.file.place(&["generate", stream, "key", "partition"]),
    };
    constant.map(finding).chain(shapes(facts)).collect()
}

/// Streams of several shards to which every shape sends under one and the same key.
fn shapes(facts: &Facts<'_>) -> Vec<Finding> {
    let streams = facts.file.resources.streams.names().filter(|stream| shards(facts, stream) > 1);
    let constant = streams.filter_map(|stream| {
        let mut keys = facts.file.shapes.iter().filter(|(_, shape)| shape.stream.value == stream);
        let (name, first) = keys.next()?;
        let same = keys.all(|(_, shape)| shape.key.value == first.key.value);
        (same && !first.key.value.contains("$id")).then_some((stream, name, first))
    });
    let finding = |(stream, name, shape): (&str, &str, &crate::file::Shape)| Finding {
        message: format!(
            "every record that the timeline sends to stream `{stream}` has the partition key `{}`: one of its {} shards \
             gets them all",
            shape.key.value,
            shards(facts, stream)
        ),
        help: "write `key: $id`, or leave `key` out".into(),
        place: facts.file.place(&["shapes", name, "key"]),
    };
    constant.map(finding).collect()
}

/// Keys differ from event to event, whatever their form, so only a fixed set of partition keys can have one member.
fn is_constant(load: &Load) -> bool {
    match (&load.key.form, load.key.partition) {
        (KeyForm::Uuid(_) | KeyForm::Number(_) | KeyForm::Parent, Some(skew)) => skew.keys == 1,
        (_, None) => false,
    }
}

fn shards(facts: &Facts<'_>, stream: &str) -> u32 {
    facts.file.resources.streams.get(stream).map_or(0, |stream| stream.shards.value)
}
