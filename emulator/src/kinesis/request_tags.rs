//! Tags that a request to create a channel or a queue brings along.

use std::collections::BTreeMap;

use crate::validation::Constraint::{self, *};
use crate::validation::Value;

/// On tags in requests.
pub(super) const TAGS: &[Constraint] = &[Length(1, 200)];

/// A member that holds tags.
pub(super) fn value(tags: &Option<BTreeMap<String, String>>) -> Value<'_> {
    tags.as_ref().map_or(Value::Null, |tags| Value::List(tags.len(), "Tag"))
}
