//! Batch jobs: temporary views, then statements that write what queries over plain tables find.
//!
//! ```sql
//! CREATE TEMPORARY VIEW hits AS SELECT * FROM `raw-data`.hits WHERE year = '${year}' AND hour = '${hour}';
//! INSERT OVERWRITE `aggregated-data`.by_country PARTITION (year, hour)
//!   SELECT country, count(*), year, hour FROM hits GROUP BY country, year, hour;
//! ```
//!
//! Columns meet those of the target by position: its own first, then its partition keys without those that the
//! `PARTITION` clause has given a value. The order of names in that clause means nothing. A target that does not
//! exist gets the columns of its query, the last of which are its partition keys.
//!
//! Source: `SqlBaseParser.g4` (`insertInto`), `PreprocessTableInsertion`, `TableOutputResolver` (Spark 3.5.4).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use sqlparser::ast::{
    BinaryOperator, Expr as Ast, Insert as AstInsert, Query, SetExpr, Spanned, Statement, TableObject, Value,
};

use super::error::{Places, SqlError, nearest};
use super::prepass::prepare;
use super::scope::Name;
use super::select::{Planner, Plans, Reading, Views, object_name, qualified_name};
use super::variables::Substituted;
use super::{Tables, parse};
use crate::batch_job::can_assign;
use crate::hive::NULL_PARTITION;
use crate::plan::{Column, Pipeline};
use crate::ports::{BatchTables, PortError, StoredTable};
use crate::sink::FileFormat;
use crate::source::ObjectFormat;
use crate::types::sql_type_name;

/// A batch job as a plan: what its statements write, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchProgram {
    /// The statements that write.
    pub inserts: Vec<Insert>,
}

/// One `INSERT`.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The query, and the target's name as the statement has it.
    pub query: Pipeline,
    /// The table behind each of the query's sources.
    pub tables: Vec<StoredTable>,
    /// Where the rows go.
    pub target: InsertTarget,
}

/// The table that an `INSERT` writes.
#[derive(Debug, Clone, PartialEq)]
pub struct InsertTarget {
    /// The table as it is, or as it will be.
    pub table: StoredTable,
    /// Whether it was there when the job was planned.
    pub exists: bool,
    /// Whether rows take the place of those in the partitions that they touch, or of all without partitions.
    pub overwrite: bool,
    /// Per partition key, the value that the statement gives; the query gives the others.
    pub fixed: Vec<Option<String>>,
}

impl InsertTarget {
    /// The columns that the query gives, in order.
    pub fn expected(&self) -> Vec<Arc<Field>> {
        let keys = self.table.partition_keys.fields().iter().zip(&self.fixed);
        let open = keys.filter(|(_, fixed)| fixed.is_none()).map(|(field, _)| field);
        self.table.schema.fields().iter().chain(open).cloned().collect()
    }
}

/// Parses and plans a batch job, its variables replaced by their values.
///
/// # Errors
/// [`SqlError`] with the place in `text`: syntax, unknown names and variables, types that do not fit, statements that
/// a job cannot hold, and a catalog that cannot be read.
pub fn plan_batch(
    text: &str,
    variables: &BTreeMap<String, String>,
    tables: &mut dyn BatchTables,
) -> Result<BatchProgram, SqlError> {
    let substituted = Substituted::new(text, variables)?;
    plan(&substituted.text, tables).map_err(|error| substituted.in_original(error))
}

fn plan(text: &str, tables: &mut dyn BatchTables) -> Result<BatchProgram, SqlError> {
    let places = Places::new(text);
    let prepared = prepare(text, &places)?;
    let statements = parse(&prepared, &places)?;
    let known = Known { port: RefCell::new(tables), tables: RefCell::default(), failure: RefCell::default() };
    let mut job = Job { places: &places, known: &known, plans: Plans::default(), views: Views::new() };
    let mut inserts = Vec::new();
    for statement in statements {
        let planned = job.statement(statement);
        if let Some(error) = known.failure.take() {
            return Err(SqlError::at(0..text.len(), format!("the catalog cannot be read: {error}")));
        }
        inserts.extend(planned?);
    }
    match inserts.is_empty() {
        true => Err(SqlError::at(text.len()..text.len(), "the job writes no table")
            .help("end it with INSERT INTO table SELECT …")),
        false => Ok(BatchProgram { inserts }),
    }
}

/// The tables that were asked for, by name in lower case.
struct Known<'a> {
    port: RefCell<&'a mut dyn BatchTables>,
    tables: RefCell<BTreeMap<String, StoredTable>>,
    /// Why the catalog could not be read.
    failure: RefCell<Option<PortError>>,
}

