//! Text with places to fill in: `T-{}` takes a key or number, `U-{0..5000}` draws from a range.

use super::from_text::{FromText, deserialize_from_text};

/// A pattern, cut at its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Text and places in order.
    pub parts: Vec<Part>,
}

/// A piece of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// `{}`: filled by whoever owns the pattern.
    Hole,
    /// `{0..999}`: a whole number, both ends included.
    Range(IntRange),
}

/// Whole numbers from `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntRange {
    /// The least.
    pub low: i64,
    /// The greatest; not below `low`.
    pub high: i64,
}

/// A pattern that has at least one `{}`, and no range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPattern(pub Pattern);

impl Pattern {
    /// Whether some part is of this kind.
    fn has(&self, kind: fn(&Part) -> bool) -> bool {
        self.parts.iter().any(kind)
    }

    /// Whether it draws from at least one range and leaves nothing open.
    pub(crate) fn draws(&self) -> bool {
        self.has(|part| matches!(part, Part::Range(_))) && !self.has(|part| *part == Part::Hole)
    }
}

impl KeyPattern {
    /// `{}`: the value and nothing around it.
    pub(crate) fn bare() -> Self {
        Self(Pattern { parts: vec![Part::Hole] })
    }
}

impl FromText for Pattern {
    const EXPECTED: &'static str = "a pattern such as `U-{0..5000}`";

    fn from_text(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, from_open) = rest.split_at(open);
            let (place, after) = from_open[1..].split_once('}')?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(if place.is_empty() { Part::Hole } else { Part::Range(IntRange::from_text(place)?) });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        (!rest.contains('}')).then_some(Self { parts })
    }
}

impl FromText for IntRange {
    const EXPECTED: &'static str = "a range such as `0..3`, both ends included";

    fn from_text(text: &str) -> Option<Self> {
        let (low, high) = text.split_once("..")?;
        let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (low <= high).then_some(Self { low, high })
    }
}

impl FromText for KeyPattern {
    const EXPECTED: &'static str = "a pattern with `{}` where the value goes, such as `T-{}`";

    fn from_text(text: &str) -> Option<Self> {
        let pattern = Pattern::from_text(text)?;
        let ranged = pattern.has(|part| matches!(part, Part::Range(_)));
        (pattern.has(|part| *part == Part::Hole) && !ranged).then_some(Self(pattern))
    }
}

deserialize_from_text!(KeyPattern);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_is_cut_at_its_places() {
        let pattern = Pattern::from_text("a-{0..9}-{}z").expect("it is a pattern");
        let range = Part::Range(IntRange { low: 0, high: 9 });
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(pattern.parts, [text("a-"), range, text("-"), Part::Hole, text("z")]);
        assert!(!pattern.draws());
    }

    #[test]
    fn range_includes_negative_ends_and_runs_upwards() {
        assert_eq!(IntRange::from_text("-5..5"), Some(IntRange { low: -5, high: 5 }));
        assert_eq!(IntRange::from_text("3..3"), Some(IntRange { low: 3, high: 3 }));
        assert_eq!(IntRange::from_text("5..1"), None);
        assert_eq!(IntRange::from_text("5"), None);
    }

    #[test]
    fn broken_braces_are_refused() {
        for text in ["a{", "a}", "{x}", "{1..}", "{5..1}"] {
            assert_eq!(Pattern::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn key_pattern_needs_its_hole() {
        assert!(KeyPattern::from_text("T-{}").is_some());
        assert!(KeyPattern::from_text("T-").is_none());
        assert!(KeyPattern::from_text("T-{}-{0..3}").is_none());
    }
}
