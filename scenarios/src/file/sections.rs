//! The file's text by its sections, for those who write another file like it.

use super::ScenarioFile;
use super::error::Source;
use super::tree::Node;

/// A section as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its key.
    pub name: String,
    /// Its lines from the key on, without the comments that belong to the next one.
    pub text: String,
}

impl ScenarioFile {
    /// The sections of a text like this file's, in its order; `None` where they do not begin lines of their own, as in
    /// a file that is one mapping in braces.
    pub fn sections(text: &str) -> Option<Vec<Section>> {
        let source = Source { name: String::new(), text: text.to_owned() };
        let tree = Node::parse(&source).ok()?;
        let keys = tree.entries();
        let mut sections = Vec::with_capacity(keys.len());
        for (at, (key, _)) in keys.iter().enumerate() {
            let start = key.span.start;
            if start > 0 && text.as_bytes()[start - 1] != b'\n' {
                return None;
            }
            let end = keys.get(at + 1).map_or(text.len(), |(next, _)| next.span.start);
            sections.push(Section { name: key.text.clone(), text: own_lines(&text[start..end]) });
        }
        Some(sections)
    }
}

/// Without the blank lines and comments at the end that begin in the first column.
fn own_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.last().is_some_and(|line| line.trim().is_empty() || line.starts_with('#')) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_before_the_comments_of_the_next() {
        let text = "# a file\nscenario: one\n\n# the clock\nclock:\n  start: x # now\n  # and so on\n\n";
        let sections = ScenarioFile::sections(text).unwrap();
        let found: Vec<(&str, &str)> = sections.iter().map(|s| (s.name.as_str(), s.text.as_str())).collect();
        assert_eq!(
            found,
            [("scenario", "scenario: one\n"), ("clock", "clock:\n  start: x # now\n  # and so on\n")]
        );
    }

    #[test]
    fn a_file_in_braces_has_no_sections() {
        assert_eq!(ScenarioFile::sections("{ scenario: one, seed: 3 }"), None);
    }
}