impl Known<'_> {
    fn find(&self, database: Option<&str>, table: &str) -> Option<StoredTable> {
        let key = full_name(database, table).to_lowercase();
        if let Some(known) = self.tables.borrow().get(&key) {
            return Some(known.clone());
        }
        let found = self.ask(|port| port.table(database, table)).flatten()?;
        self.tables.borrow_mut().insert(key, found.clone());
        Some(found)
    }

    fn ask<T>(&self, question: impl FnOnce(&mut dyn BatchTables) -> Result<T, PortError>) -> Option<T> {
        match question(&mut **self.port.borrow_mut()) {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.failure.borrow_mut().get_or_insert(error);
                None
            }
        }
    }
}

impl Tables for Known<'_> {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        let (database, table) = match table.split_once('.') {
            Some((database, table)) => (Some(database), table),
            None => (None, table),
        };
        self.find(database, table).map(|table| all_columns(&table))
    }

    fn names(&self) -> Vec<String> {
        self.ask(|port| port.names()).unwrap_or_default()
    }
}

/// The columns of a table as a query sees them.
fn all_columns(table: &StoredTable) -> SchemaRef {
    let fields = table.schema.fields().iter().chain(table.partition_keys.fields());
    Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()))
}

fn full_name(database: Option<&str>, table: &str) -> String {
    database.map(|database| format!("{database}.")).unwrap_or_default() + table
}

struct Job<'a> {
    places: &'a Places<'a>,
    known: &'a Known<'a>,
    plans: Plans,
    views: Views,
}

