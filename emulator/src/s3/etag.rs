//! ETags of objects that were put in one piece: the MD5 digest of the body, in quotes.

use std::fmt;

use md5::{Digest, Md5};

/// An ETag with its quotes, as it stands in headers and XML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ETag(String);

impl ETag {
    /// The ETag of a body.
    pub(crate) fn of_body(body: &[u8]) -> Self {
        let digest: [u8; 16] = Md5::digest(body).into();
        Self(format!("\"{:032x}\"", u128::from_be_bytes(digest)))
    }

    /// An ETag that was stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// With its quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_tag_is_the_quoted_md5_digest() {
        let e_tag = ETag::of_body(b"");
        assert_eq!(e_tag.as_str(), "\"d41d8cd98f00b204e9800998ecf8427e\"");
        let e_tag = ETag::of_body(b"a");
        assert_eq!(e_tag.as_str(), "\"0cc175b9c0f1b6a831c399e269772661\"");
    }
}
