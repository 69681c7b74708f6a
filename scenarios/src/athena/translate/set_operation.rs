//! `UNION`, `INTERSECT`, `EXCEPT`, `VALUES`, and queries in parentheses.

use sqlparser::ast::{Expr, SetExpr, SetOperator, SetQuantifier, Values};

use super::super::error::{Place, SqlError};
use super::super::types::{Type, common};
use super::{OutputColumn, Relation, Scope, Translator, coerce, place};

impl Translator<'_> {
    /// Anything that a query can be made of.
    pub(super) fn set_expression(
        &mut self,
        body: &SetExpr,
        parent: Option<&Scope<'_>>,
    ) -> Result<Relation, SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, &[], None, parent),
            SetExpr::Query(query) => self.query(query, parent),
            SetExpr::Values(values) => self.values(values, parent),
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let left = self.set_expression(left, parent)?;
                let right = self.set_expression(right, parent)?;
                self.set_operation(left, (*op, *set_quantifier), right)
            }
            SetExpr::Table(table) => {
                let name = table.table_name.clone().unwrap_or_default();
                let sql = match &table.schema_name {
                    Some(schema) => format!("SELECT * FROM \"{schema}\".\"{name}\""),
                    None => format!("SELECT * FROM \"{name}\""),
                };
                let query = super::super::dialect::parse_query(&sql)?;
                self.query(&query, parent)
            }
            _ => {
                let message = "mismatched input. Expecting: a query";
                Err(SqlError::syntax(Place { line: 1, column: 1 }, message))
            }
        }
    }

    fn set_operation(
        &mut self,
        left: Relation,
        (op, quantifier): (SetOperator, SetQuantifier),
        right: Relation,
    ) -> Result<Relation, SqlError> {
        let name = match op {
            SetOperator::Union => "UNION",
            SetOperator::Intersect => "INTERSECT",
            SetOperator::Except | SetOperator::Minus => "EXCEPT",
        };
        let all = match quantifier {
            SetQuantifier::All => " ALL",
            SetQuantifier::None | SetQuantifier::Distinct => "",
            _ => return Err(SqlError::new("NOT_SUPPORTED", format!("{name} BY NAME is not supported"))),
        };
        let (count, other) = (left.columns.len(), right.columns.len());
        if count != other {
            let message = format!("{name} query has different number of fields: {count}, {other}");
            return Err(SqlError::at(Place { line: 1, column: 1 }, "TYPE_MISMATCH", message));
        }
        let mut columns = Vec::new();
        for (at, (one, other)) in left.columns.iter().zip(&right.columns).enumerate() {
            let Some(ty) = common(&one.ty, &other.ty) else {
                let message = format!(
                    "column {} in {name} query has incompatible types: {}, {}",
                    at + 1,
                    one.ty,
                    other.ty
                );
                return Err(SqlError::at(Place { line: 1, column: 1 }, "TYPE_MISMATCH", message));
            };
            columns.push(OutputColumn { name: one.name.clone(), ty });
        }
        let wanted: Vec<Type> = columns.iter().map(|column| column.ty.clone()).collect();
        let (left, right) = (self.converted(left, &wanted), self.converted(right, &wanted));
        Ok(Relation { sql: format!("({left}) {name}{all} ({right})"), columns })
    }

    fn values(&mut self, values: &Values, parent: Option<&Scope<'_>>) -> Result<Relation, SqlError> {
        let scope = Scope { parent, ..Scope::default() };
        let mut rows = Vec::new();
        for row in &values.rows {
            let cells: &[Expr] = row;
            // `VALUES (1, 2)` and `VALUES ROW(1, 2)`, and `VALUES 1, 2` of one column.
            rows.push(cells.iter().map(|cell| self.expression(cell, &scope)).collect::<Result<Vec<_>, _>>()?);
        }
        let first = values.rows.first().and_then(|row| row.first());
        let at = first.map_or(Place { line: 1, column: 1 }, place);
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            return Err(SqlError::type_mismatch(at, "Values rows have mismatched types"));
        }
        let mut types = vec![Type::Unknown; width];
        for row in &rows {
            for (ty, cell) in types.iter_mut().zip(row) {
                let met = common(ty, &cell.ty);
                *ty = met.ok_or_else(|| {
                    SqlError::type_mismatch(
                        at,
                        format!("Values rows have mismatched types: {ty} vs {}", cell.ty),
                    )
                })?;
            }
        }
        let rows = rows.into_iter().map(|row| {
            let cells = row.into_iter().zip(&types).map(|(cell, ty)| coerce(cell, ty).sql);
            format!("({})", cells.collect::<Vec<_>>().join(", "))
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        let names = super::query::column_names(width);
        let alias = self.alias();
        let columns = types.into_iter().enumerate();
        let columns = columns.map(|(at, ty)| OutputColumn { name: format!("_col{at}"), ty });
        Ok(Relation {
            sql: format!("SELECT * FROM (VALUES {rows}) {alias}({names})"),
            columns: columns.collect(),
        })
    }
}
