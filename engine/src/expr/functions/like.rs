//! `LIKE`: `%` is any text, `_` any character, the escape character (`\` by default) makes either plain.
//!
//! Source: `StringUtils.escapeLikeRegex`.

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion_common::{Result, exec_err};

use super::rows::{Remembered, text, try_strict};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Text,
    One,
    Char(char),
}

pub(super) fn like(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    matches(args, str::to_owned)
}

pub(super) fn ilike(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    matches(args, str::to_lowercase)
}

fn matches(args: &[ArrayRef], folded: fn(&str) -> String) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    try_strict::<bool, BooleanArray>(args, |row| {
        let escape = if args.len() > 2 { text(args, 2).value(row) } else { "\\" };
        let mut characters = escape.chars();
        let (Some(escape), None) = (characters.next(), characters.next()) else {
            return exec_err!("the escape of LIKE must be one character, found '{escape}'");
        };
        let key = format!("{escape}{}", patterns.value(row));
        let pattern = remembered.get(&key, |key| tokens(&folded(&key[escape.len_utf8()..]), escape))?;
        let value: Vec<char> = folded(texts.value(row)).chars().collect();
        Ok(Some(fits(&value, pattern)))
    })
}

fn tokens(pattern: &str, escape: char) -> Result<Vec<Token>> {
    let mut characters = pattern.chars();
    let mut tokens = Vec::new();
    while let Some(c) = characters.next() {
        tokens.push(match c {
            c if c == escape => match characters.next() {
                Some(next) if next == '_' || next == '%' || next == escape => Token::Char(next),
                Some(next) => {
                    return exec_err!(
                        "[INVALID_FORMAT.ESC_IN_THE_MIDDLE] the escape character is not allowed to precede '{next}'"
                    );
                }
                None => {
                    return exec_err!("[INVALID_FORMAT.ESC_AT_THE_END] the escape character ends the pattern");
                }
            },
            '%' => Token::Text,
            '_' => Token::One,
            c => Token::Char(c),
        });
    }
    Ok(tokens)
}

/// Tries the shortest text for each `%`, and goes back to the last one where that fails.
fn fits(value: &[char], pattern: &[Token]) -> bool {
    let (mut at, mut token) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < value.len() {
        match pattern.get(token) {
            Some(Token::Text) => {
                retry = Some((at, token));
                token += 1;
            }
            Some(Token::One) => (at, token) = (at + 1, token + 1),
            Some(Token::Char(c)) if *c == value[at] => (at, token) = (at + 1, token + 1),
            _ => match retry {
                Some((from, any)) => {
                    retry = Some((from + 1, any));
                    (at, token) = (from + 1, any + 1);
                }
                None => return false,
            },
        }
    }
    pattern[token..].iter().all(|t| *t == Token::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        let cases = [
            ("Spark", "_park", true),
            ("Spark", "S%k", true),
            ("Spark", "S%x", false),
            ("Spark", "park", false),
            ("abcabd", "%abd", true),
            ("", "%", true),
            ("", "_", false),
            ("50%", "50\\%", true),
            ("500", "50\\%", false),
            ("a\nb", "a%b", true),
            ("日本", "__", true),
        ];
        for (value, pattern, expected) in cases {
            let value: Vec<char> = value.chars().collect();
            let tokens = tokens(pattern, '\\').expect("a valid pattern");
            assert_eq!(fits(&value, &tokens), expected, "{pattern}");
        }
        assert!(tokens("a\\b", '\\').is_err());
        assert!(tokens("a\\", '\\').is_err());
    }
}
