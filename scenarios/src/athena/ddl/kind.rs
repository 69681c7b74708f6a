//! What kind of statement it is, in the words of `GetQueryExecution`.

use super::statement::{IcebergOnly, Statement, TableChange};

/// The three kinds that Athena tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementType {
    /// Changes the catalog.
    Ddl,
    /// Reads or writes rows.
    Dml,
    /// Shows what is in the catalog.
    Utility,
}

impl Statement {
    /// `StatementType` and `SubstatementType`. A `DESCRIBE` or `SHOW COLUMNS` of what turns out to be a view is a
    /// [`DESC_VIEW`].
    pub fn kind(&self) -> (StatementType, &'static str) {
        use StatementType::{Ddl, Dml, Utility};
        match self {
            Self::CreateDatabase(_) => (Ddl, "CREATE_DATABASE"),
            Self::AlterDatabase(_) => (Ddl, "ALTER_DATABASE_PROPERTIES"),
            Self::DropDatabase(_) => (Ddl, "DROP_DATABASE"),
            Self::ShowDatabases(_) => (Utility, "SHOW_DATABASES"),
            Self::DescribeDatabase(_) => (Utility, "DESCRIBE_DATABASE"),
            Self::CreateTable(_) => (Ddl, "CREATE_TABLE"),
            Self::CreateTableAs(_) => (Ddl, "CREATE_TABLE_AS_SELECT"),
            Self::AlterTable(alter) => (Ddl, change(&alter.action)),
            Self::DropTable(_) => (Ddl, "DROP_TABLE"),
            Self::RepairTable(_) => (Ddl, "MSCK_REPAIR"),
            Self::ShowTables(_) => (Utility, "SHOW_TABLES"),
            Self::ShowViews(_) => (Utility, "SHOW_VIEWS"),
            Self::ShowPartitions(_) => (Utility, "SHOW_PARTITIONS"),
            Self::ShowColumns(_) => (Utility, "SHOW_COLUMNS"),
            Self::ShowCreateTable(_) => (Utility, "SHOW_CREATE_TABLE"),
            Self::ShowCreateView(_) => (Utility, "SHOW_CREATE_VIEW"),
            Self::ShowTableProperties(..) => (Utility, "SHOW_TABLE_PROPERTIES"),
            Self::Describe(_) => (Utility, "DESCRIBE_TABLE"),
            Self::CreateView(_) => (Ddl, "CREATE_VIEW"),
            Self::DropView(_) => (Ddl, "DROP_VIEW"),
            Self::Insert(_) => (Dml, "INSERT"),
            Self::Unload(_) => (Dml, "UNLOAD"),
            Self::Explain(_) => (Utility, "EXPLAIN"),
            Self::Prepare(_) => (Utility, "PREPARE"),
            Self::Execute(_) => (Dml, "EXECUTE"),
            Self::Deallocate(_) => (Utility, "DEALLOCATE"),
            Self::IcebergOnly(statement) => iceberg(*statement),
        }
    }
}

/// `SubstatementType` of `DESCRIBE` and `SHOW COLUMNS` when they name a view.
pub const DESC_VIEW: &str = "DESC_VIEW";

/// Some are in the singular although the statement is in the plural.
fn change(action: &TableChange) -> &'static str {
    match action {
        TableChange::AddPartitions { .. } => "ALTER_TABLE_ADD_PARTITION",
        TableChange::DropPartitions { .. } => "ALTER_TABLE_DROP_PARTITION",
        TableChange::RenamePartition { .. } => "ALTER_TABLE_RENAME_PARTITION",
        TableChange::SetLocation { .. } => "ALTER_TABLE_SET_LOCATION",
        TableChange::SetProperties(_) => "ALTER_TABLE_PROPERTIES",
        TableChange::AddColumns(_) => "ALTER_TABLE_ADD_COLUMN",
        TableChange::ReplaceColumns(_) => "ALTER_TABLE_REPLACE_COLUMN",
        TableChange::ChangeColumn { .. } => "ALTER_TABLE_CHANGE_COLUMN",
        TableChange::DropColumn(_) => "ALTER_TABLE_DROP_COLUMN",
        TableChange::Rename(_) => "ALTER_TABLE_RENAME",
    }
}

fn iceberg(statement: IcebergOnly) -> (StatementType, &'static str) {
    use StatementType::{Ddl, Dml};
    match statement {
        IcebergOnly::CreateTable => (Ddl, "CREATE_TABLE"),
        IcebergOnly::Delete => (Dml, "DELETE"),
        IcebergOnly::Update => (Dml, "UPDATE"),
        IcebergOnly::Merge => (Dml, "MERGE"),
        // Athena writes files anew as if for a new table.
        IcebergOnly::Optimize => (Ddl, "CREATE_TABLE_AS_SELECT"),
        IcebergOnly::Vacuum => (Dml, "VACUUM_TABLE"),
    }
}
