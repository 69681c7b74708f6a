//! `CREATE`, `ALTER` and `DROP DATABASE`.
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/create-database.html>, and the pages on the others.

use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{AlterDatabase, CreateDatabase, DropDatabase, Statement};
use super::properties::properties;

pub(super) fn create(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let if_not_exists = cursor.keywords(&["IF", "NOT", "EXISTS"]);
    let mut create = CreateDatabase {
        name: cursor.database_name()?,
        if_not_exists,
        comment: None,
        location: None,
        properties: Vec::new(),
    };
    if cursor.keyword("COMMENT") {
        create.comment = Some(cursor.text()?);
    }
    if cursor.keyword("LOCATION") {
        create.location = Some(cursor.text()?);
    }
    if cursor.keywords(&["WITH", "DBPROPERTIES"]) {
        create.properties = properties(cursor)?;
    }
    Ok(Statement::CreateDatabase(create))
}

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let name = cursor.database_name()?;
    cursor.expect(&["SET", "DBPROPERTIES"])?;
    Ok(Statement::AlterDatabase(AlterDatabase { name, properties: properties(cursor)? }))
}

pub(super) fn drop(cursor: &mut Cursor<'_>) -> Parsed<Statement> {
    let if_exists = cursor.keywords(&["IF", "EXISTS"]);
    let name = cursor.database_name()?;
    let cascade = cursor.keyword("CASCADE");
    if !cascade {
        // What happens anyway.
        cursor.keyword("RESTRICT");
    }
    Ok(Statement::DropDatabase(DropDatabase { name, if_exists, cascade }))
}
