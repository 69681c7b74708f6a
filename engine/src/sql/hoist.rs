//! Calls inside expressions that are operators of their own: `window(…)`, `session_window(…)`, aggregates, row
//! windows. Resolving an expression takes them out and leaves a reference to the column that they will become.

use std::cell::RefCell;

use arrow::datatypes::{DataType, Field};
use datafusion_common::ScalarValue;
use sqlparser::ast::{
    Expr as Ast, Function as AstFunction, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned, Value,
    WindowType,
};

use super::error::SqlError;
use super::expr::{Aggregation, Resolver};
use super::naming::default_name;
use crate::aggregate::{self, BindError};
use crate::expr::timestamp;
use crate::plan::{AggregateExpr, BinaryOp, Column, Delay, Expr, LogicalPlan, TimeWindow};
use crate::types;
use crate::types::interval::parse_interval;

/// What was taken out of expressions, in order.
#[derive(Debug, Default)]
pub(super) struct Hoist {
    windows: RefCell<Vec<HoistedWindow>>,
    aggregates: RefCell<Vec<(AggregateExpr, Column)>>,
}

/// A window call and the column that it becomes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HoistedWindow {
    kind: WindowKind,
    pub(super) column: Column,
}

#[derive(Debug, Clone, PartialEq)]
enum WindowKind {
    Time { time: Expr, window: TimeWindow },
    Session { time: Expr, gap: Expr },
    Rows { function: String, specification: String },
}

impl HoistedWindow {
    /// Whether rows with this column are sessions, which merge.
    pub(super) fn is_session(&self) -> bool {
        matches!(self.kind, WindowKind::Session { .. })
    }

    fn apply(self, input: LogicalPlan) -> LogicalPlan {
        let (input, column) = (Box::new(input), self.column);
        match self.kind {
            WindowKind::Time { time, window } => LogicalPlan::Window { input, time, window, column },
            WindowKind::Session { time, gap } => LogicalPlan::Session { input, time, gap, column },
            WindowKind::Rows { function, specification } => {
                LogicalPlan::RowWindow { input, function, specification, column }
            }
        }
    }
}

impl Hoist {
    /// The columns that windows taken out so far will become.
    pub(super) fn window_columns(&self) -> Vec<Column> {
        self.windows.borrow().iter().map(|w| w.column.clone()).collect()
    }

    /// Puts the windows taken out so far above a plan; gives what they became.
    pub(super) fn apply_windows(&self, plan: LogicalPlan) -> (LogicalPlan, Vec<HoistedWindow>) {
        let windows = self.windows.take();
        (windows.iter().cloned().fold(plan, |plan, window| window.apply(plan)), windows)
    }

    /// The aggregates taken out so far.
    pub(super) fn take_aggregates(&self) -> Vec<(AggregateExpr, Column)> {
        self.aggregates.take()
    }

    /// Equal calls are one column.
    fn window(&self, kind: WindowKind, column: impl FnOnce() -> Column) -> Expr {
        let mut windows = self.windows.borrow_mut();
        if let Some(same) = windows.iter().find(|w| w.kind == kind) {
            return same.column.reference();
        }
        let column = column();
        let reference = column.reference();
        windows.push(HoistedWindow { kind, column });
        reference
    }

    fn aggregate(&self, call: AggregateExpr, column: impl FnOnce() -> Column) -> Expr {
        let mut aggregates = self.aggregates.borrow_mut();
        if let Some((_, same)) = aggregates.iter().find(|(other, _)| *other == call) {
            return same.reference();
        }
        let column = column();
        let reference = column.reference();
        aggregates.push((call, column));
        reference
    }
}

/// `struct<start: timestamp, end: timestamp>`
pub(super) fn window_type() -> DataType {
    DataType::Struct(
        vec![Field::new("start", timestamp(), true), Field::new("end", timestamp(), true)].into(),
    )
}

