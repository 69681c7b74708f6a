//! Spark's words: string literals with their escapes, numbers with the letter of their type, and the words that are
//! syntax in one place and a function's name in another.
//!
//! What `sqlparser` would read otherwise is put into tokens that it reads right; positions stay as they are.
//!
//! Source: `SqlBaseLexer.g4`, `SqlBaseParser.g4`, `ParserUtils.unescapeSQLString` (Spark 3.5.4).

use std::iter::Peekable;
use std::str::Chars;

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::{Dialect, Precedence, SparkSqlDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, TokenizerError, Word};

/// The parser's dialect of Spark, with backslashes in strings, and with `DIV` and `||` binding as they do in Spark.
#[derive(Debug)]
pub(super) struct Spark;

/// Everything that the parser's own dialect says is left to it.
macro_rules! as_in_spark {
    ($($question:ident),* $(,)?) => {
        $(fn $question(&self) -> bool {
            SparkSqlDialect.$question()
        })*
    };
}

impl Dialect for Spark {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        SparkSqlDialect.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        SparkSqlDialect.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        SparkSqlDialect.is_identifier_part(ch)
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    as_in_spark!(
        supports_filter_during_aggregation,
        supports_group_by_expr,
        supports_group_by_with_modifier,
        supports_lambda_functions,
        supports_select_wildcard_except,
        supports_struct_literal,
        supports_nested_comments,
        supports_create_table_using,
        supports_long_type_as_bigint,
        supports_values_as_table_factor,
        require_interval_qualifier,
        supports_bang_not_operator,
        supports_select_item_multi_column_alias,
        supports_cte_without_as,
        supports_map_literal_with_angle_brackets,
    );

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        matches!(parser.peek_token_ref().token, Token::StringConcat)
            .then(|| Ok(self.prec_value(Precedence::PlusMinus)))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if !parser.parse_keyword(Keyword::DIV) {
            return None;
        }
        let quotient = |right| Expr::BinaryOp {
            left: Box::new(expr.clone()),
            op: BinaryOperator::MyIntegerDivide,
            right: Box::new(right),
        };
        Some(parser.parse_subexpr(precedence).map(quotient))
    }
}

/// The words of a text, blanks included.
pub(super) fn tokenize(text: &str) -> Result<Vec<TokenWithSpan>, TokenizerError> {
    let tokens = Tokenizer::new(&Spark, text).with_unescape(false).tokenize_with_location()?;
    let mut words: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(mut token) = tokens.next() {
        token.token = match token.token {
            Token::SingleQuotedString(raw) => Token::SingleQuotedString(string(&raw, '\'')),
            // Part of a name, as Athena and Spark's ANSI mode have it: no text stands beside a dot.
            Token::DoubleQuotedString(raw)
                if matches!(tokens.peek(), Some(next) if next.token == Token::Period)
                    || matches!(words.last(), Some(last) if last.token == Token::Period) =>
            {
                let value = raw.replace("\"\"", "\"");
                Token::Word(Word { value, quote_style: Some('`'), keyword: Keyword::NoKeyword })
            }
            Token::DoubleQuotedString(raw) => Token::SingleQuotedString(string(&raw, '"')),
            Token::Word(Word { value, quote_style: Some('`'), keyword }) => {
                Token::Word(Word { value: value.replace("``", "`"), quote_style: Some('`'), keyword })
            }
            Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("r") => {
                // Nothing is escaped in r'…'.
                let adjacent =
                    tokens.next_if(|next| next.span.start == token.span.end && is_string(&next.token));
                match adjacent.map(|next| (next.span, next.token)) {
                    Some((span, Token::SingleQuotedString(raw) | Token::DoubleQuotedString(raw))) => {
                        token.span = token.span.union(&span);
                        Token::SingleQuotedString(raw)
                    }
                    _ => Token::Word(word),
                }
            }
            Token::Number(digits, false) => {
                let suffix = tokens.peek().filter(|next| next.span.start == token.span.end);
                match suffix.and_then(|next| type_of_suffix(&next.token)) {
                    Some(data_type) => {
                        let suffix = tokens.next().expect("it was peeked at");
                        token.span = token.span.union(&suffix.span);
                        words.push(TokenWithSpan { token: Token::make_keyword(data_type), span: token.span });
                        Token::SingleQuotedString(digits)
                    }
                    None => Token::Number(digits, false),
                }
            }
            other => other,
        };
        let joins = matches!(token.token, Token::SingleQuotedString(_)) && ends_in_string(&words);
        match joins {
            true => join(&mut words, token),
            false => words.push(token),
        }
    }
    name_functions(&mut words);
    Ok(words)
}

fn is_string(token: &Token) -> bool {
    matches!(token, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_))
}

/// `'a' 'b'` is one literal.
fn ends_in_string(words: &[TokenWithSpan]) -> bool {
    let mut before = words.iter().rev().filter(|w| !matches!(w.token, Token::Whitespace(_)));
    before.next().is_some_and(|w| matches!(w.token, Token::SingleQuotedString(_)))
}

fn join(words: &mut Vec<TokenWithSpan>, more: TokenWithSpan) {
    while matches!(words.last(), Some(w) if matches!(w.token, Token::Whitespace(_))) {
        words.pop();
    }
    let last = words.last_mut().expect("there is a string to join");
    if let (Token::SingleQuotedString(text), Token::SingleQuotedString(rest)) = (&mut last.token, &more.token)
    {
        text.push_str(rest);
    }
    last.span = last.span.union(&more.span);
}

/// `1.5D` is a typed literal: `DOUBLE '1.5'`.
fn type_of_suffix(token: &Token) -> Option<&'static str> {
    let Token::Word(word) = token else { return None };
    Some(match word.value.to_ascii_uppercase().as_str() {
        "Y" => "TINYINT",
        "S" => "SMALLINT",
        "F" => "FLOAT",
        "D" => "DOUBLE",
        "BD" => "DECIMAL",
        _ => return None,
    })
}

