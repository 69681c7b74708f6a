//! What a producer routed a record by.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// Text, which may share memory with the records around it: most keys are never read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PartitionKey(Bytes);

impl PartitionKey {
    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl From<Bytes> for PartitionKey {
    fn from(text: Bytes) -> Self {
        Self(text)
    }
}

impl From<String> for PartitionKey {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl PartialEq<str> for PartitionKey {
    fn eq(&self, text: &str) -> bool {
        self.0 == text.as_bytes()
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
