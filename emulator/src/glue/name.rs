//! Names of databases and tables.

use crate::validation::Constraint::{self, *};
use crate::validation::{TextPattern, required};

/// On names of databases, tables and columns.
pub(super) const NAME: &[Constraint] = &[Required, Length(1, 255), Pattern(&SINGLE_LINE)];

/// The same on names that may be absent.
pub(super) const OPTIONAL_NAME: &[Constraint] = &[Length(1, 255), Pattern(&SINGLE_LINE)];

const SINGLE_LINE: TextPattern = TextPattern {
    // AWS prints the same set of characters with surrogate pairs written out.
    regex: r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*",
    matches: |text| text.chars().all(|c| c == '\t' || (c >= ' ' && !('\u{fffe}'..='\u{ffff}').contains(&c))),
};

/// A name that the rules require, folded to lower case as Glue does when it stores and finds.
pub(super) fn folded(name: Option<String>) -> String {
    required(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_single_lines_and_fold() {
        assert!((SINGLE_LINE.matches)("Größe 1\t🌊"));
        assert!(!(SINGLE_LINE.matches)("a\nb"));
        assert_eq!(folded(Some("Orders".to_owned())), "orders");
    }
}
