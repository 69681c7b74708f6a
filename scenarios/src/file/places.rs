//! Where something stands in a scenario file, for those who have something to say about it later.

use std::ops::Range;

use super::ScenarioFile;
use super::tree::Node;

impl ScenarioFile {
    /// The bytes of the value under these keys, as far down as they are there; `None` when not even the first one is.
    pub fn place(&self, path: &[&str]) -> Option<Range<usize>> {
        let tree = Node::parse(&self.source).ok()?;
        let mut found: Option<&Node> = None;
        for name in path {
            match found.unwrap_or(&tree).get(name) {
                Some(node) => found = Some(node),
                None => break,
            }
        }
        found.map(|node| node.span.clone())
    }
}
