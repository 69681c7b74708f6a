//! What producers route records by.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::{Serialize, Serializer};

/// Text that shares memory with the block of records it came in: most readers of a record never look at it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PartitionKey(Bytes);

impl PartitionKey {
    /// The text as it was put.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// Bytes of the text.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the record was put without one.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Bytes> for PartitionKey {
    fn from(text: Bytes) -> Self {
        Self(text)
    }
}

impl From<PartitionKey> for Bytes {
    fn from(key: PartitionKey) -> Self {
        key.0
    }
}

impl PartialEq<str> for PartitionKey {
    fn eq(&self, text: &str) -> bool {
        self.0 == text.as_bytes()
    }
}

impl PartialEq<&str> for PartitionKey {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text())
    }
}

impl Serialize for PartitionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}
