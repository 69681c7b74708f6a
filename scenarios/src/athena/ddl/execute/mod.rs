//! Carries statements out on a catalog.

mod alter_table;
mod create_table;
mod databases;
mod describe;
mod partitions;
mod repair;
mod show;
mod show_create;
mod view;

use wavetank_emulator::Timestamp;
use wavetank_emulator::glue::TableInput;

pub use view::{ViewColumn, view_query};

use super::answer::Answer;
use super::catalog::Catalog;
use super::cursor::OWN_CATALOG;
use super::error::DdlError;
use super::statement::{Drop, IcebergOnly, Statement, TableName};

/// What a statement takes from around it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// When it was submitted.
    pub now: Timestamp,
    /// The database that names without one mean.
    pub database: &'a str,
    /// What the query of a `CREATE VIEW` shows, as the engine finds it.
    pub view_columns: &'a [ViewColumn],
}

type Outcome = Result<Answer, DdlError>;

/// Carries a statement out. `None` says that it reads or writes rows, or is about prepared statements: nothing that the
/// catalog knows of.
///
/// # Errors
/// Why the query is `FAILED`, in Athena's words.
pub fn execute(
    statement: &Statement,
    catalog: &dyn Catalog,
    context: &Context<'_>,
) -> Result<Option<Answer>, DdlError> {
    let run = Run { catalog, context };
    let answer = match statement {
        Statement::CreateDatabase(create) => databases::create(&run, create)?,
        Statement::AlterDatabase(alter) => databases::alter(&run, alter)?,
        Statement::DropDatabase(drop) => databases::drop(&run, drop)?,
        Statement::ShowDatabases(pattern) => databases::show(&run, pattern.as_deref())?,
        Statement::DescribeDatabase(name) => databases::describe(&run, name)?,
        Statement::CreateTable(create) => create_table::create(&run, create)?,
        Statement::AlterTable(alter) => alter_table::alter(&run, alter)?,
        Statement::DropTable(drop) => drop_table(&run, drop)?,
        Statement::RepairTable(table) => repair::repair(&run, table)?,
        Statement::ShowTables(show) => show::tables(&run, show)?,
        Statement::ShowViews(show) => show::views(&run, show)?,
        Statement::ShowPartitions(table) => partitions::show(&run, table)?,
        Statement::ShowColumns(table) => describe::columns(&run, table)?,
        Statement::ShowCreateTable(table) => show_create::table(&run, table)?,
        Statement::ShowCreateView(view) => view::show_create(&run, view)?,
        Statement::ShowTableProperties(table, name) => show::properties(&run, table, name.as_deref())?,
        Statement::Describe(describe) => describe::describe(&run, describe)?,
        Statement::CreateView(create) => view::create(&run, create)?,
        Statement::DropView(drop) => view::drop(&run, drop)?,
        Statement::IcebergOnly(statement) => return Err(refused(*statement)),
        Statement::CreateTableAs(_)
        | Statement::Insert(_)
        | Statement::Unload(_)
        | Statement::Explain(_)
        | Statement::Prepare(_)
        | Statement::Execute(_)
        | Statement::Deallocate(_) => return Ok(None),
    };
    Ok(Some(answer))
}

/// A statement on its way.
struct Run<'a> {
    catalog: &'a dyn Catalog,
    context: &'a Context<'a>,
}

/// A table or view that is there.
struct Found {
    database: String,
    name: String,
    input: TableInput,
}

impl Run<'_> {
    /// The database that a name means.
    fn database_of(&self, table: &TableName) -> Result<String, DdlError> {
        match table.catalog.as_deref() {
            None | Some(OWN_CATALOG) => {}
            Some(other) => {
                return Err(DdlError::trino(1006, format!("Catalog '{other}' does not exist")));
            }
        }
        Ok(table.database.clone().unwrap_or_else(|| self.context.database.to_lowercase()))
    }

    /// A table or view; `None` when it is not there.
    fn look_up(&self, table: &TableName) -> Result<Option<Found>, DdlError> {
        let database = self.database_of(table)?;
        let input = self.catalog.table(&database, &table.name)?;
        Ok(input.map(|input| Found { database, name: table.name.clone(), input }))
    }

    /// A table or view that must be there; it is missed under the name that was written.
    fn find(&self, table: &TableName) -> Result<Found, DdlError> {
        self.find_named(table, &shown(table))
    }

    /// The same, and it is missed under another name.
    fn find_named(&self, table: &TableName, name: &str) -> Result<Found, DdlError> {
        if let Some(found) = self.look_up(table)? {
            return Ok(found);
        }
        self.must_exist(&self.database_of(table)?)?;
        Err(DdlError::table_not_found(name))
    }

    /// A database that must be there.
    fn must_exist(&self, database: &str) -> Result<(), DdlError> {
        match self.catalog.database(database)? {
            Some(_) => Ok(()),
            None => Err(DdlError::database_not_found(database)),
        }
    }
}

/// A name as it was written, without the catalog.
fn shown(table: &TableName) -> String {
    match &table.database {
        Some(database) => format!("{database}.{}", table.name),
        None => table.name.clone(),
    }
}

/// Whether it is a view.
fn is_view(table: &TableInput) -> bool {
    table.table_type.as_deref() == Some(view::VIRTUAL_VIEW)
}

fn drop_table(run: &Run<'_>, drop: &Drop) -> Outcome {
    let Some(found) = run.look_up(&drop.table)? else {
        return match drop.if_exists {
            true => Ok(Answer::done()),
            false => Err(DdlError::table_not_found(&shown(&drop.table))),
        };
    };
    if is_view(&found.input) {
        return Err(DdlError::execution("Cannot drop a view with DROP TABLE"));
    }
    run.catalog.delete_table(&found.database, &found.name)?;
    Ok(Answer::done())
}

fn refused(statement: IcebergOnly) -> DdlError {
    DdlError::not_supported(match statement {
        IcebergOnly::CreateTable => "Iceberg tables are not supported",
        IcebergOnly::Delete | IcebergOnly::Update | IcebergOnly::Merge => {
            "Modifying Hive table rows is only supported for transactional tables"
        }
        IcebergOnly::Optimize => "OPTIMIZE is only supported for Iceberg tables",
        IcebergOnly::Vacuum => "VACUUM is only supported for Iceberg tables",
    })
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