impl Job<'_> {
    fn statement(&mut self, statement: Statement) -> Result<Option<Insert>, SqlError> {
        let span = self.places.range(statement.span());
        match statement {
            Statement::CreateView(view) if view.temporary && !view.materialized => {
                let name = object_name(&view.name, self.places)?;
                let views = self.views.clone();
                let planned = self.planner().query(&view.query, &views)?;
                match self.views.insert(name.value.to_lowercase(), planned) {
                    Some(_) if !view.or_replace => Err(SqlError::at(
                        name.span,
                        format!("[TEMP_TABLE_OR_VIEW_ALREADY_EXISTS] view `{}` is defined twice", name.value),
                    )),
                    _ => Ok(None),
                }
            }
            Statement::Insert(insert) => self.insert(insert, span).map(Some),
            Statement::Query(query) => match *query {
                // The WITH clause may stand in front of the INSERT.
                Query { with: Some(with), body, .. } if matches!(*body, SetExpr::Insert(_)) => {
                    let SetExpr::Insert(Statement::Insert(mut insert)) = *body else {
                        unreachable!("it has just been matched")
                    };
                    match &mut insert.source {
                        Some(source) if source.with.is_none() => source.with = Some(with),
                        _ => {
                            return Err(SqlError::at(
                                span,
                                "two WITH clauses in one INSERT are not supported",
                            ));
                        }
                    }
                    self.insert(insert, span).map(Some)
                }
                Query { body, .. } if matches!(*body, SetExpr::Insert(_)) => {
                    let SetExpr::Insert(Statement::Insert(insert)) = *body else {
                        unreachable!("it has just been matched")
                    };
                    self.insert(insert, span).map(Some)
                }
                _ => Err(cannot_hold(span)),
            },
            _ => Err(cannot_hold(span)),
        }
    }

    fn planner(&mut self) -> Planner<'_> {
        Planner {
            reading: Reading::Tables,
            places: self.places,
            tables: self.known,
            watermarks: BTreeMap::new(),
            plans: &mut self.plans,
        }
    }

    fn insert(&mut self, insert: AstInsert, span: Range<usize>) -> Result<Insert, SqlError> {
        let (TableObject::TableName(name), Some(query)) = (&insert.table, &insert.source) else {
            return Err(cannot_hold(span));
        };
        if let Some(column) = insert.columns.first() {
            let span = self.places.range(column.span());
            return Err(SqlError::at(span, "a list of columns is not supported in INSERT")
                .help("select the columns in the order of the table"));
        }
        let (database, name) = qualified_name(name, self.places)?;
        let database = database.as_ref().map(|name| name.value.as_str());
        let views = self.views.clone();
        let planned = self.planner().query(query, &views)?;
        let query = self.planner().pipeline(planned, full_name(database, &name.value));
        let tables = query.sources.iter().map(|source| self.source(&source.table)).collect::<Vec<_>>();
        let columns = query.plan.columns();
        let partition = insert.partitioned.as_deref().unwrap_or_default();
        let partition = partition.iter().map(|ast| self.partition(ast)).collect::<Result<Vec<_>, _>>()?;
        let existing = self.known.find(database, &name.value);
        let exists = existing.is_some();
        let table = match existing {
            Some(table) => table,
            None => self.new_table(database, &name, &columns, &partition)?,
        };
        let fixed = fixed_values(&table, &partition)?;
        let target = InsertTarget { table, exists, overwrite: insert.overwrite, fixed };
        check_columns(&target, &columns, &name)?;
        check_overwrite(&target, &tables, &name)?;
        if target.table.format == ObjectFormat::JsonDocument {
            let message =
                "a table of JSON documents cannot be written: each row would have to be an object of its own";
            return Err(SqlError::at(name.span, message).help("write a table of JSON lines or Parquet"));
        }
        Ok(Insert { query, tables, target })
    }

    fn source(&self, name: &str) -> StoredTable {
        let tables = self.known.tables.borrow();
        tables.get(&name.to_lowercase()).expect("the planner has asked for it").clone()
    }

    /// One entry of a `PARTITION` clause: a name, and the value if it has one.
    fn partition(&self, ast: &Ast) -> Result<(Name, Option<String>), SqlError> {
        let name = |ident: &sqlparser::ast::Ident| Name {
            value: ident.value.clone(),
            span: self.places.range(ident.span),
        };
        match ast {
            Ast::Identifier(ident) => Ok((name(ident), None)),
            Ast::BinaryOp { left, op: BinaryOperator::Eq, right } => match (&**left, &**right) {
                (Ast::Identifier(ident), Ast::Value(value)) => match &value.value {
                    Value::SingleQuotedString(text) | Value::Number(text, _) => {
                        Ok((name(ident), Some(text.clone())))
                    }
                    Value::Boolean(truth) => Ok((name(ident), Some(truth.to_string()))),
                    Value::Null => Ok((name(ident), Some(NULL_PARTITION.to_owned()))),
                    _ => Err(self.no_partition(ast)),
                },
                _ => Err(self.no_partition(ast)),
            },
            _ => Err(self.no_partition(ast)),
        }
    }

    fn no_partition(&self, ast: &Ast) -> SqlError {
        SqlError::at(self.places.range(ast.span()), format!("`{ast}` names no partition"))
            .help("write PARTITION (year, hour) or PARTITION (year = '2026', hour)")
    }

    /// The table that a query will make.
    fn new_table(
        &self,
        database: Option<&str>,
        name: &Name,
        columns: &[Column],
        partition: &[(Name, Option<String>)],
    ) -> Result<StoredTable, SqlError> {
        let new = self.known.ask(|port| port.new_table(database, &name.value)).flatten();
        let Some(new) = new else { return Err(self.no_table(database, name)) };
        if let Some((key, _)) = partition.iter().find(|(_, value)| value.is_some()) {
            return Err(SqlError::at(key.span.clone(), "a table that does not exist yet has no partitions")
                .help("select the value as one of the last columns"));
        }
        let data = columns.len().saturating_sub(partition.len());
        let (own, last) = columns.split_at(data);
        let fits = last.len() == partition.len()
            && last
                .iter()
                .zip(partition)
                .all(|(column, (key, _))| column.name.eq_ignore_ascii_case(&key.value));
        if !fits {
            let keys = partition.iter().map(|(key, _)| key.value.as_str()).collect::<Vec<_>>().join(", ");
            return Err(SqlError::at(
                name.span.clone(),
                format!("the last columns of the query have to be the partition columns {keys}"),
            ));
        }
        let twice = |(at, column): &(usize, &Column)| {
            columns[..*at].iter().any(|other| other.name.eq_ignore_ascii_case(&column.name))
        };
        if let Some((_, column)) = columns.iter().enumerate().find(twice) {
            let message = format!("[COLUMN_ALREADY_EXISTS] The column `{}` already exists.", column.name);
            return Err(
                SqlError::at(name.span.clone(), message).help("give one of the columns another name with AS")
            );
        }
        let schema = |columns: &[Column]| -> SchemaRef {
            let fields = columns.iter().map(|c| Field::new(c.name.to_lowercase(), c.data_type.clone(), true));
            Arc::new(Schema::new(fields.collect::<Vec<_>>()))
        };
        let table = StoredTable {
            database: new.database,
            table: name.value.clone(),
            schema: schema(own),
            partition_keys: schema(last),
            location: new.location,
            format: match new.format {
                FileFormat::Parquet => ObjectFormat::Parquet,
                FileFormat::Json => ObjectFormat::JsonLines,
            },
        };
        let key = full_name(database, &name.value).to_lowercase();
        self.known.tables.borrow_mut().insert(key, table.clone());
        Ok(table)
    }

    fn no_table(&self, database: Option<&str>, name: &Name) -> SqlError {
        let full = full_name(database, &name.value);
        let error = SqlError::at(
            name.span.clone(),
            format!("[TABLE_OR_VIEW_NOT_FOUND] The table or view `{full}` cannot be found."),
        );
        let names = self.known.names();
        match nearest(&full, names.iter().map(String::as_str)).first() {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("create the table first"),
        }
    }
}

