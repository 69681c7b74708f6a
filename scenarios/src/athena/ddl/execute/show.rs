//! `SHOW TABLES`, `SHOW VIEWS`, `SHOW TBLPROPERTIES`.

use super::super::answer::Answer;
use super::super::pattern;
use super::super::statement::{ShowTables, TableName};
use super::{Outcome, Run, is_view};

/// Tables and views.
pub(super) fn tables(run: &Run<'_>, show: &ShowTables) -> Outcome {
    Ok(Answer::of(&["tab_name"], names(run, show, |_| true)?))
}

/// Views alone.
pub(super) fn views(run: &Run<'_>, show: &ShowTables) -> Outcome {
    Ok(Answer::varchar(&["views"], names(run, show, is_view)?))
}

fn names(
    run: &Run<'_>,
    show: &ShowTables,
    wanted: impl Fn(&wavetank_emulator::glue::TableInput) -> bool,
) -> Result<Vec<String>, super::DdlError> {
    let database = show.database.clone().unwrap_or_else(|| run.context.database.to_lowercase());
    run.must_exist(&database)?;
    let tables = run.catalog.tables(&database)?.into_iter().filter(wanted);
    let matches =
        |name: &String| show.pattern.as_deref().is_none_or(|pattern| pattern::matches_hive(pattern, name));
    Ok(tables.filter_map(|table| table.name).filter(matches).collect())
}

/// Names and values with a tab between; of a single property the value alone.
pub(super) fn properties(run: &Run<'_>, table: &TableName, name: Option<&str>) -> Outcome {
    let found = run.find(table)?;
    let parameters = found.input.parameters.unwrap_or_default();
    let lines = match name {
        None => parameters.iter().map(|(name, value)| format!("{name}\t{value}")).collect(),
        Some(name) => vec![
            parameters
                .get(name)
                .cloned()
                .unwrap_or_else(|| format!("Table {} does not have property: {name}", found.name)),
        ],
    };
    Ok(Answer::of(&["prpt_name", "prpt_value"], lines))
}