/// The value of a literal: two quotes in a row part two literals that are one, a backslash escapes.
fn string(raw: &str, quote: char) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push_str(&escaped(&mut chars)),
            // The quote itself would have ended the literal: there are two of it here.
            _ if c == quote => {
                chars.next_if_eq(&quote);
            }
            _ => text.push(c),
        }
    }
    text
}

/// What stands behind a backslash. LIKE's wildcards keep theirs.
fn escaped(chars: &mut Peekable<Chars<'_>>) -> String {
    let code = |chars: &mut Peekable<Chars<'_>>, digits: usize, radix: u32| {
        let rest: String = chars.clone().take(digits).collect();
        let whole = rest.len() == digits && rest.chars().all(|c| c.is_digit(radix));
        let found =
            whole.then(|| u32::from_str_radix(&rest, radix).ok().and_then(char::from_u32)).flatten()?;
        chars.nth(digits - 1);
        Some(found)
    };
    let octal = matches!(chars.peek(), Some('0' | '1'));
    if octal && let Some(c) = code(chars, 3, 8) {
        return c.to_string();
    }
    let Some(c) = chars.next() else { return "\\".to_owned() };
    let decoded = match c {
        '0' => '\0',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'Z' => '\u{1a}',
        '%' | '_' => return format!("\\{c}"),
        'u' => code(chars, 4, 16).unwrap_or('u'),
        'U' => code(chars, 8, 16).unwrap_or('U'),
        other => other,
    };
    decoded.to_string()
}

/// Functions whose calls the parser reads as syntax of its own, and the words that make them so.
const SYNTAX: [(&str, &[&str]); 8] = [
    ("TRIM", &["FROM"]),
    ("SUBSTRING", &["FROM"]),
    ("SUBSTR", &["FROM"]),
    ("OVERLAY", &["PLACING"]),
    ("POSITION", &["IN"]),
    ("CEIL", &["TO"]),
    ("FLOOR", &["TO"]),
    ("EXISTS", &["SELECT", "WITH", "VALUES"]),
];

/// Quotes the names of functions that are called with plain arguments.
fn name_functions(words: &mut [TokenWithSpan]) {
    for at in 0..words.len() {
        let Token::Word(word) = &words[at].token else { continue };
        let found = SYNTAX
            .iter()
            .find(|(name, _)| word.quote_style.is_none() && word.value.eq_ignore_ascii_case(name));
        let Some((_, markers)) = found else { continue };
        if matches!(words.get(at + 1), Some(next) if next.token == Token::LParen)
            && !has_marker(&words[at + 2..], markers)
            && let Token::Word(word) = &mut words[at].token
        {
            word.quote_style = Some('`');
            word.keyword = Keyword::NoKeyword;
        }
    }
}

/// Whether one of the words stands in a call's parentheses, outside inner ones.
fn has_marker(rest: &[TokenWithSpan], markers: &[&str]) -> bool {
    let mut depth = 0;
    for token in rest {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return false,
            Token::RParen => depth -= 1,
            Token::Word(word)
                if depth == 0
                    && word.quote_style.is_none()
                    && markers.iter().any(|m| word.value.eq_ignore_ascii_case(m)) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        let words = tokenize(sql).unwrap().into_iter();
        words.filter(|w| !matches!(w.token, Token::Whitespace(_))).map(|w| w.token.to_string()).collect()
    }

    #[test]
    fn a_backslash_escapes_as_in_spark() {
        for (raw, value) in [
            (r"a\\nb", r"a\nb"),
            (r"tab\tx", "tab\tx"),
            (r"\u0041\101\0", "AA\0"),
            (r"a\'b", "a'b"),
            (r"\%\_\q", r"\%\_q"),
            ("it''s", "its"),
        ] {
            assert_eq!(string(raw, '\''), value, "{raw}");
        }
    }

    #[test]
    fn literals_side_by_side_are_one_and_raw_ones_stay_as_they_are() {
        assert_eq!(texts(r"'a' 'b'"), ["'ab'"]);
        assert_eq!(texts(r#"r'\d+' "x""#), [r"'\d+x'"]);
    }

    #[test]
    fn double_quotes_beside_a_dot_are_a_name() {
        assert_eq!(
            texts(r#""a-b".t, t."c d", "e" "#),
            ["`a-b`", ".", "t", ",", "t", ".", "`c d`", ",", "'e'"]
        );
    }

    #[test]
    fn the_letter_behind_a_number_is_its_type() {
        assert_eq!(texts("1.5D + 2Y"), ["DOUBLE", "'1.5'", "+", "TINYINT", "'2'"]);
        assert_eq!(texts("1.5 d"), ["1.5", "d"]);
    }

    #[test]
    fn calls_with_plain_arguments_are_calls() {
        assert_eq!(texts("trim('x', s)")[0], "`trim`");
        assert_eq!(texts("trim(both 'x' from s)")[0], "trim");
        assert_eq!(texts("ceil(d, 1)")[0], "`ceil`");
    }

    #[test]
    fn div_and_concatenation_bind_as_in_spark() {
        let tree = |sql: &str| {
            let words = tokenize(sql).unwrap();
            match Parser::new(&Spark).with_tokens_with_locations(words).parse_expr().unwrap() {
                Expr::BinaryOp { left, op, right } => format!("[{left}] {op} [{right}]"),
                other => other.to_string(),
            }
        };
        assert_eq!(tree("a div 2 + 1"), "[a DIV 2] + [1]");
        assert_eq!(tree("1 + 2 || 'x'"), "[1 + 2] || ['x']");
    }
}
