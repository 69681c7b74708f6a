//! The syntax of SQL/JSON: `json_value(x, 'lax $.a' RETURNING bigint DEFAULT 0 ON EMPTY)`.
//!
//! Clauses become arguments, as [`super::functions`] takes them:
//!
//! | call | arguments |
//! |---|---|
//! | `json_exists` | input, path, `false` |
//! | `json_value` | input, path, type, `null null`, default if empty, default on error |
//! | `json_query` | input, path, type, `without keep null null` |
//! | `json_array` | `absent`, type, values |
//! | `json_object` | `null`, type, keys and values in turn |
//!
//! Not handled: `PASSING`, `WITH UNIQUE KEYS`, encodings but UTF-8.
//!
//! Source: Trino's `SqlBase.g4`.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    Value,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

type Parsed<T> = Result<T, ParserError>;

/// The functions that have this syntax.
const NAMES: [&str; 5] = ["json_exists", "json_value", "json_query", "json_array", "json_object"];

/// Words that a clause begins with.
const CLAUSES: [&str; 9] =
    ["FORMAT", "NULL", "ABSENT", "ERROR", "DEFAULT", "WITH", "WITHOUT", "KEEP", "OMIT"];

/// A call of one of these functions, if one comes next.
pub fn call(parser: &mut Parser<'_>) -> Option<Parsed<Expr>> {
    let Token::Word(word) = parser.peek_token().token else { return None };
    let name =
        NAMES.into_iter().find(|name| word.quote_style.is_none() && word.value.eq_ignore_ascii_case(name))?;
    (parser.peek_nth_token(1).token == Token::LParen).then(|| read(parser, name))
}

fn read(parser: &mut Parser<'_>, name: &'static str) -> Parsed<Expr> {
    let start = parser.next_token().span;
    parser.expect_token(&Token::LParen)?;
    let arguments = match name {
        "json_exists" => exists(parser)?,
        "json_value" => value(parser)?,
        "json_query" => query(parser)?,
        "json_array" => array(parser)?,
        _ => object(parser)?,
    };
    parser.expect_token(&Token::RParen)?;
    Ok(function(Ident::with_span(start, name), arguments))
}

