//! OVER: partitions, order, frames.

use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArguments, NamedWindowExpr, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowSpec, WindowType,
};

use super::super::error::{Place, SqlError};
use super::super::types::Type;
use super::operator::comparable;
use super::query::direction;
use super::{Scope, Translator};

impl Translator<'_> {
    /// What a function cannot have together with OVER.
    ///
    /// Source: Trino's `StatementAnalyzer.analyzeWindowFunctions`.
    pub(super) fn check_window(
        &self,
        function: &Function,
        window: &WindowType,
        at: Place,
    ) -> Result<(), SqlError> {
        let name = function.name.to_string().to_lowercase();
        let is_distinct = match &function.args {
            FunctionArguments::List(list) => list.duplicate_treatment == Some(DuplicateTreatment::Distinct),
            _ => false,
        };
        if is_distinct {
            let message = format!("DISTINCT in window function parameters not yet supported: {function}");
            return Err(SqlError::not_supported(at, message));
        }
        if !matches!(name.as_str(), "lag" | "lead") {
            return Ok(());
        }
        let spec = match window {
            WindowType::WindowSpec(spec) => spec.clone(),
            WindowType::NamedWindow(name) => self.named_window(&name.value, at)?,
        };
        let spec = self.completed(spec, at)?;
        if spec.order_by.is_empty() {
            let message = format!("{name} function requires an ORDER BY window clause");
            return Err(SqlError::at(at, "MISSING_ORDER_BY", message));
        }
        match spec.window_frame {
            None => Ok(()),
            Some(_) => {
                let message = format!("Cannot specify window frame for {name} function");
                Err(SqlError::at(at, "INVALID_WINDOW_FRAME", message))
            }
        }
    }

    /// ` OVER (…)`.
    pub(super) fn over(
        &mut self,
        window: &WindowType,
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<String, SqlError> {
        let spec = match window {
            WindowType::WindowSpec(spec) => spec.clone(),
            WindowType::NamedWindow(name) => self.named_window(&name.value, at)?,
        };
        let spec = self.completed(spec, at)?;
        let mut parts = Vec::new();
        if !spec.partition_by.is_empty() {
            let keys = spec.partition_by.iter().map(|key| Ok(self.expression(key, scope)?.sql));
            parts.push(format!("PARTITION BY {}", keys.collect::<Result<Vec<_>, SqlError>>()?.join(", ")));
        }
        if !spec.order_by.is_empty() {
            let mut keys = Vec::new();
            for key in &spec.order_by {
                keys.push(format!(
                    "{}{}",
                    comparable(self.expression(&key.expr, scope)?).sql,
                    direction(key)
                ));
            }
            parts.push(format!("ORDER BY {}", keys.join(", ")));
        }
        if let Some(frame) = &spec.window_frame {
            parts.push(self.frame(frame, scope)?);
        }
        Ok(format!(" OVER ({})", parts.join(" ")))
    }

    fn named_window(&self, name: &str, at: Place) -> Result<WindowSpec, SqlError> {
        let windows = self.windows.last().into_iter().flatten();
        let mut named = windows.filter(|window| window.0.value.eq_ignore_ascii_case(name));
        match named.next().map(|window| &window.1) {
            Some(NamedWindowExpr::WindowSpec(spec)) => Ok(spec.clone()),
            Some(NamedWindowExpr::NamedWindow(other)) if !other.value.eq_ignore_ascii_case(name) => {
                self.named_window(&other.value, at)
            }
            _ => Err(SqlError::at(
                at,
                "INVALID_WINDOW_REFERENCE",
                format!("Cannot resolve WINDOW name {name}"),
            )),
        }
    }

    /// `(w ORDER BY x)` has what `w` has besides.
    fn completed(&self, mut spec: WindowSpec, at: Place) -> Result<WindowSpec, SqlError> {
        if let Some(name) = spec.window_name.take() {
            let base = self.named_window(&name.value, at)?;
            let base = self.completed(base, at)?;
            spec.partition_by = base.partition_by;
            if spec.order_by.is_empty() {
                spec.order_by = base.order_by;
            }
            spec.window_frame = spec.window_frame.or(base.window_frame);
        }
        Ok(spec)
    }

    fn frame(&mut self, frame: &WindowFrame, scope: &Scope<'_>) -> Result<String, SqlError> {
        let units = match frame.units {
            WindowFrameUnits::Rows => "ROWS",
            WindowFrameUnits::Range => "RANGE",
            WindowFrameUnits::Groups => "GROUPS",
        };
        let start = self.bound(&frame.start_bound, scope)?;
        Ok(match &frame.end_bound {
            None => format!("{units} BETWEEN {start} AND CURRENT ROW"),
            Some(end) => format!("{units} BETWEEN {start} AND {}", self.bound(end, scope)?),
        })
    }

    fn bound(&mut self, bound: &WindowFrameBound, scope: &Scope<'_>) -> Result<String, SqlError> {
        let (amount, side) = match bound {
            WindowFrameBound::CurrentRow => return Ok("CURRENT ROW".to_owned()),
            WindowFrameBound::Preceding(amount) => (amount, "PRECEDING"),
            WindowFrameBound::Following(amount) => (amount, "FOLLOWING"),
        };
        let Some(amount) = amount else { return Ok(format!("UNBOUNDED {side}")) };
        let value = self.expression(amount, scope)?;
        let value = match value.ty {
            Type::IntervalDay => format!("to_microseconds({})", value.sql),
            Type::IntervalMonth => format!("to_months(CAST({} AS INTEGER))", value.sql),
            _ => value.sql,
        };
        Ok(format!("{value} {side}"))
    }
}
