//! Statements that hold a query, or run one that was prepared.

use super::TableName;

/// A query inside a statement: its text, and where it stands in the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// As written, without what is white around it.
    pub text: String,
    /// Of its first byte.
    pub offset: usize,
}

/// `CREATE TABLE … AS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTableAs {
    /// The table to make.
    pub table: TableName,
    /// Whether one that exists is left as it is.
    pub if_not_exists: bool,
    /// `WITH (…)`.
    pub properties: Vec<(String, PropertyValue)>,
    /// What it is to hold.
    pub query: Query,
    /// False with `WITH NO DATA`.
    pub with_data: bool,
}

/// A value behind `WITH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyValue {
    /// `'…'`.
    Text(String),
    /// A number as written.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// `ARRAY['…', …]`.
    Texts(Vec<String>),
}

/// `CREATE VIEW`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateView {
    /// The view.
    pub view: TableName,
    /// Whether one that exists is replaced.
    pub or_replace: bool,
    /// For people.
    pub comment: Option<String>,
    /// What it shows.
    pub query: Query,
}

/// `INSERT INTO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// Into which table.
    pub table: TableName,
    /// Into which columns; all when empty.
    pub columns: Vec<String>,
    /// What comes in.
    pub query: Query,
}

/// `UNLOAD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unload {
    /// What is written.
    pub query: Query,
    /// Where.
    pub location: String,
    /// `WITH (…)`.
    pub properties: Vec<(String, PropertyValue)>,
}

/// `EXPLAIN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explain {
    /// Whether the query is run.
    pub analyze: bool,
    /// `VERBOSE`, behind `ANALYZE`.
    pub verbose: bool,
    /// Such as `TYPE` and `IO`, in capitals.
    pub options: Vec<(String, String)>,
    /// What is explained.
    pub query: Query,
}

/// `PREPARE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepare {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub query: Query,
}

/// `EXECUTE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execute {
    /// Its name.
    pub name: String,
    /// Expressions for its `?`, as written.
    pub parameters: Vec<String>,
}
