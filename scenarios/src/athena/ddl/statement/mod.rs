//! Statements as plain values. Names are folded to lower case; texts are what they say, without quotes and escapes.

mod query;
mod table;

pub use query::{CreateTableAs, CreateView, Execute, Explain, Insert, Prepare, PropertyValue, Query, Unload};
pub use table::{
    AlterTable, ClusteredBy, ColumnDefinition, ColumnPlace, Comparison, CreateTable, Delimiters,
    NewPartition, PartitionCondition, PartitionSpec, RowFormat, StoredAs, TableChange,
};

/// What a text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// `CREATE DATABASE`.
    CreateDatabase(CreateDatabase),
    /// `ALTER DATABASE … SET DBPROPERTIES`.
    AlterDatabase(AlterDatabase),
    /// `DROP DATABASE`.
    DropDatabase(DropDatabase),
    /// `SHOW DATABASES`: those whose names match the pattern.
    ShowDatabases(Option<String>),
    /// `DESCRIBE DATABASE`.
    DescribeDatabase(String),
    /// `CREATE EXTERNAL TABLE`.
    CreateTable(Box<CreateTable>),
    /// `CREATE TABLE … AS`.
    CreateTableAs(CreateTableAs),
    /// `ALTER TABLE`.
    AlterTable(AlterTable),
    /// `DROP TABLE`.
    DropTable(Drop),
    /// `MSCK REPAIR TABLE`.
    RepairTable(TableName),
    /// `SHOW TABLES`.
    ShowTables(ShowTables),
    /// `SHOW VIEWS`.
    ShowViews(ShowTables),
    /// `SHOW PARTITIONS`.
    ShowPartitions(TableName),
    /// `SHOW COLUMNS`.
    ShowColumns(TableName),
    /// `SHOW CREATE TABLE`.
    ShowCreateTable(TableName),
    /// `SHOW CREATE VIEW`.
    ShowCreateView(TableName),
    /// `SHOW TBLPROPERTIES`: all, or the one of a name.
    ShowTableProperties(TableName, Option<String>),
    /// `DESCRIBE`, of a table or a view.
    Describe(Describe),
    /// `CREATE VIEW`.
    CreateView(CreateView),
    /// `DROP VIEW`.
    DropView(Drop),
    /// `INSERT INTO`.
    Insert(Insert),
    /// `UNLOAD`.
    Unload(Unload),
    /// `EXPLAIN`.
    Explain(Explain),
    /// `PREPARE`.
    Prepare(Prepare),
    /// `EXECUTE`.
    Execute(Execute),
    /// `DEALLOCATE PREPARE`: the name.
    Deallocate(String),
    /// A statement for tables of Iceberg, which are not here.
    IcebergOnly(IcebergOnly),
}

/// A table or view, as far as it is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// Such as `awsdatacatalog`.
    pub catalog: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The table.
    pub name: String,
}

/// Names and values, in the order written.
pub type Properties = Vec<(String, String)>;

/// `CREATE DATABASE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDatabase {
    /// Its name.
    pub name: String,
    /// Whether one that exists is left as it is.
    pub if_not_exists: bool,
    /// For people.
    pub comment: Option<String>,
    /// Where its tables go.
    pub location: Option<String>,
    /// `WITH DBPROPERTIES`.
    pub properties: Properties,
}

/// `ALTER DATABASE … SET DBPROPERTIES`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterDatabase {
    /// Its name.
    pub name: String,
    /// Properties to add or replace.
    pub properties: Properties,
}

/// `DROP DATABASE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropDatabase {
    /// Its name.
    pub name: String,
    /// Whether one that is not there is no error.
    pub if_exists: bool,
    /// Whether its tables go with it; else it must be empty.
    pub cascade: bool,
}

/// `DROP TABLE` and `DROP VIEW`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop {
    /// What goes.
    pub table: TableName,
    /// Whether it is no error when it is not there.
    pub if_exists: bool,
}

/// `SHOW TABLES` and `SHOW VIEWS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowTables {
    /// Of which database, when not of the query's own.
    pub database: Option<String>,
    /// Which names; all when absent.
    pub pattern: Option<String>,
}

/// `DESCRIBE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Describe {
    /// Of what.
    pub table: TableName,
    /// How much to tell.
    pub detail: Detail,
    /// One of its partitions.
    pub partition: Option<PartitionSpec>,
    /// One of its columns, and fields below it.
    pub column: Vec<String>,
}

/// How much `DESCRIBE` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Columns.
    Plain,
    /// And all that the catalog has, on one line.
    Extended,
    /// The same on many lines.
    Formatted,
}

/// Statements that change rows of tables of Iceberg, and a table of Iceberg itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcebergOnly {
    /// `CREATE TABLE` with `'table_type'='ICEBERG'`.
    CreateTable,
    /// `DELETE`.
    Delete,
    /// `UPDATE`.
    Update,
    /// `MERGE`.
    Merge,
    /// `OPTIMIZE`.
    Optimize,
    /// `VACUUM`.
    Vacuum,
}
