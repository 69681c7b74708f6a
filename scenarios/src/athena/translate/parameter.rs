//! `?`: which text stands for each. They are counted as they stand in the query, which is not the order in which its
//! clauses are walked, and one may be walked twice.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Value, ValueWithSpan, Visit, Visitor};

use super::super::error::{Place, SqlError};
use super::{Translator, place};

/// The text for each `?` of a query.
///
/// # Errors
/// When there are more or fewer of them, as Trino's `validateParameters` has it.
pub(super) fn texts(query: &Query, given: &[String]) -> Result<BTreeMap<Place, String>, SqlError> {
    let mut places = Places(BTreeSet::new());
    let _ = query.visit(&mut places);
    let (expected, found) = (places.0.len(), given.len());
    if expected != found {
        let message = format!("Incorrect number of parameters: expected {expected} but found {found}");
        return Err(SqlError::new("INVALID_PARAMETER_USAGE", message));
    }
    Ok(places.0.into_iter().zip(given.iter().cloned()).collect())
}

/// Where there is a `?`, in the order of the text.
struct Places(BTreeSet<Place>);

impl Visitor for Places {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Value(ValueWithSpan { value: Value::Placeholder(_), .. }) = expr {
            self.0.insert(place(expr));
        }
        ControlFlow::Continue(())
    }
}

impl Translator<'_> {
    /// The text for a `?` of the query; one of a view or within a parameter's own text has none.
    pub(super) fn parameter_text(&self, at: Place) -> Result<String, SqlError> {
        let text = self.parameters.get(&at).filter(|_| self.view_depth == 0).cloned();
        text.ok_or_else(|| SqlError::at(at, "INVALID_PARAMETER_USAGE", "a parameter cannot stand here"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::dialect::parse_query;
    use super::*;

    #[test]
    fn parameters_are_counted_as_they_are_written() {
        let query =
            parse_query("WITH a AS (SELECT ?) SELECT ?,\n ? FROM a WHERE 1 < ? GROUP BY ? LIMIT ?").unwrap();
        let given: Vec<String> = (1..=6).map(|number| number.to_string()).collect();
        let texts = texts(&query, &given).unwrap();
        assert_eq!(texts.values().cloned().collect::<Vec<_>>(), given);
        assert_eq!(texts[&Place { line: 2, column: 2 }], "3");
    }

    #[test]
    fn too_few_and_too_many_are_refused() {
        let query = parse_query("SELECT ?").unwrap();
        for given in [0, 2] {
            let refusal = texts(&query, &vec!["1".to_owned(); given]).unwrap_err();
            assert_eq!(
                refusal.message,
                format!("Incorrect number of parameters: expected 1 but found {given}")
            );
        }
    }
}
