//! The SQL front end: text → [`Pipeline`].
//!
//! The language is Spark SQL as Spark 4.1 (Glue 6.0) itself accepts it for streaming: `CREATE TEMPORARY VIEW`,
//! `STREAM(table) WATERMARK column DELAY OF INTERVAL n`, `CREATE STREAMING TABLE name AS SELECT …`. Parsing is
//! `sqlparser`'s with its Spark dialect; what that does not know yet is taken out of the token stream first
//! ([`prepass`]), so that every position stays true. Resolution, coercion and planning are here.
//!
//! A batch job ([`plan_batch`]) is written in the same language with plain tables instead of streams, and
//! `INSERT INTO` or `INSERT OVERWRITE` in place of the streaming table.
//!
//! Nothing here knows where a table's records come from: it asks [`Tables`] for a schema.

mod batch;
mod coerce;
mod error;
mod expr;
pub(crate) mod frame;
mod group;
mod hoist;
mod lexical;
mod naming;
mod prepass;
mod project;
mod scope;
mod select;
mod syntax;
mod variables;

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;
use sqlparser::ast::{Expr, Spanned, Statement};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

pub use batch::{BatchProgram, Insert, InsertTarget, plan_batch};
pub use error::{SqlError, nearest};
use prepass::{Prepared, prepare};
use select::{Planner, Plans, Reading, View};

use crate::plan::Pipeline;

/// The tables that a pipeline may read as streams.
pub trait Tables {
    /// Schema of one record, if there is such a table. Names are compared without regard to case.
    fn schema(&self, table: &str) -> Option<SchemaRef>;
    /// Every table, for the suggestion in an error.
    fn names(&self) -> Vec<String>;
}

/// Parses and plans a pipeline file.
///
/// # Errors
/// [`SqlError`] with the place in `text`: syntax, unknown names, types that do not fit, statements that a
/// pipeline cannot hold.
pub fn plan(text: &str, tables: &dyn Tables) -> Result<Pipeline, SqlError> {
    let places = error::Places::new(text);
    let prepared = prepare(text, &places)?;
    let statements = parse(&prepared, &places)?;
    let mut plans = Plans::default();
    let (reading, watermarks) = (Reading::Streams, prepared.watermarks);
    let mut planner = Planner { reading, places: &places, tables, watermarks, plans: &mut plans };
    let mut views: BTreeMap<String, View> = BTreeMap::new();
    let mut pipeline: Option<Pipeline> = None;
    for statement in statements {
        let span = places.range(statement.span());
        match statement {
            Statement::CreateView(view) if view.temporary && !view.materialized => {
                let name = select::object_name(&view.name, &places)?;
                let planned = planner.query(&view.query, &views)?;
                if views.insert(name.value.to_lowercase(), planned).is_some() {
                    return Err(SqlError::at(name.span, format!("view `{}` is defined twice", name.value)));
                }
            }
            Statement::CreateTable(table)
                if prepared.streaming_tables.contains(&places.start(table.name.span())) =>
            {
                if pipeline.is_some() {
                    return Err(SqlError::at(span, "a pipeline has one streaming table")
                        .help("put the second CREATE STREAMING TABLE into a file of its own"));
                }
                let name = select::object_name(&table.name, &places)?;
                let Some(query) = &table.query else {
                    return Err(SqlError::at(name.span, "a streaming table needs a query")
                        .help("write CREATE STREAMING TABLE name AS SELECT …"));
                };
                let output = planner.query(query, &views)?;
                pipeline = Some(planner.pipeline(output, name.value));
            }
            _ => {
                return Err(SqlError::at(span, "a pipeline cannot hold this statement").help(
                    "it holds CREATE TEMPORARY VIEW … AS SELECT and one CREATE STREAMING TABLE … AS SELECT",
                ));
            }
        }
    }
    pipeline.ok_or_else(|| {
        SqlError::at(text.len()..text.len(), "the pipeline writes no table")
            .help("end it with CREATE STREAMING TABLE name AS SELECT …")
    })
}

fn parse(prepared: &Prepared, places: &error::Places<'_>) -> Result<Vec<Statement>, SqlError> {
    parser(prepared).parse_statements().map_err(|error| placed(error, places))
}

fn parse_expression(prepared: &Prepared, places: &error::Places<'_>) -> Result<Expr, SqlError> {
    let mut parser = parser(prepared);
    let expr = parser.parse_expr().map_err(|error| placed(error, places))?;
    match parser.peek_token() {
        end if end.token == Token::EOF => Ok(expr),
        rest => Err(SqlError::at(
            places.range(rest.span),
            format!("expected the end of the expression, found {rest}"),
        )),
    }
}

fn parser(prepared: &Prepared) -> Parser<'static> {
    Parser::new(&lexical::Spark).with_tokens_with_locations(prepared.tokens.clone())
}

fn placed(error: ParserError, places: &error::Places<'_>) -> SqlError {
    match error {
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => {
            places.parser_error(&message)
        }
        ParserError::RecursionLimitExceeded => SqlError::at(0..0, "the query is nested too deeply"),
    }
}
