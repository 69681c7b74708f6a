//! `CREATE EXTERNAL TABLE` and `ALTER TABLE`.

use super::super::ColumnType;
use super::{Properties, TableName};

/// A column or partition key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
    /// For people.
    pub comment: Option<String>,
}

/// `CREATE EXTERNAL TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub table: TableName,
    /// Whether one that exists is left as it is.
    pub if_not_exists: bool,
    /// Columns in the files.
    pub columns: Vec<ColumnDefinition>,
    /// For people.
    pub comment: Option<String>,
    /// Columns in the names of folders.
    pub partitioned_by: Vec<ColumnDefinition>,
    /// `CLUSTERED BY … INTO … BUCKETS`.
    pub clustered_by: Option<ClusteredBy>,
    /// How rows are written.
    pub row_format: Option<RowFormat>,
    /// How files are written.
    pub stored_as: Option<StoredAs>,
    /// Where the files are.
    pub location: Option<String>,
    /// `TBLPROPERTIES`.
    pub properties: Properties,
}

/// `CLUSTERED BY (…) INTO n BUCKETS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusteredBy {
    /// The columns that decide.
    pub columns: Vec<String>,
    /// How many buckets.
    pub buckets: i32,
}

/// `ROW FORMAT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFormat {
    /// `DELIMITED`.
    Delimited(Delimiters),
    /// `SERDE '…' WITH SERDEPROPERTIES (…)`.
    SerDe {
        /// A class of Java.
        library: String,
        /// What it is told.
        properties: Properties,
    },
}

/// What stands between values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delimiters {
    /// `FIELDS TERMINATED BY`.
    pub fields: Option<String>,
    /// `ESCAPED BY`.
    pub escape: Option<String>,
    /// `COLLECTION ITEMS TERMINATED BY`.
    pub collection_items: Option<String>,
    /// `MAP KEYS TERMINATED BY`.
    pub map_keys: Option<String>,
    /// `LINES TERMINATED BY`.
    pub lines: Option<String>,
    /// `NULL DEFINED AS`.
    pub null: Option<String>,
}

/// `STORED AS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredAs {
    /// A format that Athena knows by name, in capitals.
    Format(String),
    /// `INPUTFORMAT '…' OUTPUTFORMAT '…'`.
    Classes {
        /// A class of Java.
        input: String,
        /// A class of Java.
        output: String,
    },
}

/// `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterTable {
    /// The table.
    pub table: TableName,
    /// What to change.
    pub action: TableChange,
}

/// What `ALTER TABLE` changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableChange {
    /// `ADD PARTITION`.
    AddPartitions {
        /// Whether those that exist are left as they are.
        if_not_exists: bool,
        /// The partitions.
        partitions: Vec<NewPartition>,
    },
    /// `DROP PARTITION`.
    DropPartitions {
        /// Whether those that are not there are no error.
        if_exists: bool,
        /// Conditions, each for partitions of its own.
        partitions: Vec<Vec<PartitionCondition>>,
    },
    /// `PARTITION (…) RENAME TO PARTITION (…)`.
    RenamePartition {
        /// The partition.
        from: PartitionSpec,
        /// Its values from now on.
        to: PartitionSpec,
    },
    /// `SET LOCATION`, of a partition or of the table.
    SetLocation {
        /// The partition, if it is one.
        partition: Option<PartitionSpec>,
        /// Where the files are from now on.
        location: String,
    },
    /// `SET TBLPROPERTIES`.
    SetProperties(Properties),
    /// `ADD COLUMNS`.
    AddColumns(Vec<ColumnDefinition>),
    /// `REPLACE COLUMNS`.
    ReplaceColumns(Vec<ColumnDefinition>),
    /// `CHANGE COLUMN`.
    ChangeColumn {
        /// The column.
        name: String,
        /// What it is from now on.
        column: ColumnDefinition,
        /// Where it goes.
        place: Option<ColumnPlace>,
    },
    /// `DROP COLUMN`, for tables of Iceberg. Holds where in the text the word `COLUMN` is, from 0.
    DropColumn(usize),
    /// `RENAME TO`, for tables of Iceberg.
    Rename(TableName),
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnPlace {
    /// Before all others.
    First,
    /// Right behind another.
    After(String),
}

/// Keys and values of one partition, in the order written.
pub type PartitionSpec = Properties;

/// A partition to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPartition {
    /// Its keys and values.
    pub spec: PartitionSpec,
    /// Where it is, when not below its table.
    pub location: Option<String>,
}

/// `key operator value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionCondition {
    /// The partition key.
    pub key: String,
    /// How it compares.
    pub operator: Comparison,
    /// With what.
    pub value: String,
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `<>` or `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}
