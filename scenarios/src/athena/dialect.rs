//! Athena's grammar of queries: sqlparser's generic one, with Trino's types in casts.
//!
//! A type inside `CAST(x AS …)` is kept as its text, since Trino's rows (`row(a integer, b varchar)`) are no types to
//! the parser; [`super::type_text`] reads it.

use std::any::TypeId;

use sqlparser::ast::{CastKind, DataType, Expr, Ident, ObjectName, Query, TrimWhereField};
use sqlparser::dialect::{Dialect, GenericDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::error::{Place, SqlError};

/// So deep may expressions be nested.
const RECURSION_MAX: usize = 120;

#[derive(Debug)]
struct Athena;

const GENERIC: GenericDialect = GenericDialect {};

impl Dialect for Athena {
    /// To the parser's own questions this is the generic dialect.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || matches!(ch, '_' | '@' | '$')
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        matches!(ch, '"' | '`')
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_select_expr_star(&self) -> bool {
        true
    }

    /// `YOW` is no word of the parser's own.
    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_in_empty_list(&self) -> bool {
        false
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        false
    }

    fn supports_group_by_with_modifier(&self) -> bool {
        GENERIC.supports_group_by_with_modifier()
    }

    fn supports_match_recognize(&self) -> bool {
        true
    }

    /// No operator is a colon: it stands behind the keys of `json_object`.
    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        (parser.peek_token().token == Token::Colon).then(|| Ok(self.prec_unknown()))
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        if let Some(call) = super::sql_json::call(parser) {
            return Some(call);
        }
        let kind = match parser.peek_token().token {
            Token::Word(word) if word.keyword == Keyword::CAST => CastKind::Cast,
            Token::Word(word) if word.keyword == Keyword::TRY_CAST => CastKind::TryCast,
            Token::Word(word) if word.keyword == Keyword::TRIM => {
                return (parser.peek_nth_token(1).token == Token::LParen).then(|| trim(parser));
            }
            // `= ANY (VALUES 1, 2)`.
            Token::Word(word) if word.keyword == Keyword::VALUES => {
                return Some(parser.parse_query().map(Expr::Subquery));
            }
            _ => return None,
        };
        if parser.peek_nth_token(1).token != Token::LParen {
            return None;
        }
        Some(cast(parser, kind))
    }
}

/// `TRIM([LEADING | TRAILING | BOTH] [characters] FROM text)`, `TRIM(text, characters)`, from its keyword on.
fn trim(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let sides = [
        (Keyword::LEADING, TrimWhereField::Leading),
        (Keyword::TRAILING, TrimWhereField::Trailing),
        (Keyword::BOTH, TrimWhereField::Both),
    ];
    let trim_where = sides.into_iter().find(|(word, _)| parser.parse_keyword(*word)).map(|(_, side)| side);
    let (mut expr, mut trim_what) = (None, None);
    if !parser.parse_keyword(Keyword::FROM) {
        let first = parser.parse_expr()?;
        if parser.parse_keyword(Keyword::FROM) {
            trim_what = Some(Box::new(first));
        } else if trim_where.is_some() {
            return parser.expected("FROM", parser.peek_token());
        } else {
            expr = Some(first);
            if parser.consume_token(&Token::Comma) {
                trim_what = Some(Box::new(parser.parse_expr()?));
            }
        }
    } else if trim_where.is_none() {
        return parser.expected("an expression", parser.peek_token());
    }
    let expr = Box::new(expr.map_or_else(|| parser.parse_expr(), Ok)?);
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Trim { trim_where, trim_what, expr, trim_characters: None })
}

/// `CAST(expression AS type)`, from its keyword on.
fn cast(parser: &mut Parser<'_>, kind: CastKind) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let expr = Box::new(parser.parse_expr()?);
    parser.expect_keyword(Keyword::AS)?;
    let (mut text, mut depth) = (String::new(), 0);
    let start = parser.peek_token().span;
    loop {
        let token = parser.next_token().token;
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => break,
            Token::RParen => depth -= 1,
            Token::EOF => return parser.expected("a type and )", parser.peek_token()),
            _ => {}
        }
        text += &token.to_string();
        text.push(' ');
    }
    let name = Ident::with_span(start, text);
    let data_type = DataType::Custom(ObjectName::from(vec![name]), vec![]);
    Ok(Expr::Cast { kind, expr, data_type, array: false, format: None })
}

/// A query as a tree.
///
/// # Errors
/// `SYNTAX_ERROR`, with the place.
pub fn parse_query(sql: &str) -> Result<Query, SqlError> {
    let mut parser = parser(sql)?;
    let query = parser.parse_query().map_err(|error| refusal(error, &parser, sql))?;
    while parser.consume_token(&Token::SemiColon) {}
    end(&parser, *query)
}

/// An expression as a tree: a parameter of a prepared statement, or a filter.
///
/// # Errors
/// `SYNTAX_ERROR`, with the place.
pub fn parse_expression(sql: &str) -> Result<Expr, SqlError> {
    let mut parser = parser(sql)?;
    let expr = parser.parse_expr().map_err(|error| refusal(error, &parser, sql))?;
    end(&parser, expr)
}

fn parser(sql: &str) -> Result<Parser<'static>, SqlError> {
    let tokens = Tokenizer::new(&Athena, sql).tokenize_with_location().map_err(|error| {
        let (place, message) = placed(&error.to_string());
        SqlError { code: "SYNTAX_ERROR", place, message }
    })?;
    let parser = Parser::new(&Athena).with_recursion_limit(RECURSION_MAX);
    Ok(parser.with_tokens_with_locations(in_brackets(tokens)))
}

