//! Statements that hold a query: its text is kept as it is.
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/insert-into.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/unload.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/create-view.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html>,
//! <https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html>.

use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{
    CreateTableAs, CreateView, Execute, Explain, Insert, Prepare, Query, Statement, TableName, Unload,
};
use super::super::token::{Dialect, Kind};
use super::QUERIES;
use super::properties::typed_properties;

impl Cursor<'_> {
    /// A query, up to the end of the text.
    pub(super) fn query(&mut self) -> Parsed<Query> {
        self.dialect = Dialect::Trino;
        if !starts_query(self) {
            return Err(self.expecting(&["<query>"]));
        }
        let (offset, text) = self.rest()?;
        Ok(Query { text: text.to_owned(), offset })
    }
}

fn starts_query(cursor: &Cursor<'_>) -> bool {
    let next = cursor.peek();
    next.is_sign("(") || QUERIES.iter().any(|keyword| next.is(keyword))
}

/// `table [WITH (…)] AS query [WITH [NO] DATA]`. `None`, and nothing read, when it is a table with columns of its own.
pub(super) fn create_table_as(cursor: &mut Cursor<'_>, if_not_exists: bool) -> Parsed<Option<Statement>> {
    let mut ahead = *cursor;
    ahead.dialect = Dialect::Trino;
    let Ok(table) = ahead.table_name() else {
        return Ok(None);
    };
    if !ahead.peek().is("WITH") && !ahead.peek().is("AS") {
        return Ok(None);
    }
    *cursor = ahead;
    let properties = if cursor.keyword("WITH") { typed_properties(cursor)? } else { Vec::new() };
    cursor.expect(&["AS"])?;
    let mut query = cursor.query()?;
    let with_data = without_data_clause(&mut query.text);
    let create = CreateTableAs { table, if_not_exists, properties, query, with_data };
    Ok(Some(Statement::CreateTableAs(create)))
}

/// Takes `WITH [NO] DATA` off the end; whether there is to be data.
fn without_data_clause(query: &mut String) -> bool {
    let (mut with, mut clause) = (None, Vec::new());
    let mut cursor = Cursor::new(query);
    cursor.dialect = Dialect::Trino;
    loop {
        let token = cursor.take();
        if token.kind == Kind::End {
            break;
        }
        if token.is("WITH") {
            (with, clause) = (Some(token.start), Vec::new());
        } else {
            clause.push(token.kind == Kind::Word && (token.is("NO") || token.is("DATA")));
        }
    }
    let Some(with) = with else {
        return true;
    };
    let tail = query[with..].to_ascii_uppercase();
    let ends = clause.iter().all(|word| *word) && tail.ends_with("DATA");
    match (ends, clause.len()) {
        (true, 1) => query.truncate(with),
        (true, 2) => {
            query.truncate(with);
            query.truncate(query.trim_end().len());
            return false;
        }
        _ => return true,
    }
    query.truncate(query.trim_end().len());
    true
}

/// `view [COMMENT '…'] AS query`.
pub(super) fn create_view(cursor: &mut Cursor<'_>, or_replace: bool) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    let view = cursor.table_name()?;
    let comment = cursor.keyword("COMMENT").then(|| cursor.text()).transpose()?;
    if cursor.keyword("SECURITY") {
        // Views of Athena run as whoever made them; nobody else is here.
        cursor.one_of(&["DEFINER", "INVOKER"])?;
    }
    cursor.expect(&["AS"])?;
    Ok(Statement::CreateView(CreateView { view, or_replace, comment, query: cursor.query()? }))
}

/// `INTO table [(columns)] query`.
pub(super) fn insert(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    cursor.expect(&["INTO"])?;
    let table: TableName = cursor.table_name()?;
    let mut ahead = *cursor;
    let columns = match ahead.sign("(") && !starts_query(&ahead) {
        true => cursor.parenthesised(Cursor::name)?,
        false => Vec::new(),
    };
    Ok(Statement::Insert(Insert { table, columns, query: cursor.query()? }))
}

/// `(query) TO 's3://…' WITH (…)`.
pub(super) fn unload(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    let mut ahead = *cursor;
    if ahead.sign("(") && !starts_query(&ahead) {
        return Err(ahead.expecting(&["<query>"]));
    }
    let (start, enclosed) = cursor.enclosed()?;
    let text = enclosed.trim();
    let offset = start + enclosed.len() - enclosed.trim_start().len();
    cursor.expect(&["TO"])?;
    let location = cursor.text()?;
    cursor.expect(&["WITH"])?;
    let properties = typed_properties(cursor)?;
    let query = Query { text: text.to_owned(), offset };
    Ok(Statement::Unload(Unload { query, location, properties }))
}

/// `[ANALYZE [VERBOSE]] [(option value, …)] query`.
pub(super) fn explain(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    let analyze = cursor.keyword("ANALYZE");
    let verbose = analyze && cursor.keyword("VERBOSE");
    let mut ahead = *cursor;
    let has_options = ahead.sign("(") && (ahead.peek().is("TYPE") || ahead.peek().is("FORMAT"));
    let options = match has_options {
        true => cursor.parenthesised(|cursor| {
            let option = cursor.one_of(&["TYPE", "FORMAT"])?.to_owned();
            Ok((option, cursor.name()?.to_ascii_uppercase()))
        })?,
        false => Vec::new(),
    };
    // Whatever can be run can be explained.
    let (offset, text) = cursor.rest()?;
    if text.is_empty() {
        return Err(cursor.expecting(&["<statement>"]));
    }
    let query = Query { text: text.to_owned(), offset };
    Ok(Statement::Explain(Explain { analyze, verbose, options, query }))
}

/// `name FROM query`.
pub(super) fn prepare(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    let name = cursor.name()?;
    cursor.expect(&["FROM"])?;
    let (offset, text) = cursor.rest()?;
    if text.is_empty() {
        return Err(cursor.expecting(&["<statement>"]));
    }
    Ok(Statement::Prepare(Prepare { name, query: Query { text: text.to_owned(), offset } }))
}

/// `name [USING expression, …]`.
pub(super) fn execute(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.dialect = Dialect::Trino;
    let name = cursor.name()?;
    let parameters = if cursor.keyword("USING") { expressions(cursor)? } else { Vec::new() };
    Ok(Statement::Execute(Execute { name, parameters }))
}

/// `expression, …` up to the end: commas inside parentheses and brackets part nothing.
fn expressions(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    let (_, text) = cursor.rest()?;
    let mut inside = Cursor::new(text);
    inside.dialect = Dialect::Trino;
    let (mut expressions, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    loop {
        let token = inside.peek();
        let ends = token.kind == Kind::End || (depth == 0 && token.is_sign(","));
        if ends {
            let expression = text[start..token.start].trim();
            if expression.is_empty() {
                return Err(inside.expecting(&["<expression>"]));
            }
            expressions.push(expression.to_owned());
            start = token.end();
        }
        if token.kind == Kind::End {
            return Ok(expressions);
        }
        depth += i32::from(token.is_sign("(") || token.is_sign("["));
        depth -= i32::from(token.is_sign(")") || token.is_sign("]"));
        inside.take();
    }
}

/// `PREPARE name`.
pub(super) fn deallocate(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    cursor.expect(&["PREPARE"])?;
    cursor.name().map(Statement::Deallocate)
}