fn cannot_hold(span: Range<usize>) -> SqlError {
    SqlError::at(span, "a batch job cannot hold this statement").help(
        "it holds CREATE TEMPORARY VIEW … AS SELECT, INSERT INTO … SELECT and INSERT OVERWRITE … SELECT",
    )
}

fn shown(table: &StoredTable) -> String {
    format!("`spark_catalog`.`{}`.`{}`", table.database, table.table)
}

/// Per partition key, the value that the statement gives.
fn fixed_values(
    table: &StoredTable,
    partition: &[(Name, Option<String>)],
) -> Result<Vec<Option<String>>, SqlError> {
    let keys = table.partition_keys.fields();
    let is_key = |name: &Name| keys.iter().any(|key| key.name().eq_ignore_ascii_case(&name.value));
    if let Some((name, _)) = partition.iter().find(|(name, _)| !is_key(name)) {
        let message = format!("{} is not a valid partition column in table {}.", name.value, shown(table));
        return Err(SqlError::at(name.span.clone(), message));
    }
    let of_key = |key: &Arc<Field>| partition.iter().find(|(n, _)| n.value.eq_ignore_ascii_case(key.name()));
    let Some((first, _)) = partition.first() else { return Ok(vec![None; keys.len()]) };
    let span = first.span.start..partition[partition.len() - 1].0.span.end;
    if partition.len() != keys.len() || keys.iter().any(|key| of_key(key).is_none()) {
        let list = |names: Vec<&str>| names.join(",");
        return Err(SqlError::at(
            span,
            format!(
                "Requested partitioning does not match the table {}: Requested partitions: {}. Table partitions: {}.",
                shown(table),
                list(partition.iter().map(|(name, _)| name.value.as_str()).collect()),
                list(keys.iter().map(|key| key.name().as_str()).collect())
            ),
        ));
    }
    let fixed: Vec<Option<String>> =
        keys.iter().map(|key| of_key(key).and_then(|(_, v)| v.clone())).collect();
    if fixed.windows(2).any(|pair| pair[0].is_none() && pair[1].is_some()) {
        let names = keys.iter().map(|key| key.name().as_str()).collect::<Vec<_>>().join(",");
        return Err(SqlError::at(
            span,
            format!(
                "The ordering of partition columns is [{names}]. All partition columns having constant values need \
                 to appear before other partition columns that do not have an assigned constant value."
            ),
        ));
    }
    Ok(fixed)
}

/// As many columns as the target takes, of types that can be stored in its own.
fn check_columns(target: &InsertTarget, columns: &[Column], name: &Name) -> Result<(), SqlError> {
    let expected = target.expected();
    let table = shown(&target.table);
    if expected.len() != columns.len() {
        let (class, few) = match columns.len() < expected.len() {
            true => ("NOT_ENOUGH_DATA_COLUMNS", "not enough"),
            false => ("TOO_MANY_DATA_COLUMNS", "too many"),
        };
        let list = |names: Vec<&str>| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        return Err(SqlError::at(
            name.span.clone(),
            format!(
                "[INSERT_COLUMN_ARITY_MISMATCH.{class}] Cannot write to {table}, the reason is {few} data columns: \
                 Table columns: {}. Data columns: {}.",
                list(expected.iter().map(|f| f.name().as_str()).collect()),
                list(columns.iter().map(|c| c.name.as_str()).collect())
            ),
        ));
    }
    let mut pairs = columns.iter().zip(&expected);
    match pairs.find(|(column, field)| !can_assign(&column.data_type, field.data_type())) {
        None => Ok(()),
        Some((column, field)) => Err(SqlError::at(
            name.span.clone(),
            format!(
                "[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST] Cannot write incompatible data for the table \
                 {table}: Cannot safely cast `{}` \"{}\" to \"{}\".",
                field.name(),
                sql_type_name(&column.data_type),
                sql_type_name(field.data_type())
            ),
        )
        .help(format!("write CAST(… AS {}) in the query", sql_type_name(field.data_type())))),
    }
}

/// Replacing everything that the query reads is refused; replacing the partitions that it touches is not.
fn check_overwrite(target: &InsertTarget, tables: &[StoredTable], name: &Name) -> Result<(), SqlError> {
    let whole = target.overwrite && target.fixed.iter().all(Option::is_some);
    match whole && tables.iter().any(|table| table.location == target.table.location) {
        false => Ok(()),
        true => Err(SqlError::at(
            name.span.clone(),
            format!(
                "[UNSUPPORTED_OVERWRITE.TABLE] Can't overwrite the target that is also being read from. The target \
                 table is {}.",
                shown(&target.table)
            ),
        )
        .help("write another table first")),
    }
}

#[cfg(test)]
mod tests;
