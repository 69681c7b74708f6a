//! ETags of objects, without quotes. One that is the digest of content in memory is made when somebody first asks for
//! it: whoever writes in this process mostly does not, and large objects are written faster than they are digested.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use md5::{Digest, Md5};

/// The ETag of content with this MD5 digest.
pub(crate) fn of_digest(digest: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest))
}

/// The MD5 digest of content in pieces.
pub(crate) fn digest_of(pieces: &[Bytes]) -> [u8; 16] {
    let mut digest = Md5::new();
    pieces.iter().for_each(|piece| digest.update(piece));
    digest.finalize().into()
}

/// Content in memory, in the pieces in which it came, and its ETag once somebody has asked for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeldBody {
    pieces: Vec<Bytes>,
    e_tag: OnceLock<String>,
}

impl HeldBody {
    pub fn new(pieces: Vec<Bytes>) -> Self {
        Self { pieces, e_tag: OnceLock::new() }
    }

    /// What lies in a range, piece by piece.
    pub fn part(&self, range: Range<u64>) -> Vec<Bytes> {
        let mut start = 0;
        let mut found = Vec::new();
        for piece in &self.pieces {
            let end = start + piece.len() as u64;
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                found.push(piece.slice((from - start) as usize..(to - start) as usize));
            }
            start = end;
        }
        found
    }

    /// All of it at once.
    pub fn whole(&self) -> Bytes {
        joined(&self.pieces)
    }

    fn e_tag(&self) -> &str {
        self.e_tag.get_or_init(|| of_digest(digest_of(&self.pieces)))
    }
}

/// Pieces as one; a single one is shared.
pub(super) fn joined(pieces: &[Bytes]) -> Bytes {
    match pieces {
        [piece] => piece.clone(),
        pieces => pieces.concat().into(),
    }
}

/// The ETag of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ETag {
    Known(String),
    /// To be made of this.
    Of(Arc<HeldBody>),
}

impl ETag {
    pub fn text(&self) -> &str {
        match self {
            Self::Known(text) => text,
            Self::Of(body) => body.e_tag(),
        }
    }

    /// The ETag if it is known already.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Of(body) => body.e_tag.get().map(String::as_str),
        }
    }
}

impl From<String> for ETag {
    fn from(text: String) -> Self {
        Self::Known(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_tag_is_made_when_it_is_asked_for_and_then_known() {
        let body = Arc::new(HeldBody::new(vec![Bytes::from_static(b"a")]));
        let (one, other) = (ETag::Of(Arc::clone(&body)), ETag::Of(body));
        assert_eq!(one.known(), None);
        assert_eq!(one.text(), "0cc175b9c0f1b6a831c399e269772661");
        assert_eq!(other.known(), Some(one.text()));
    }

    #[test]
    fn pieces_are_one_content() {
        let body = HeldBody::new(vec![Bytes::from_static(b"012"), Bytes::new(), Bytes::from_static(b"3456")]);
        assert_eq!(body.whole(), "0123456");
        assert_eq!(body.e_tag(), of_digest(Md5::digest(b"0123456").into()));
        for (range, expected) in [(0..7, vec!["012", "3456"]), (2..4, vec!["2", "3"]), (3..3, vec![])] {
            assert_eq!(body.part(range), expected);
        }
    }
}
