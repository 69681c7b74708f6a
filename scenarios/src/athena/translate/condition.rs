//! Conditions, and those among them that decide about partitions.

use sqlparser::ast::{BinaryOperator, Expr};

use super::super::error::SqlError;
use super::super::types::Type;
use super::scope::Origin;
use super::{Scope, Translator, Typed, place};

/// What a condition has looked at.
#[derive(Default)]
pub(super) struct Seen {
    /// Columns; `None` for one that is of no scan.
    pub origins: Vec<Option<Origin>>,
    /// Whether there is anything in it that no row of a list of partitions can answer.
    pub opaque: bool,
}

impl Translator<'_> {
    /// A condition, which must be boolean.
    pub(super) fn condition(
        &mut self,
        expr: &Expr,
        scope: &Scope<'_>,
        clause: &str,
    ) -> Result<Typed, SqlError> {
        let value = self.expression(expr, scope)?;
        match value.ty {
            Type::Boolean | Type::Unknown => Ok(value),
            other => {
                let message = format!("{clause} must evaluate to a boolean: actual type {other}");
                Err(SqlError::type_mismatch(place(expr), message))
            }
        }
    }

    /// A condition whose parts, joined by AND, are noted where they look at nothing but partition keys of one scan.
    /// Rows for which such a part does not hold are not wanted whatever the rest says.
    pub(super) fn filter(&mut self, expr: &Expr, scope: &Scope<'_>, clause: &str) -> Result<Typed, SqlError> {
        if let Expr::BinaryOp { left, op: BinaryOperator::And, right } = expr {
            let left = self.filter(left, scope, clause)?;
            let right = self.filter(right, scope, clause)?;
            return Ok(Typed::new(format!("({} AND {})", left.sql, right.sql), Type::Boolean));
        }
        if let Expr::Nested(inner) = expr {
            return self.filter(inner, scope, clause);
        }
        let outer = self.keys_seen.replace(Seen::default());
        let value = self.condition(expr, scope, clause);
        let seen = std::mem::replace(&mut self.keys_seen, outer).unwrap_or_default();
        let value = value?;
        if let Some(scan) = self.decided(&seen, scope) {
            self.scans[scan].conditions.push(value.sql.clone());
        }
        if let Some(outer) = &mut self.keys_seen {
            outer.origins.extend(seen.origins);
            outer.opaque |= seen.opaque;
        }
        Ok(value)
    }

    /// The one scan whose partition keys are all that was looked at.
    fn decided(&self, seen: &Seen, scope: &Scope<'_>) -> Option<usize> {
        let (first, rest) = seen.origins.split_first()?;
        let scan = (*first)?.scan;
        // A scan of the query around this one keeps the rows that are not wanted here; one that an outer join may
        // fill with nulls has rows that no partition has.
        let own = scope.relations.iter().flat_map(|relation| &relation.columns);
        let is_own = own.filter_map(|column| column.origin).any(|origin| origin.scan == scan);
        if !is_own || self.unpruned.contains(&scan) {
            return None;
        }
        let is_key = |origin: &Option<Origin>| {
            origin.is_some_and(|Origin { scan: other, column }| {
                let first_key = self.scans[scan].table.columns.len();
                other == scan && column.is_some_and(|column| column >= first_key)
            })
        };
        (!seen.opaque && is_key(first) && rest.iter().all(is_key)).then_some(scan)
    }

    /// Notes that the condition being walked has something in it that only the query itself can answer.
    pub(super) fn is_opaque(&mut self) {
        if let Some(seen) = &mut self.keys_seen {
            seen.opaque = true;
        }
    }
}
