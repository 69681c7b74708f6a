//! Words, names, strings and signs, one at a time: what follows the last token that was asked for is never looked at,
//! so that the text of a query can be anything.

/// Which of the two grammars strings are read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Backslashes escape; `"…"` is a string; strings side by side are one.
    Hive,
    /// A doubled quote is a quote; `"…"` is a name.
    Trino,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A keyword, or a name without quotes.
    Word,
    /// A name in backquotes.
    Backquoted,
    /// Something in double quotes.
    DoubleQuoted,
    /// A string in single quotes.
    Text,
    /// A number without its sign.
    Number,
    /// One sign, or two that belong together such as `<=`.
    Sign,
    /// A string or name that is not closed.
    Open,
    /// Nothing is left.
    End,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it is written, with its quotes.
    pub text: &'a str,
    /// Where it starts, in bytes.
    pub start: usize,
}

impl<'a> Token<'a> {
    /// Where it ends, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in any case.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    /// As messages show it.
    pub fn shown(&self) -> &'a str {
        match self.kind {
            Kind::End => "<EOF>",
            _ => self.text,
        }
    }
}

const PAIRS: [&str; 6] = ["<=", ">=", "<>", "!=", "==", "=>"];

/// The first token at `from` or behind it.
pub fn next(sql: &str, from: usize, dialect: Dialect) -> Token<'_> {
    let start = skip_blanks(sql, from);
    let rest = &sql[start..];
    let token = |kind, length: usize| Token { kind, text: &rest[..length], start };
    let Some(first) = rest.chars().next() else {
        return token(Kind::End, 0);
    };
    let quoted = |kind| match closing(rest, first, dialect) {
        Some(length) => token(kind, length),
        None => token(Kind::Open, rest.len()),
    };
    match first {
        '\'' => quoted(Kind::Text),
        '"' => quoted(Kind::DoubleQuoted),
        '`' => quoted(Kind::Backquoted),
        _ if is_word(first) => {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let digits = rest[..length].bytes().all(|byte| byte.is_ascii_digit());
            if digits { token(Kind::Number, number_length(rest, length)) } else { token(Kind::Word, length) }
        }
        _ => match PAIRS.iter().find(|pair| rest.starts_with(**pair)) {
            Some(pair) => token(Kind::Sign, pair.len()),
            None => token(Kind::Sign, first.len_utf8()),
        },
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Digits, and a fraction if there is one.
fn number_length(rest: &str, digits: usize) -> usize {
    let Some(fraction) = rest[digits..].strip_prefix('.') else {
        return digits;
    };
    let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 { digits } else { digits + 1 + length }
}

/// How long what starts with `quote` is; `None` when nothing closes it.
fn closing(rest: &str, quote: char, dialect: Dialect) -> Option<usize> {
    let escapes = dialect == Dialect::Hive && quote != '`';
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote {
            // A doubled quote goes on, in either grammar: as a quote, or as the next string of several.
            match chars.peek() {
                Some(&(_, next)) if next == quote => {
                    chars.next();
                }
                _ => return Some(at + quote.len_utf8()),
            }
        }
    }
    None
}

/// The first byte at `from` or behind it that is neither white nor in a comment. A comment that nothing closes is none.
pub fn skip_blanks(sql: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &sql[at..];
        let white = rest.len() - rest.trim_start().len();
        if white > 0 {
            at += white;
        } else if rest.starts_with("--") {
            at += rest.find('\n').map_or(rest.len(), |end| end + 1);
        } else if let Some(end) = rest.strip_prefix("/*").and_then(|comment| comment.find("*/")) {
            at += end + "/**/".len();
        } else {
            return at;
        }
    }
}

/// What a string or a name in quotes says.
pub fn content(token: &Token<'_>, dialect: Dialect) -> String {
    let quote = match token.kind {
        Kind::Text => '\'',
        Kind::DoubleQuoted => '"',
        Kind::Backquoted => '`',
        _ => return token.text.to_owned(),
    };
    let inside = &token.text[1..token.text.len() - 1];
    if dialect == Dialect::Trino || quote == '`' {
        return inside.replace(&format!("{quote}{quote}"), &quote.to_string());
    }
    unescape(inside, quote)
}

