//! Athena's SQL to DuckDB's, with every name resolved and every expression typed on the way.
//!
//! One walk over the tree: each expression becomes DuckDB text and a [`Type`], so that an operator can choose by its
//! operands (`7/2` is 3, `7.0/2` is a decimal), a coercion that Trino does not make is refused, and a result has
//! Athena's type. Whatever the walk does not know is refused by name; nothing is passed through.
//!
//! Relations are named `t1`, `t2`, … and their columns `c0`, `c1`, …: names of the query itself never reach DuckDB.
//!
//! Tables are left as `scan0`, `scan1`, … ([`Scan`]): which objects these read is decided afterwards, by the
//! conditions on partition keys that the walk has found.

mod aggregation;
mod call;
mod cast;
mod condition;
mod equality;
mod expression;
mod from;
mod interval;
mod lambda;
mod literal;
mod operator;
mod parameter;
mod query;
mod scope;
mod select;
mod set_operation;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sqlparser::ast::{Expr, Spanned};

use super::error::{Place, SqlError};
use super::types::Type;

pub(super) use call::{Argument, Call, now, row};
pub(super) use cast::{cast, coerce, json_of, plain_text_of, text_of};
pub(super) use operator::modulo;
pub(super) use scope::Scope;

/// An expression of DuckDB's with its type.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Text that can stand anywhere.
    pub sql: String,
    /// Its type.
    pub ty: Type,
}

impl Typed {
    /// Text with its type.
    pub fn new(sql: impl Into<String>, ty: Type) -> Self {
        Self { sql: sql.into(), ty }
    }
}

/// A query of DuckDB's; its columns are `c0`, `c1`, ….
#[derive(Debug, Clone)]
pub struct Relation {
    /// The text.
    pub sql: String,
    /// The columns as Athena names and types them.
    pub columns: Vec<OutputColumn>,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// What the catalog knows about a name.
pub enum Found {
    /// A table.
    Table(Arc<TableShape>),
    /// What the catalog tells about itself.
    Listing(Listing),
    /// A view: its query, and the database that plain names in it mean.
    View {
        /// The query.
        sql: String,
        /// The database.
        database: String,
    },
}

/// Rows that are known before the query runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The columns.
    pub columns: Vec<OutputColumn>,
    /// A text for each column of each row, that its type can be cast from.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A table as a query sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableShape {
    /// Its database.
    pub database: String,
    /// Its name.
    pub name: String,
    /// Columns that are in the objects.
    pub columns: Vec<OutputColumn>,
    /// Partition keys, which are in the catalog.
    pub keys: Vec<OutputColumn>,
}

/// Where tables are found.
pub trait Tables {
    /// The table or view of this name, both in lower case; `None` when there is none.
    ///
    /// # Errors
    /// When the table is there and cannot be queried.
    fn find(&self, database: &str, name: &str) -> Result<Option<Found>, SqlError>;

    /// Whether there is a database of this name.
    ///
    /// # Errors
    /// When the catalog fails.
    fn has_database(&self, name: &str) -> Result<bool, SqlError>;
}

/// One reading of a table.
#[derive(Debug, Clone)]
pub struct Scan {
    /// What is read.
    pub table: Arc<TableShape>,
    /// Positions of the columns and keys that the query uses, keys counted on from the columns.
    pub used: BTreeSet<usize>,
    /// Whether `"$path"` is used.
    pub path: bool,
    /// Conditions that only look at partition keys, over an alias of [`Scan::alias`]; all of them must hold.
    pub conditions: Vec<String>,
    /// The alias in the conditions.
    pub alias: String,
}

/// Under which circumstances a query runs.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The database that plain names mean.
    pub database: Option<String>,
    /// Microseconds since 1970 when the query was submitted.
    pub now: i64,
    /// Texts of the values for `?`.
    pub parameters: Vec<String>,
}

/// A query, ready for DuckDB once its scans are there.
#[derive(Debug, Clone)]
pub struct Translation {
    /// The query and its columns.
    pub relation: Relation,
    /// The tables it reads: `scan0`, `scan1`, ….
    pub scans: Vec<Scan>,
}

/// Translates a query.
///
/// # Errors
/// What Athena would say against it, or `NOT_SUPPORTED`.
pub fn translate(
    query: &sqlparser::ast::Query,
    tables: &dyn Tables,
    circumstances: &Circumstances,
) -> Result<Translation, SqlError> {
    let mut translator = Translator {
        tables,
        circumstances,
        database: circumstances.database.clone(),
        aliases: 0,
        parameters: parameter::texts(query, &circumstances.parameters)?,
        scans: vec![],
        ctes: vec![],
        windows: vec![],
        keys_seen: None,
        unpruned: BTreeSet::new(),
        view_depth: 0,
    };
    let relation = translator.query(query, None)?;
    Ok(Translation { relation, scans: translator.scans })
}

/// The walk.
pub(super) struct Translator<'a> {
    tables: &'a dyn Tables,
    circumstances: &'a Circumstances,
    /// The database that plain names mean here: inside a view, the view's.
    database: Option<String>,
    aliases: usize,
    /// The texts that stand for `?`, by where these are.
    parameters: BTreeMap<Place, String>,
    scans: Vec<Scan>,
    /// Common table expressions in sight, the innermost last.
    ctes: Vec<query::Cte>,
    /// `WINDOW` clauses of the selects around, the innermost last.
    windows: Vec<Vec<sqlparser::ast::NamedWindowDefinition>>,
    /// While a condition is walked that may decide about partitions: what it has looked at.
    keys_seen: Option<condition::Seen>,
    /// Scans whose partitions the conditions being walked do not decide about.
    unpruned: BTreeSet<usize>,
    view_depth: usize,
}

impl Translator<'_> {
    /// A name that no other relation has.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// When the query was submitted, in microseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.circumstances.now
    }

    /// The database that plain names mean.
    pub(super) fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }
}

/// Where an expression stands in the query.
pub(super) fn place(expr: &Expr) -> Place {
    let start = expr.span().start;
    Place { line: start.line.max(1), column: start.column.max(1) }
}