impl Resolver<'_> {
    /// Takes a call out if it is one that becomes an operator.
    pub(super) fn hoisted(
        &self,
        call: &AstFunction,
        name: &str,
        ast: &Ast,
    ) -> Result<Option<Expr>, SqlError> {
        if let Some(over) = &call.over {
            return self.row_window(call, over).map(Some);
        }
        match name {
            "window" => self.time_window(&self.arguments(call, ast)?, ast).map(Some),
            "session_window" => self.session_window(&self.arguments(call, ast)?, ast).map(Some),
            _ => match aggregate::find(name) {
                Some(function) => self.aggregate(function, call, ast).map(Some),
                None => Ok(None),
            },
        }
    }

    /// The event-time tag of an expression: a column's own, or that of the window whose time it is.
    pub(super) fn tag(&self, expr: &Expr) -> Option<Delay> {
        match expr {
            Expr::Column { id, .. } => {
                let windows = self.hoist.window_columns();
                let in_scope = self.scope.entries.iter().map(|e| &e.column);
                in_scope.chain(&windows).find(|c| c.id == *id).and_then(|c| c.delay)
            }
            Expr::Call { function, args, .. } if function.name == "window_time" => self.tag(args.first()?),
            _ => None,
        }
    }

    fn row_window(&self, call: &AstFunction, over: &WindowType) -> Result<Expr, SqlError> {
        let mut function = call.clone();
        function.over = None;
        let kind = WindowKind::Rows { function: function.to_string(), specification: over.to_string() };
        Ok(self.hoist.window(kind, || self.ids.column("rows", DataType::Int32, false)))
    }

    /// `window(time, duration[, slide[, start]])`
    fn time_window(&self, args: &[Ast], ast: &Ast) -> Result<Expr, SqlError> {
        if !(2..=4).contains(&args.len()) {
            return Err(self.count("window", "2 to 4", args.len(), ast));
        }
        let (time, delay) = self.window_time(&args[0])?;
        let duration = self.length(&args[1])?;
        let slide = args.get(2).map_or(Ok(duration), |arg| self.length(arg))?;
        let offset = args.get(3).map_or(Ok(0), |arg| self.length(arg))?;
        let window = TimeWindow { duration, slide, offset };
        self.check_window(window, ast)?;
        Ok(self.window_column(WindowKind::Time { time, window }, "window", delay))
    }

    /// `session_window(time, gap)`
    fn session_window(&self, args: &[Ast], ast: &Ast) -> Result<Expr, SqlError> {
        let [time, gap] = args else {
            return Err(self.count("session_window", "2", args.len(), ast));
        };
        let (time, delay) = self.window_time(time)?;
        // Text that is no interval is a gap of null: there are no sessions.
        let gap = match literal_text(gap) {
            Some(text) if parse_interval(text).is_ok() => {
                Expr::Literal(ScalarValue::DurationMicrosecond(Some(self.length(gap)?)))
            }
            _ => self.gap(gap)?,
        };
        Ok(self.window_column(WindowKind::Session { time, gap }, "session_window", delay))
    }

    /// A gap that is computed per row: an interval, or text that is read as one.
    fn gap(&self, gap: &Ast) -> Result<Expr, SqlError> {
        let expr = Resolver { scope: self.input, ..*self }.resolve(gap)?;
        // Text may say months.
        let interval = DataType::Interval(arrow::datatypes::IntervalUnit::MonthDayNano);
        match expr.data_type() {
            DataType::Duration(_) | DataType::Interval(_) => Ok(expr),
            DataType::Utf8 => Ok(Expr::Cast { input: Box::new(expr), to: interval }),
            other => Err(SqlError::at(
                self.span(gap),
                format!(
                    "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] a session's gap has to be an interval, found {}",
                    types::sql_type_name(&other)
                ),
            )),
        }
    }

    fn window_column(&self, kind: WindowKind, name: &str, delay: Option<Delay>) -> Expr {
        self.hoist.window(kind, || {
            let mut column = self.ids.column(name, window_type(), false);
            column.delay = delay;
            column
        })
    }

    /// The instant by which rows are put into windows, and its tag; a window stands for its last microsecond.
    fn window_time(&self, ast: &Ast) -> Result<(Expr, Option<Delay>), SqlError> {
        let inner = Resolver { scope: self.input, ..*self };
        let expr = inner.resolve(ast)?;
        let delay = inner.tag(&expr);
        match expr.data_type() {
            DataType::Timestamp(..) => Ok((expr, delay)),
            window if window == window_type() => {
                let (name, data_type) = ("end".to_owned(), timestamp());
                let end = Expr::Field { input: Box::new(expr), index: 1, name, data_type };
                let micro = Expr::Literal(ScalarValue::DurationMicrosecond(Some(1)));
                Ok((Expr::binary(BinaryOp::Subtract, end, micro), delay))
            }
            DataType::Utf8 | DataType::Date32 => {
                Ok((Expr::Cast { input: Box::new(expr), to: timestamp() }, None))
            }
            other => Err(SqlError::at(
                self.span(ast),
                format!(
                    "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] a window needs a timestamp, found {}",
                    types::sql_type_name(&other)
                ),
            )),
        }
    }

    /// A length of time in microseconds: interval text or an interval literal.
    fn length(&self, ast: &Ast) -> Result<i64, SqlError> {
        let months = |text: &str| {
            SqlError::at(self.span(ast), format!("Intervals greater than a month is not supported ({text})."))
                .help("use days: a month has no fixed length")
        };
        if let Some(text) = literal_text(ast) {
            let interval = parse_interval(text).map_err(|_| cannot_parse(text, self.span(ast)))?;
            return interval.fixed_micros().ok_or_else(|| months(text));
        }
        match self.resolve(ast)? {
            Expr::Literal(ScalarValue::DurationMicrosecond(Some(micros))) => Ok(micros),
            Expr::Literal(ScalarValue::Int64(Some(micros))) => Ok(micros),
            Expr::Literal(ScalarValue::Int32(Some(micros))) => Ok(i64::from(micros)),
            Expr::Literal(ScalarValue::IntervalMonthDayNano(_)) => Err(months(&ast.to_string())),
            _ => Err(SqlError::at(self.span(ast), "the lengths of a window have to be constant")),
        }
    }

    fn check_window(&self, window: TimeWindow, ast: &Ast) -> Result<(), SqlError> {
        let TimeWindow { duration, slide, offset } = window;
        let problem = if duration <= 0 {
            format!(
                "VALUE_OUT_OF_RANGE] The window_duration must be between (0, {}] (current value = {duration}L)",
                i64::MAX
            )
        } else if slide <= 0 {
            format!(
                "VALUE_OUT_OF_RANGE] The slide_duration must be between (0, {}] (current value = {slide}L)",
                i64::MAX
            )
        } else if slide > duration {
            format!(
                "PARAMETER_CONSTRAINT_VIOLATION] The slide_duration({slide}L) must be <= the window_duration({duration}L)"
            )
        } else if offset.saturating_abs() >= slide {
            format!(
                "PARAMETER_CONSTRAINT_VIOLATION] The abs(start_time)({offset}L) must be < the slide_duration({slide}L)"
            )
        } else {
            return Ok(());
        };
        Err(SqlError::at(self.span(ast), format!("[DATATYPE_MISMATCH.{problem}"))
            .help("lengths are written as '10 minutes'"))
    }

    fn aggregate(
        &self,
        function: &'static aggregate::AggregateFunction,
        call: &AstFunction,
        ast: &Ast,
    ) -> Result<Expr, SqlError> {
        let refusal = match self.aggregation {
            Aggregation::Allowed => None,
            Aggregation::Nested => Some(
                "[NESTED_AGGREGATE_FUNCTION] It is not allowed to use an aggregate function in the argument of \
                 another aggregate function."
                    .to_owned(),
            ),
            Aggregation::InKeys => Some(format!(
                "[GROUP_BY_AGGREGATE] Aggregate functions are not allowed in GROUP BY, but found {}.",
                default_name(ast)
            )),
            Aggregation::InCondition => Some(format!(
                "[INVALID_WHERE_CONDITION] The WHERE condition contains invalid expressions: {}.",
                default_name(ast)
            )),
        };
        if let Some(message) = refusal {
            return Err(SqlError::at(self.places.range(call.name.span()), message)
                .help("aggregate in a view and use its column"));
        }
        let inner = Resolver { aggregation: Aggregation::Nested, scope: self.input, ..*self };
        let (args, distinct) = aggregate_arguments(call, function.name)
            .ok_or_else(|| self.unsupported(ast, "this form of arguments"))?;
        let args = args.iter().map(|arg| inner.resolve(arg)).collect::<Result<Vec<_>, _>>()?;
        let filter = call.filter.as_deref().map(|filter| inner.predicate(filter)).transpose()?;
        let found = args.len();
        let bound =
            (function.bind)(args).map_err(|error| self.bind_error(error, function.name, found, ast))?;
        let (data_type, nullable) = (bound.data_type.clone(), bound.nullable);
        let expr = AggregateExpr {
            function: function.name,
            accumulation: bound.accumulation,
            args: bound.args,
            filter,
            distinct,
            data_type: bound.data_type,
            nullable: bound.nullable,
        };
        let name = default_name(ast);
        Ok(self.hoist.aggregate(expr, || self.ids.column(name, data_type, nullable)))
    }

    fn bind_error(&self, error: BindError, function: &str, found: usize, ast: &Ast) -> SqlError {
        match error {
            BindError::Count { expected } => self.count(function, expected, found, ast),
            BindError::Type { argument, expected } => SqlError::at(
                self.span(ast),
                format!(
                    "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] argument {} of `{function}` has to be {expected}",
                    argument + 1
                ),
            ),
        }
    }

    fn count(&self, function: &str, expected: &str, found: usize, ast: &Ast) -> SqlError {
        SqlError::at(
            self.span(ast),
            format!(
                "[WRONG_NUM_ARGS.WITHOUT_SUGGESTION] `{function}` takes {expected} arguments, found {found}"
            ),
        )
    }
}

