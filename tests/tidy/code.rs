//! Tells code from comments, line by line, and drops what stands in string and character literals: a banned word
//! in a message or in a sentence about it is no breach.

/// One line of a Rust source.
#[derive(Clone, Default)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What the compiler acts on, without the insides of literals.
    pub code: String,
    /// The text of comments and doc comments, with their slashes.
    pub comment: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// The lines of a source; a last empty one stands for the end of the file.
pub fn lines(source: &str) -> Vec<Line> {
    let mut lines = vec![Line { number: 1, ..Line::default() }];
    let (mut rest, mut before) = (source, ' ');
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(rest, before).unwrap_or((Kind::Code, first.len_utf8()));
        let (text, after) = rest.split_at(length);
        push(&mut lines, kind, text);
        before = first;
        rest = after;
    }
    lines
}

/// Whether the words stand in the code, as words: `Instant::now` is not in `VirtualInstant::now`.
pub fn has_words(code: &str, words: &str) -> bool {
    positions(code, words).next().is_some()
}

/// Whether a path in this line of code starts at the crate: `use duckdb;`, `duckdb::Connection`.
pub fn names_crate(code: &str, krate: &str) -> bool {
    let name = krate.replace('-', "_");
    positions(code, &name).any(|at| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let starts_path = !before.ends_with("::") && !before.ends_with('.');
        let imported = before.ends_with("use ") || before.ends_with("extern crate ");
        starts_path && (imported || after.starts_with("::"))
    })
}

fn positions<'a>(code: &'a str, words: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(words).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        let after = code[at + words.len()..].chars().next().unwrap_or(' ');
        let starts_inside = words.starts_with(is_word) && is_word(before);
        let ends_inside = words.ends_with(is_word) && is_word(after);
        !starts_inside && !ends_inside
    })
}

fn push(lines: &mut Vec<Line>, kind: Kind, text: &str) {
    for (index, part) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push(Line { number: lines.len() + 1, ..Line::default() });
        }
        let line = lines.last_mut().expect("there is a first line");
        match kind {
            Kind::Code => line.code.push_str(part),
            Kind::Comment => line.comment.push_str(part),
            Kind::Literal => {}
        }
    }
}

/// The comment or literal at the start of the text with its length in bytes; none where code goes on.
fn token(text: &str, before: char) -> Option<(Kind, usize)> {
    if text.starts_with("//") {
        return Some((Kind::Comment, text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        return Some((Kind::Comment, block_comment(text)));
    }
    let literal = match text.as_bytes()[0] {
        b'"' => Some(string(text)),
        b'\'' => character(text),
        b'r' | b'b' | b'c' if !is_word(before) => raw_string(text),
        _ => None,
    };
    literal.map(|length| (Kind::Literal, length))
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = true; // The opening quote does not close.
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// `'x'` or `'\n'`; none for a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut inside = text[1..].char_indices().map(|(at, char)| (at + 1, char));
    let escaped = inside.next()?.1 == '\\';
    if escaped {
        inside.next()?;
        return inside.find(|&(_, char)| char == '\'').map(|(at, _)| at + 1);
    }
    inside.next().filter(|&(_, char)| char == '\'').map(|(at, _)| at + 1)
}

/// `r"…"` and `r#"…"#`, with `b` or `c` in front; none for a raw identifier or any other word.
fn raw_string(text: &str) -> Option<usize> {
    let opened = text.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let hashes = opened.len() - opened.trim_start_matches('#').len();
    let body = opened[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - body.len();
    Some(body.find(&close).map_or(text.len(), |at| start + at + close.len()))
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, code: &[&str], comments: &[&str]) {
        let (found_code, found_comments): (Vec<_>, Vec<_>) =
            lines(source).into_iter().map(|line| (line.code, line.comment)).unzip();
        assert_eq!(found_code, code);
        assert_eq!(found_comments, comments);
    }

    #[test]
    fn comments_are_told_from_code() {
        check("a(); // b\n/// c\nd();", &["a(); ", "", "d();"], &["// b", "/// c", ""]);
        check("a /* b\n/* c */ d */ e", &["a ", " e"], &["/* b", "/* c */ d */"]);
    }

    #[test]
    fn literals_are_dropped() {
        check(r#"a("b // \" c", 'd', '\'', '"') e"#, &["a(, , , ) e"], &[""]);
        check("a(r#\"b \" c\"#, br\"d\\\", b\"e\")", &["a(, , b)"], &[""]);
        check("a(\"b\nc\") d", &["a(", ") d"], &["", ""]);
    }

    #[test]
    fn lifetimes_and_raw_identifiers_are_code() {
        check("fn a<'b>(r#type: &'b str) {}", &["fn a<'b>(r#type: &'b str) {}"], &[""]);
    }

    #[test]
    fn words_match_whole_words() {
        assert!(has_words("let t = time::Instant::now();", "Instant::now"));
        assert!(!has_words("VirtualInstant::now()", "Instant::now"));
        assert!(!has_words("Instant::now_or(x)", "Instant::now"));
    }

    #[test]
    fn a_crate_is_named_where_a_path_starts() {
        assert!(names_crate("use duckdb;", "duckdb"));
        assert!(names_crate("pub use comfy_table::Table;", "comfy-table"));
        assert!(names_crate("let c = duckdb::open();", "duckdb"));
        assert!(!names_crate("use crate::check::duckdb::run;", "duckdb"));
        assert!(!names_crate("let duckdb = 1;", "duckdb"));
    }
}