/// As Hive reads strings: `\n` and its like, `\001`, `\u0001`; two strings side by side are one.
fn unescape(inside: &str, quote: char) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\\' {
            let (escaped, length) = escape(rest);
            text.extend(escaped);
            rest = &rest[length..];
        } else if c == quote {
            // The end of one string and the start of the next.
            rest = rest.strip_prefix(quote).unwrap_or(rest);
        } else {
            text.push(c);
        }
    }
    text
}

/// What the escape whose backslash is gone stands for, and how long it is.
fn escape(rest: &str) -> (Option<char>, usize) {
    let octal = rest.get(..3).filter(|digits| digits.starts_with(['0', '1']));
    if let Some(code) = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
        return (Some(char::from(code)), 3);
    }
    let hexadecimal = rest.strip_prefix('u').and_then(|rest| rest.get(..4));
    if let Some(code) = hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        return (char::from_u32(code), 5);
    }
    let Some(c) = rest.chars().next() else {
        return (Some('\\'), 0);
    };
    let escaped = match c {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        // Kept for patterns of LIKE, which unescape them later.
        '%' | '_' => return (Some('\\'), 0),
        other => other,
    };
    (Some(escaped), c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(sql: &str, dialect: Dialect) -> Vec<(Kind, &str)> {
        let mut tokens = Vec::new();
        let mut at = 0;
        loop {
            let token = next(sql, at, dialect);
            if token.kind == Kind::End {
                return tokens;
            }
            tokens.push((token.kind, token.text));
            at = token.end();
        }
    }

    #[test]
    fn comments_and_blanks_are_no_tokens() {
        let sql = "-- SELECT\n /* a\n b */ shOw/**/tables -- end";
        assert_eq!(tokens(sql, Dialect::Hive), [(Kind::Word, "shOw"), (Kind::Word, "tables")]);
    }

    #[test]
    fn signs_numbers_and_names_are_told_apart() {
        let expected = [
            (Kind::Backquoted, "`a b`"),
            (Kind::Sign, "<="),
            (Kind::Number, "1.5"),
            (Kind::Sign, ","),
            (Kind::Word, "2024_t"),
            (Kind::Sign, "."),
            (Kind::DoubleQuoted, "\"x\""),
            (Kind::Sign, "<>"),
            (Kind::Number, "1"),
            (Kind::Sign, "."),
        ];
        assert_eq!(tokens("`a b`<=1.5,2024_t.\"x\"<>1.", Dialect::Hive), expected);
    }

    #[test]
    fn strings_end_where_their_grammar_says() {
        assert_eq!(tokens(r"'a\'b' c", Dialect::Hive), [(Kind::Text, r"'a\'b'"), (Kind::Word, "c")]);
        assert_eq!(tokens(r"'a\' b", Dialect::Trino), [(Kind::Text, r"'a\'"), (Kind::Word, "b")]);
        assert_eq!(tokens("'a b", Dialect::Trino), [(Kind::Open, "'a b")]);
        assert_eq!(tokens("/* open", Dialect::Hive).len(), 3);
    }

    #[test]
    fn strings_say_what_their_grammar_says() {
        for (sql, dialect, expected) in [
            (r"'it\'s'", Dialect::Hive, "it's"),
            ("'it''s'", Dialect::Hive, "its"),
            ("'it''s'", Dialect::Trino, "it's"),
            (r"'\t\001\u0041\\\;\%'", Dialect::Hive, "\t\u{1}A\\;\\%"),
            (r"'\t'", Dialect::Trino, "\\t"),
            ("\"a\"", Dialect::Hive, "a"),
            ("`a``b`", Dialect::Hive, "a`b"),
            ("''", Dialect::Hive, ""),
            (r"'日本\u65e5'", Dialect::Hive, "日本日"),
        ] {
            assert_eq!(content(&next(sql, 0, dialect), dialect), expected, "{sql}");
        }
    }
}
