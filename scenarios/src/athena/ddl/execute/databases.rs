//! Databases.

use wavetank_emulator::glue::DatabaseInput;

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::pattern;
use super::super::statement::{AlterDatabase, CreateDatabase, DropDatabase};
use super::{Outcome, Run};

pub(super) fn create(run: &Run<'_>, create: &CreateDatabase) -> Outcome {
    let database = DatabaseInput {
        name: Some(create.name.clone()),
        description: create.comment.clone(),
        location_uri: create.location.clone(),
        parameters: (!create.properties.is_empty()).then(|| create.properties.iter().cloned().collect()),
        ..DatabaseInput::default()
    };
    if run.catalog.create_database(database)? || create.if_not_exists {
        return Ok(Answer::done());
    }
    Err(DdlError::execution(format_args!("Database {} already exists", create.name)))
}

pub(super) fn alter(run: &Run<'_>, alter: &AlterDatabase) -> Outcome {
    let mut database = find(run, &alter.name)?;
    database.parameters.get_or_insert_default().extend(alter.properties.iter().cloned());
    run.catalog.update_database(database)?;
    Ok(Answer::done())
}

pub(super) fn drop(run: &Run<'_>, drop: &DropDatabase) -> Outcome {
    let name = &drop.name;
    if run.catalog.database(name)?.is_none() {
        return match drop.if_exists {
            true => Ok(Answer::done()),
            false => Err(DdlError::database_not_found(name)),
        };
    }
    if !drop.cascade && !run.catalog.tables(name)?.is_empty() {
        let message = format!("Database {name} is not empty. One or more tables exist.");
        return Err(DdlError::execution(format_args!("InvalidOperationException(message:{message})")));
    }
    run.catalog.delete_database(name)?;
    Ok(Answer::done())
}

/// The pattern is a regular expression that the whole name must match.
pub(super) fn show(run: &Run<'_>, pattern: Option<&str>) -> Outcome {
    let names = run.catalog.databases()?.into_iter().filter_map(|database| database.name);
    let matches = |name: &String| pattern.is_none_or(|pattern| pattern::matches(pattern, name));
    Ok(Answer::of(&["database_name"], names.filter(matches).collect()))
}

/// As Hive: name, comment, location, owner and its type, parameters; tabs between.
pub(super) fn describe(run: &Run<'_>, name: &str) -> Outcome {
    let database = find(run, name)?;
    let parameters = database.parameters.unwrap_or_default();
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let parameters =
        if parameters.is_empty() { String::new() } else { format!("{{{}}}", parameters.join(", ")) };
    let line = [
        name.to_owned(),
        database.description.unwrap_or_default(),
        database.location_uri.unwrap_or_default(),
        String::new(),
        String::new(),
        parameters,
    ];
    let columns = ["db_name", "comment", "location", "owner_name", "owner_type", "parameters"];
    Ok(Answer::of(&columns, vec![line.join("\t")]).uncounted())
}

fn find(run: &Run<'_>, name: &str) -> Result<DatabaseInput, DdlError> {
    run.catalog.database(name)?.ok_or_else(|| DdlError::database_not_found(name))
}