/// `VALUES 1, 2` as the parser knows it: `VALUES (1), (2)`.
fn in_brackets(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let is_values = is_word(&tokens[at], &[Keyword::VALUES]);
        let after_dot = out.last().is_some_and(|token: &TokenWithSpan| token.token == Token::Period);
        out.push(tokens[at].clone());
        at += 1;
        if is_values && !after_dot {
            at = rows(&tokens, at, &mut out);
        }
    }
    out
}

/// Words that end the rows of VALUES.
const AFTER_VALUES: &[Keyword] = &[
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::FETCH,
    Keyword::UNION,
    Keyword::INTERSECT,
    Keyword::EXCEPT,
];

/// Copies the rows behind VALUES, each in brackets; answers where they end.
fn rows(tokens: &[TokenWithSpan], start: usize, out: &mut Vec<TokenWithSpan>) -> usize {
    let (mut depth, mut end, mut row) = (0usize, start, vec![]);
    while end < tokens.len() {
        let token = &tokens[end];
        match token.token {
            Token::EOF | Token::SemiColon => break,
            Token::RParen | Token::RBracket if depth == 0 => break,
            Token::Word(_) if depth == 0 && is_word(token, AFTER_VALUES) => break,
            Token::Comma if depth == 0 => {
                bracketed(&mut row, out);
                out.push(token.clone());
                end += 1;
                continue;
            }
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth -= 1,
            _ => {}
        }
        row.push(token.clone());
        end += 1;
    }
    bracketed(&mut row, out);
    // A subquery among the rows may have VALUES of its own, which has been copied as it is.
    end
}

fn bracketed(row: &mut Vec<TokenWithSpan>, out: &mut Vec<TokenWithSpan>) {
    let mut seen = row.iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
    let Some(first) = seen.next().cloned() else {
        out.append(row);
        return;
    };
    // `(1, 2)` and `ROW(1, 2)` are rows; `(1) + 2` and `row(1).field0` are values.
    let starts = if is_word(&first, &[Keyword::ROW]) { seen.next() } else { Some(&first) };
    if starts.is_some_and(|token| token.token == Token::LParen) && ends_with_first(row) {
        out.append(row);
        return;
    }
    let open = TokenWithSpan { token: Token::LParen, span: first.span };
    let close = TokenWithSpan { token: Token::RParen, span: first.span };
    out.push(open);
    out.append(row);
    out.push(close);
}

/// Whether the first bracket closes at the end.
fn ends_with_first(row: &[TokenWithSpan]) -> bool {
    let mut depth = 0usize;
    let last = row.iter().rposition(|token| !matches!(token.token, Token::Whitespace(_)));
    for (at, token) in row.iter().enumerate() {
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at) == last;
                }
            }
            _ => {}
        }
    }
    false
}

fn is_word(token: &TokenWithSpan, keywords: &[Keyword]) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && keywords.contains(&word.keyword))
}

fn end<T>(parser: &Parser<'_>, parsed: T) -> Result<T, SqlError> {
    let next = parser.peek_token();
    match next.token {
        Token::EOF => Ok(parsed),
        _ => Err(SqlError::syntax(
            place(&next),
            format!("mismatched input '{}'. Expecting: <EOF>", next.token),
        )),
    }
}

fn place(token: &TokenWithSpan) -> Place {
    Place { line: token.span.start.line.max(1), column: token.span.start.column.max(1) }
}

/// Where a text ends.
fn end_of(sql: &str) -> Place {
    let text = sql.trim_end();
    let last = text.rsplit('\n').next().unwrap_or_default();
    Place { line: text.matches('\n').count() as u64 + 1, column: last.chars().count() as u64 + 1 }
}

fn refusal(error: ParserError, parser: &Parser<'_>, sql: &str) -> SqlError {
    if matches!(error, ParserError::RecursionLimitExceeded) {
        return SqlError::new("STACK_OVERFLOW", "statement is too large (stack overflow during analysis)");
    }
    let text = error.to_string();
    let text = text.trim_start_matches("sql parser error: ");
    let (found_at, message) = placed(text);
    let at = match message.ends_with("found: EOF") {
        true => end_of(sql),
        false => found_at.unwrap_or_else(|| place(&parser.peek_token())),
    };
    // "Expected: an expression, found: FROM" is Trino's "mismatched input 'FROM'. Expecting: an expression".
    let worded = message.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: "));
    let message = match worded {
        Some((expected, found)) => {
            let found = if found == "EOF" { "<EOF>" } else { found };
            format!("mismatched input '{found}'. Expecting: {expected}")
        }
        None => message,
    };
    SqlError::syntax(at, message)
}

/// Takes ` at Line: 1, Column: 8` off the end of a sentence.
fn placed(text: &str) -> (Option<Place>, String) {
    let Some((message, at)) = text.rsplit_once(" at Line: ") else { return (None, text.to_owned()) };
    let Some((line, column)) = at.split_once(", Column: ") else { return (None, text.to_owned()) };
    match (line.trim().parse(), column.trim().parse()) {
        (Ok(line), Ok(column)) => (Some(Place { line, column }), message.to_owned()),
        _ => (None, text.to_owned()),
    }
}

/// Whether a text has nothing but blanks and comments.
pub fn is_blank(sql: &str) -> bool {
    let tokens = Tokenizer::new(&Athena, sql).tokenize();
    tokens.is_ok_and(|tokens| {
        tokens.iter().all(|token| matches!(token, Token::Whitespace(_) | Token::SemiColon))
    })
}
