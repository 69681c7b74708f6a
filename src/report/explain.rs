//! The life of a row, for people: 80 columns.

use std::fmt::Write;

use wavetank::scenarios::explain::Explanation;

use super::text::wrapped;

const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// Every record with what happened to it, a line for each event.
pub fn render(explanation: &Explanation) -> String {
    let mut text = String::new();
    for life in &explanation.records {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{BOLD}{}{PLAIN}", wrapped(&life.name, 0));
        for event in &life.events {
            let _ = writeln!(text, "  {:<10}{}", event.what, wrapped(&event.text, 12));
        }
        text.push('\n');
    }
    if explanation.more > 0 {
        let _ = writeln!(text, "… and {} more records that hold `{}`", explanation.more, explanation.row);
    }
    text
}
