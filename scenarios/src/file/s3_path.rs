//! Places in S3: `s3://bucket/prefix/`.

use super::from_text::{FromText, deserialize_from_text};

/// A bucket and what follows it. The text is kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Path {
    text: String,
    bucket_len: usize,
}

const SCHEME: &str = "s3://";

impl S3Path {
    /// The whole path as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.text[SCHEME.len()..SCHEME.len() + self.bucket_len]
    }

    /// What follows `s3://bucket/`; may be empty.
    pub fn prefix(&self) -> &str {
        let rest = &self.text[SCHEME.len() + self.bucket_len..];
        rest.strip_prefix('/').unwrap_or(rest)
    }
}

impl FromText for S3Path {
    const EXPECTED: &'static str = "a place in S3 such as `s3://bucket/prefix/`";

    fn from_text(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(SCHEME)?;
        let bucket_len = rest.find('/').unwrap_or(rest.len());
        let named = bucket_len > 0 && !rest.contains(char::is_whitespace);
        named.then(|| Self { text: text.to_owned(), bucket_len })
    }
}

deserialize_from_text!(S3Path);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_and_prefix_are_told_apart() {
        let path = S3Path::from_text("s3://lake/data/out/").expect("it is a path");
        assert_eq!(
            (path.bucket(), path.prefix(), path.as_str()),
            ("lake", "data/out/", "s3://lake/data/out/")
        );
        let bare = S3Path::from_text("s3://lake").expect("it is a path");
        assert_eq!((bare.bucket(), bare.prefix()), ("lake", ""));
    }

    #[test]
    fn other_schemes_and_empty_buckets_are_refused() {
        for text in ["lake/data", "s3a://lake/x", "s3://", "s3:///x", "s3://lake/a b"] {
            assert_eq!(S3Path::from_text(text), None, "{text}");
        }
    }
}
