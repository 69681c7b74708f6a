//! A file is one idea. Past 600 lines ask which second idea moved in; past 900 it has.

use super::tree::{Finding, Tree};

const LINES_MAX: usize = 900;

/// Rust sources that are too long.
pub fn length(tree: &Tree) -> Vec<Finding> {
    // The line after the last newline is none.
    let counted = tree.sources().map(|(path, lines)| (path, lines.len() - 1));
    let long = counted.filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(path, lines)| Finding {
        path: path.to_owned(),
        line: LINES_MAX + 1,
        what: format!("{lines} lines in one file where {LINES_MAX} are the most"),
        instead: "one file for each of its ideas".to_owned(),
    })
    .collect()
}