fn function(name: Ident, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)));
    let list = FunctionArgumentList { duplicate_treatment: None, args: args.collect(), clauses: vec![] };
    Expr::Function(Function {
        name: ObjectName::from(vec![name]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

fn text(text: impl Into<String>) -> Expr {
    Expr::value(Value::SingleQuotedString(text.into()))
}

fn next_is(parser: &Parser<'_>, at: usize, word: &str) -> bool {
    let token = parser.peek_nth_token(at).token;
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

fn take(parser: &mut Parser<'_>, words: &[&str]) -> bool {
    let found = words.iter().enumerate().all(|(at, word)| next_is(parser, at, word));
    if found {
        for _ in words {
            parser.next_token();
        }
    }
    found
}

fn expect(parser: &mut Parser<'_>, words: &[&str]) -> Parsed<()> {
    match take(parser, words) {
        true => Ok(()),
        false => parser.expected(&words.join(" "), parser.peek_token()),
    }
}

/// An expression; a document where `FORMAT JSON` stands behind it, or where it is one by itself.
fn document_or_value(parser: &mut Parser<'_>) -> Parsed<Expr> {
    let expr = parser.parse_expr()?;
    let is_document = match &expr {
        Expr::Function(call) => NAMES[2..].contains(&call.name.to_string().as_str()),
        _ => false,
    };
    match format(parser)? || is_document {
        true => Ok(function(Ident::new("$json_document"), vec![expr])),
        false => Ok(expr),
    }
}

/// `FORMAT JSON [ENCODING UTF8]`
fn format(parser: &mut Parser<'_>) -> Parsed<bool> {
    let found = take(parser, &["FORMAT", "JSON"]);
    if found && take(parser, &["ENCODING"]) {
        expect(parser, &["UTF8"])?;
    }
    Ok(found)
}

/// `input [FORMAT JSON], 'path'`
fn input(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let input = parser.parse_expr()?;
    format(parser)?;
    parser.expect_token(&Token::Comma)?;
    let path = parser.next_token();
    let Token::SingleQuotedString(path) = path.token else {
        return parser.expected("a path in quotes", path);
    };
    if next_is(parser, 0, "PASSING") {
        return Err(ParserError::ParserError("PASSING is not supported".to_owned()));
    }
    Ok(vec![input, text(path)])
}

/// `RETURNING type [FORMAT JSON]`, the type as its text.
fn returning(parser: &mut Parser<'_>) -> Parsed<Expr> {
    let (mut ty, mut depth) = (String::new(), 0);
    if take(parser, &["RETURNING"]) {
        loop {
            let token = parser.peek_token().token;
            let is_clause =
                CLAUSES.iter().any(|word| next_is(parser, 0, word)) || next_is(parser, 0, "EMPTY");
            match token {
                Token::EOF | Token::RParen if depth == 0 => break,
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ if depth == 0 && is_clause => break,
                _ => {}
            }
            ty += &format!("{token} ");
            parser.next_token();
        }
        format(parser)?;
    }
    Ok(text(if ty.is_empty() { "varchar" } else { &ty }))
}

fn exists(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut arguments = input(parser)?;
    let words = ["TRUE", "FALSE", "UNKNOWN", "ERROR"];
    let on_error = words.into_iter().find(|word| take(parser, &[word, "ON", "ERROR"]));
    arguments.push(text(on_error.unwrap_or("FALSE").to_lowercase()));
    Ok(arguments)
}

fn value(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut arguments = input(parser)?;
    arguments.push(returning(parser)?);
    let (mut words, mut defaults) = (["null"; 2], [None, None]);
    for (at, case) in ["EMPTY", "ERROR"].into_iter().enumerate() {
        if take(parser, &["NULL", "ON", case]) {
            continue;
        }
        if take(parser, &["ERROR", "ON", case]) {
            words[at] = "error";
        } else if defaults[1].is_none() && take(parser, &["DEFAULT"]) {
            let default = parser.parse_expr()?;
            let is_empty = at == 0 && take(parser, &["ON", "EMPTY"]);
            if !is_empty {
                expect(parser, &["ON", "ERROR"])?;
            }
            let at = usize::from(!is_empty);
            words[at] = "default";
            defaults[at] = Some(default);
        }
    }
    arguments.push(text(words.join(" ")));
    arguments.extend(defaults.map(|default| default.unwrap_or(Expr::value(Value::Null))));
    Ok(arguments)
}

fn query(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut arguments = input(parser)?;
    arguments.push(returning(parser)?);
    let mut wrapper = "without";
    let is_without = take(parser, &["WITHOUT"]);
    if is_without || take(parser, &["WITH"]) {
        if !is_without {
            wrapper = if take(parser, &["CONDITIONAL"]) { "conditional" } else { "unconditional" };
            take(parser, &["UNCONDITIONAL"]);
        }
        take(parser, &["ARRAY"]);
        expect(parser, &["WRAPPER"])?;
    }
    let quotes = if take(parser, &["OMIT", "QUOTES"]) { "omit" } else { "keep" };
    if quotes == "omit" || take(parser, &["KEEP", "QUOTES"]) {
        take(parser, &["ON", "SCALAR", "STRING"]);
    }
    let (on_empty, on_error) = (behavior(parser, "EMPTY"), behavior(parser, "ERROR"));
    arguments.push(text(format!("{wrapper} {quotes} {on_empty} {on_error}")));
    Ok(arguments)
}

/// What a query does in a case; null when nothing is said.
fn behavior(parser: &mut Parser<'_>, case: &str) -> &'static str {
    let all: [(&[&str], _); 4] = [
        (&["NULL"], "null"),
        (&["ERROR"], "error"),
        (&["EMPTY", "ARRAY"], "array"),
        (&["EMPTY", "OBJECT"], "object"),
    ];
    let said = all.into_iter().find(|(words, _)| take(parser, &[words, &["ON", case][..]].concat()));
    said.map_or("null", |(_, behavior)| behavior)
}

/// `NULL ON NULL`, `ABSENT ON NULL`
fn on_null(parser: &mut Parser<'_>, otherwise: &'static str) -> &'static str {
    match (take(parser, &["NULL", "ON", "NULL"]), take(parser, &["ABSENT", "ON", "NULL"])) {
        (true, _) => "null",
        (_, true) => "absent",
        _ => otherwise,
    }
}

/// Whether no value comes, but a clause or the end.
fn is_end(parser: &Parser<'_>) -> bool {
    let is_clause =
        ["NULL", "ABSENT"].iter().any(|word| next_is(parser, 0, word) && next_is(parser, 1, "ON"));
    is_clause || next_is(parser, 0, "RETURNING") || parser.peek_token().token == Token::RParen
}

fn array(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut values = Vec::new();
    if !is_end(parser) {
        values = parser.parse_comma_separated(document_or_value)?;
    }
    let on_null = on_null(parser, "absent");
    let mut arguments = vec![text(on_null), returning(parser)?];
    arguments.append(&mut values);
    Ok(arguments)
}

fn object(parser: &mut Parser<'_>) -> Parsed<Vec<Expr>> {
    let mut members = Vec::new();
    if !is_end(parser) {
        members = parser.parse_comma_separated(member)?;
    }
    let on_null = on_null(parser, "null");
    if take(parser, &["WITH", "UNIQUE"]) {
        return Err(ParserError::ParserError("WITH UNIQUE KEYS is not supported".to_owned()));
    }
    if take(parser, &["WITHOUT", "UNIQUE"]) {
        take(parser, &["KEYS"]);
    }
    let mut arguments = vec![text(on_null), returning(parser)?];
    arguments.extend(members.into_iter().flatten());
    Ok(arguments)
}

/// `[KEY] key VALUE value`, `key : value`
fn member(parser: &mut Parser<'_>) -> Parsed<[Expr; 2]> {
    if next_is(parser, 0, "KEY")
        && parser.peek_nth_token(1).token != Token::Colon
        && !next_is(parser, 1, "VALUE")
    {
        parser.next_token();
    }
    let key = parser.parse_expr()?;
    if !parser.consume_token(&Token::Colon) {
        expect(parser, &["VALUE"])?;
    }
    Ok([key, document_or_value(parser)?])
}