/// Spark's sentence for text that is no interval.
pub(super) fn cannot_parse(text: &str, span: std::ops::Range<usize>) -> SqlError {
    SqlError::at(
        span,
        format!(
            "[CANNOT_PARSE_INTERVAL] Unable to parse '{text}'. Please ensure that the value provided is in a valid \
             format for defining an interval. You can reference the documentation for the correct format. If the \
             issue persists, please double check that the input value is not null or empty and try again."
        ),
    )
    .help("write pairs of number and unit, such as 10 minutes")
}

fn literal_text(ast: &Ast) -> Option<&str> {
    match ast {
        Ast::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Arguments of an aggregate and whether they are DISTINCT; `count(*)` has none.
fn aggregate_arguments(call: &AstFunction, name: &str) -> Option<(Vec<Ast>, bool)> {
    let FunctionArguments::List(list) = &call.args else { return Some((vec![], false)) };
    let distinct = match list.duplicate_treatment {
        None | Some(sqlparser::ast::DuplicateTreatment::All) => false,
        Some(sqlparser::ast::DuplicateTreatment::Distinct) => true,
    };
    if !list.clauses.is_empty() || !call.within_group.is_empty() {
        return None;
    }
    let args = list
        .args
        .iter()
        .filter(|arg| !(name == "count" && matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Wildcard))));
    let plain = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    Some((args.map(plain).collect::<Option<Vec<_>>>()?, distinct))
}
