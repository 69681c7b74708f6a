//! Text into tokens.

/// A word, a sign or a literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a keyword, as it stands.
    Word(String),
    /// A name in double quotes or backquotes: never a keyword.
    Quoted(String),
    /// A number, as it stands.
    Number(String),
    /// A text in single quotes, without them.
    Text(String),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
}

/// Longer signs stand before those that they begin with.
const SIGNS: [&str; 10] = ["<=", ">=", "<>", "!=", "=", "<", ">", "(", ")", ","];

/// The tokens of a text; `None` when it holds something else.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' => quoted(rest, '\'').map(|(text, after)| (Token::Text(text), after))?,
            '"' | '`' => quoted(rest, first).map(|(name, after)| (Token::Quoted(name), after))?,
            _ => sign(rest).or_else(|| number(rest)).or_else(|| word(rest))?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

/// What stands between quotes, in which a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut rest = &text[quote.len_utf8()..];
    loop {
        let end = rest.find(quote)?;
        inner.push_str(&rest[..end]);
        rest = &rest[end + quote.len_utf8()..];
        match rest.strip_prefix(quote) {
            Some(after) => {
                inner.push(quote);
                rest = after;
            }
            None => return Some((inner, rest)),
        }
    }
}

fn sign(text: &str) -> Option<(Token, &str)> {
    SIGNS.into_iter().find_map(|sign| Some((Token::Sign(sign), text.strip_prefix(sign)?)))
}

/// Digits with a sign, a point and an exponent; a name may begin with digits, too.
fn number(text: &str) -> Option<(Token, &str)> {
    let signed = usize::from(text.starts_with(['+', '-']));
    let mut end = signed + digits(&text[signed..]);
    let mut any = end > signed;
    if text[end..].starts_with('.') {
        let fraction = digits(&text[end + 1..]);
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return None;
    }
    if let Some(exponent) = text[end..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let length = digits(&exponent[sign..]);
        end += if length > 0 { 1 + sign + length } else { 0 };
    }
    let (number, rest) = text.split_at(end);
    (!rest.starts_with(in_word)).then(|| (Token::Number(number.to_owned()), rest))
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn word(text: &str) -> Option<(Token, &str)> {
    let end = text.find(|c| !in_word(c)).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (!word.is_empty()).then(|| (Token::Word(word.to_owned()), rest))
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Token {
        Token::Text(text.to_owned())
    }

    fn number(text: &str) -> Token {
        Token::Number(text.to_owned())
    }

    fn word(text: &str) -> Token {
        Token::Word(text.to_owned())
    }

    #[test]
    fn every_kind_of_token_is_read() {
        let found = tokens(" a<>'it''s' AND\n`b c`>=-1.5e-3,(2day!=.5) \"d\"").unwrap();
        let expected = [
            word("a"),
            Token::Sign("<>"),
            text("it's"),
            word("AND"),
            Token::Quoted("b c".to_owned()),
            Token::Sign(">="),
            number("-1.5e-3"),
            Token::Sign(","),
            Token::Sign("("),
            word("2day"),
            Token::Sign("!="),
            number(".5"),
            Token::Sign(")"),
            Token::Quoted("d".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_token_is_not_read() {
        for bad in ["a = 'open", "a = `open", "a ; b", "a = -", "a # b", "a = - 1", "{d '2024-01-01'}"] {
            assert_eq!(tokens(bad), None, "{bad}");
        }
    }
}
