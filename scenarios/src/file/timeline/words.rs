//! A timeline cut into lines, parts and words, each with its place in the file.

use std::ops::Range;

use crate::file::error::{FileError, Source};
use crate::file::tree::{Node, NodeKind};

/// A piece of the file without blanks around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    /// Where it begins in the file, in bytes.
    pub at: usize,
}

impl<'a> Word<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        let blank = text.len() - text.trim_start().len();
        Self { text: text.trim(), at: at + blank }
    }

    /// Its bytes in the file.
    pub fn place(&self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// The parts between separators, except those inside quotes and brackets.
    pub fn split(&self, separator: char) -> Vec<Word<'a>> {
        let mut parts = Vec::new();
        let mut start = 0;
        for (at, c, nested) in nesting(self.text) {
            if c == separator && !nested {
                parts.push(Word::new(&self.text[start..at], self.at + start));
                start = at + c.len_utf8();
            }
        }
        parts.push(Word::new(&self.text[start..], self.at + start));
        parts
    }

    /// The parts between blanks, except those inside quotes and brackets.
    pub fn words(&self) -> Vec<Word<'a>> {
        let spread = self.split(' ');
        spread.into_iter().filter(|word| !word.text.is_empty()).collect()
    }
}

/// The lines of a timeline, without comments; some are empty.
pub(super) fn lines<'a>(node: &Node, source: &'a Source) -> Result<Vec<Word<'a>>, FileError> {
    let NodeKind::Scalar { text, .. } = &node.kind else {
        return Err(not_a_block(node, source));
    };
    // The file's own lines are what places count in, and only a literal block has one for each line of its text. Its
    // span begins with its first word, below the line that opens it.
    let Some(header_end) = header_end(&source.text[..node.span.start]) else {
        return Err(not_a_block(node, source));
    };
    let mut at = header_end;
    let mut lines = Vec::new();
    for _ in text.lines() {
        at += source.text[at..].find('\n').map_or(0, |newline| newline + 1);
        let line = source.text[at..].lines().next().unwrap_or_default();
        lines.push(Word::new(&line[..comment(line)], at));
        at += line.len();
    }
    Ok(lines)
}

/// Where the line ends that opens a literal block; nothing but blank lines stands between it and the block.
fn header_end(before: &str) -> Option<usize> {
    let header = before[..before.trim_end().len()].lines().next_back()?;
    let opens = header.split(" #").next().unwrap_or_default().trim_end();
    let block = opens.rsplit(' ').next()?;
    let is_literal = block.starts_with('|') && block[1..].bytes().all(|b| b"-+0123456789".contains(&b));
    is_literal.then_some(before.trim_end().len())
}

fn not_a_block(node: &Node, source: &Source) -> FileError {
    let help = "write `timeline: |` and each line below it, indented";
    source.error(node.span.clone(), "a timeline is a block of lines").label("`timeline`").help(help)
}

/// Where the comment of a line begins; its end if it has none. A `#` inside a word is no comment.
fn comment(line: &str) -> usize {
    let mut blank = true;
    for (at, c, _) in nesting(line) {
        if c == '#' && blank && !quoted(&line[..at]) {
            return at;
        }
        blank = c.is_whitespace();
    }
    line.len()
}

fn quoted(before: &str) -> bool {
    before.matches('"').count() % 2 == 1
}

/// Every character with its offset, and whether it stands inside quotes or brackets.
fn nesting(text: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let (mut depth, mut in_quotes) = (0u32, false);
    text.char_indices().map(move |(at, c)| {
        let nested = depth > 0 || in_quotes;
        match c {
            '"' => in_quotes = !in_quotes,
            '{' | '[' | '(' if !in_quotes => depth += 1,
            '}' | ']' | ')' if !in_quotes => depth = depth.saturating_sub(1),
            _ => {}
        }
        (at, c, nested)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[Word<'_>]) -> Vec<String> {
        words.iter().map(|word| word.text.to_owned()).collect()
    }

    #[test]
    fn parts_end_at_separators_outside_quotes_and_brackets() {
        let line = Word::new("  P \"a, b\" x2, R { n: [1, 2] } ", 10);
        assert_eq!(line.at, 12);
        let parts = line.split(',');
        assert_eq!(texts(&parts), ["P \"a, b\" x2", "R { n: [1, 2] }"]);
        assert_eq!(parts[1].at, 25);
        assert_eq!(texts(&parts[0].words()), ["P", "\"a, b\"", "x2"]);
    }

    #[test]
    fn a_comment_begins_behind_a_blank() {
        let without = |line: &'static str| &line[..comment(line)];
        assert_eq!(without("P T#1 10:00:00 # late"), "P T#1 10:00:00 ");
        assert_eq!(without("P \"a # b\" | emits 1"), "P \"a # b\" | emits 1");
        assert_eq!(without("# all"), "");
    }
}
