//! Parts of an object, as the `Range` header names them.
//! Source: RFC 9110 §14, of which S3 takes single ranges.

use std::fmt;
use std::ops::Range;

/// A part of an object of unknown length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// `bytes=first-last`, or `bytes=first-`: from one byte to another, or to the end.
    FromTo(u64, Option<u64>),
    /// `bytes=-length`: so many bytes at the end.
    Last(u64),
}

/// A part of an object of known length, as the `Content-Range` header names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// First byte.
    pub first: u64,
    /// Last byte.
    pub last: u64,
    /// Bytes of the whole object.
    pub total: u64,
}

/// What a range comes to on an object of known length.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    Part(Range<u64>),
    /// The range makes no sense, and is as if it were not there.
    Whole,
    /// The object has no byte of it.
    Unsatisfiable,
}

impl ByteRange {
    pub(super) fn resolve(self, total: u64) -> Resolved {
        match self {
            ByteRange::FromTo(first, Some(last)) if last < first => Resolved::Whole,
            ByteRange::FromTo(first, _) if first >= total => Resolved::Unsatisfiable,
            ByteRange::FromTo(first, None) => Resolved::Part(first..total),
            ByteRange::FromTo(first, Some(last)) => Resolved::Part(first..total.min(last.saturating_add(1))),
            ByteRange::Last(0) => Resolved::Unsatisfiable,
            ByteRange::Last(_) if total == 0 => Resolved::Unsatisfiable,
            ByteRange::Last(length) => Resolved::Part(total.saturating_sub(length)..total),
        }
    }
}

impl fmt::Display for ContentRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, total } = self;
        write!(formatter, "bytes {first}-{last}/{total}")
    }
}

#[cfg(test)]
mod tests {
    use super::ByteRange::*;
    use super::Resolved::*;

    #[test]
    fn ranges_resolve_as_rfc_9110_says() {
        let cases = [
            (FromTo(0, None), 10, Part(0..10)),
            (FromTo(3, Some(5)), 10, Part(3..6)),
            (FromTo(3, Some(99)), 10, Part(3..10)),
            (FromTo(9, Some(u64::MAX)), 10, Part(9..10)),
            (FromTo(10, None), 10, Unsatisfiable),
            (FromTo(0, None), 0, Unsatisfiable),
            (FromTo(5, Some(3)), 10, Whole),
            (Last(3), 10, Part(7..10)),
            (Last(99), 10, Part(0..10)),
            (Last(0), 10, Unsatisfiable),
            (Last(1), 0, Unsatisfiable),
        ];
        for (range, total, expected) in cases {
            assert_eq!(range.resolve(total), expected, "{range:?} of {total}");
        }
    }
}
