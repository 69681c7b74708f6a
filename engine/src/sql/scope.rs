//! Names in sight of an expression, and how Spark resolves them: qualifier first, then column, then struct fields,
//! all without regard to case.

use std::ops::Range;

use arrow::datatypes::DataType;

use super::error::{SqlError, nearest};
use crate::plan::{Column, Expr};

/// A name as written and where.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}

/// A column in sight, and the table alias that it can be qualified with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) qualifier: Option<String>,
    pub(super) column: Column,
}

/// The columns in sight, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scope {
    pub(super) entries: Vec<Entry>,
}

impl Scope {
    /// All columns under one qualifier.
    pub(super) fn of(columns: Vec<Column>, qualifier: Option<&str>) -> Self {
        let entry = |column| Entry { qualifier: qualifier.map(str::to_owned), column };
        Self { entries: columns.into_iter().map(entry).collect() }
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> Vec<String> {
        self.entries.iter().map(|e| e.column.name.clone()).collect()
    }

    /// The columns that `qualifier.*` stands for; `None` when nothing is so called.
    pub(super) fn qualified(&self, qualifier: &str) -> Option<Vec<Column>> {
        let matches = self.entries.iter().filter(|e| is(e.qualifier.as_deref(), qualifier));
        let columns: Vec<Column> = matches.map(|e| e.column.clone()).collect();
        (!columns.is_empty()).then_some(columns)
    }

    /// Resolves `[qualifier.]column[.field …]`.
    pub(super) fn resolve(&self, parts: &[Name]) -> Result<Expr, SqlError> {
        let span = parts[0].span.start..parts[parts.len() - 1].span.end;
        if parts.len() > 1
            && let Some(column) = self.find(Some(&parts[0].value), &parts[1].value, &span)?
        {
            return parts[2..].iter().try_fold(column, field);
        }
        match self.find(None, &parts[0].value, &span)? {
            Some(column) => parts[1..].iter().try_fold(column, field),
            None => Err(self.unresolved(parts, span)),
        }
    }

    fn find(
        &self,
        qualifier: Option<&str>,
        name: &str,
        span: &Range<usize>,
    ) -> Result<Option<Expr>, SqlError> {
        let qualifies = |e: &&Entry| qualifier.is_none_or(|q| is(e.qualifier.as_deref(), q));
        let mut matches =
            self.entries.iter().filter(qualifies).filter(|e| e.column.name.eq_ignore_ascii_case(name));
        let Some(first) = matches.next() else { return Ok(None) };
        if matches.next().is_some() {
            let qualified = |e: &Entry| match &e.qualifier {
                Some(q) => format!("`{q}`.`{}`", e.column.name),
                None => format!("`{}`", e.column.name),
            };
            let all = self.entries.iter().filter(|e| e.column.name.eq_ignore_ascii_case(name)).map(qualified);
            let all = all.collect::<Vec<_>>().join(", ");
            return Err(SqlError::at(
                span.clone(),
                format!("[AMBIGUOUS_REFERENCE] Reference `{name}` is ambiguous, could be: [{all}]."),
            )
            .help("write it with the alias of its table"));
        }
        Ok(Some(first.column.reference()))
    }

    fn unresolved(&self, parts: &[Name], span: Range<usize>) -> SqlError {
        let written = parts.iter().map(|p| format!("`{}`", p.value)).collect::<Vec<_>>().join(".");
        let class = if self.entries.is_empty() { "WITHOUT_SUGGESTION" } else { "WITH_SUGGESTION" };
        let error = SqlError::at(
            span,
            format!(
                "[UNRESOLVED_COLUMN.{class}] a column or function parameter with name {written} cannot be resolved"
            ),
        );
        let names: Vec<&str> = self.entries.iter().map(|e| e.column.name.as_str()).collect();
        let near = nearest(&parts[parts.len() - 1].value, names.iter().copied());
        match near.is_empty() {
            false => error.help(format!("did you mean `{}`?", near.join("`, `"))),
            true => error.help(format!("the columns in sight are {}", names.join(", "))),
        }
    }
}

fn is(qualifier: Option<&str>, name: &str) -> bool {
    qualifier.is_some_and(|q| q.eq_ignore_ascii_case(name))
}

/// One field of a struct.
pub(super) fn field(input: Expr, name: &Name) -> Result<Expr, SqlError> {
    if let Some(taken) = crate::expr::item_field(&input, &name.value) {
        return taken.map_err(|problem| SqlError::at(name.span.clone(), problem));
    }
    let DataType::Struct(fields) = input.data_type() else {
        let kind = crate::types::sql_type_name(&input.data_type());
        return Err(SqlError::at(
            name.span.clone(),
            format!(
                "[INVALID_EXTRACT_BASE_FIELD_TYPE] cannot take field `{}` from a value of type {kind}",
                name.value
            ),
        )
        .help("only a struct has fields; an array needs LATERAL VIEW explode first"));
    };
    match fields.iter().position(|f| f.name().eq_ignore_ascii_case(&name.value)) {
        Some(index) => Ok(Expr::Field {
            input: Box::new(input),
            index,
            name: fields[index].name().clone(),
            data_type: fields[index].data_type().clone(),
        }),
        None => {
            let names: Vec<&str> = fields.iter().map(|f| f.name().as_str()).collect();
            let message = format!(
                "[FIELD_NOT_FOUND] No such struct field `{}` in `{}`.",
                name.value,
                names.join("`, `")
            );
            let near = nearest(&name.value, names);
            let error = SqlError::at(name.span.clone(), message);
            Err(match near.first() {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error,
            })
        }
    }
}
