//! Scalar functions that mean the same in DuckDB, or can be made to.
//!
//! Source: the functions of [`wavetank_engine::expr`], which name their Spark classes.

use arrow::array::{Array, cast::AsArray};
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use wavetank_engine::plan::Expr;

use super::cast::{self, floor_div};
use super::expr::{Exprs, constant, text};
use super::{Unsupported, types};

/// A call by the function's name.
pub(super) fn sql(
    exprs: &Exprs,
    name: &str,
    args: &[Expr],
    data_type: &DataType,
) -> Result<String, Unsupported> {
    let unknown = || Err(format!("function `{name}`"));
    let kinds: Vec<DataType> = args.iter().map(Expr::data_type).collect();
    let call = Call { exprs, name, args };
    let found = match name {
        "coalesce" | "greatest" | "least" if kinds.iter().all(is_plain) => Some(call.same(name)?),
        "isnan" => Some(format!("coalesce(isnan({}), false)", call.arg(0)?)),
        _ => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.number(&kinds, data_type)?,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.text(&kinds)?,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.time(&kinds)?,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.nested(&kinds)?,
    };
    found.map_or_else(unknown, Ok)
}

/// Whether values have no parts.
fn is_plain(data_type: &DataType) -> bool {
    !data_type.is_nested() && !matches!(data_type, DataType::Interval(_))
}

struct Call<'e> {
    exprs: &'e Exprs,
    name: &'e str,
    args: &'e [Expr],
}

type Found = Result<Option<String>, Unsupported>;

impl Call<'_> {
    fn arg(&self, at: usize) -> Result<String, Unsupported> {
        self.args.get(at).map_or_else(|| Err(format!("function `{}`", self.name)), |arg| self.exprs.sql(arg))
    }

    /// The same arguments under another name.
    fn same(&self, name: &str) -> Result<String, Unsupported> {
        let args = self.args.iter().map(|arg| self.exprs.sql(arg)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("{name}({})", args.join(", ")))
    }

    /// An argument that is a whole number, the same in every row.
    fn whole(&self, at: usize) -> Option<i64> {
        let value = self.args.get(at).and_then(constant).filter(|value| value.is_valid(0))?;
        match value.data_type() {
            DataType::Int32 => Some(i64::from(value.as_primitive::<Int32Type>().value(0))),
            DataType::Int64 => Some(value.as_primitive::<Int64Type>().value(0)),
            _ => None,
        }
    }

    /// An argument that is a text, the same in every row.
    fn word(&self, at: usize) -> Option<String> {
        let value = self.args.get(at).and_then(constant).filter(|value| value.is_valid(0))?;
        (*value.data_type() == DataType::Utf8).then(|| value.as_string::<i32>().value(0).to_owned())
    }

    fn number(&self, kinds: &[DataType], data_type: &DataType) -> Found {
        let Some(kind) = kinds.first() else { return Ok(None) };
        let real = |name: &str| {
            self.exprs.inexact.set(true);
            self.same(name).map(Some)
        };
        match (self.name, kind) {
            ("abs", kind) if kind.is_integer() || kind.is_floating() => self.same("abs").map(Some),
            ("floor" | "ceil", kind) if kind.is_integer() => {
                Ok(Some(format!("CAST({} AS BIGINT)", self.arg(0)?)))
            }
            ("floor" | "ceil", kind) if kind.is_floating() && *data_type == DataType::Int64 => {
                cast::sql(&format!("{}({})", self.name, self.arg(0)?), kind, data_type).map(Some)
            }
            ("round", kind) => self.round(kind, data_type),
            ("sqrt" | "cbrt" | "exp" | "sin" | "cos" | "tan" | "atan" | "radians" | "degrees", _) => {
                real(self.name)
            }
            ("power", _) => real("pow"),
            ("ln" | "log10" | "log2", _) => {
                self.exprs.inexact.set(true);
                let arg = self.arg(0)?;
                Ok(Some(format!("(CASE WHEN {arg} > 0 THEN {}({arg}) END)", self.name)))
            }
            ("signum", _) => {
                let arg = self.arg(0)?;
                Ok(Some(format!("(CASE WHEN isnan({arg}) THEN {arg} ELSE CAST(sign({arg}) AS DOUBLE) END)")))
            }
            ("pmod", kind) if kind.is_integer() => {
                let (a, n) = (self.arg(0)?, format!("nullif({}, 0)", self.arg(1)?));
                Ok(Some(format!("(CASE WHEN {a} % {n} < 0 THEN ({a} % {n} + {n}) % {n} ELSE {a} % {n} END)")))
            }
            ("div", _) => {
                let (a, b) = (self.arg(0)?, format!("nullif({}, 0)", self.arg(1)?));
                Ok(Some(format!("(({a} - {a} % {b}) // {b})")))
            }
            ("&" | "|", kind) if kind.is_integer() => {
                Ok(Some(format!("({} {} {})", self.arg(0)?, self.name, self.arg(1)?)))
            }
            ("^", kind) if kind.is_integer() => Ok(Some(format!("xor({}, {})", self.arg(0)?, self.arg(1)?))),
            _ => Ok(None),
        }
    }

    /// By way of the digits that are written, as Spark does it: 1.005 has two decimals 1.01.
    fn round(&self, kind: &DataType, data_type: &DataType) -> Found {
        let digits = if self.args.len() > 1 { self.whole(1) } else { Some(0) };
        let value = self.arg(0)?;
        Ok(match (kind, digits) {
            (kind, Some(0..)) if kind.is_integer() => {
                Some(format!("CAST({value} AS {})", types::name(data_type)?))
            }
            (DataType::Float64, Some(digits @ 0..=9)) => Some(format!(
                "(CASE WHEN abs({value}) < 1e12 THEN CAST(CAST(CAST({value} AS VARCHAR) AS DECIMAL(28, {digits})) AS \
                 DOUBLE) WHEN isfinite({value}) THEN error('rounding ' || {value}) ELSE {value} END)"
            )),
            _ => None,
        })
    }

    fn text(&self, kinds: &[DataType]) -> Found {
        if !kinds.contains(&DataType::Utf8) || kinds.iter().any(DataType::is_nested) {
            return Ok(None);
        }
        let arg = |at: usize| self.arg(at);
        Ok(Some(match (self.name, self.args.len()) {
            // Beyond ASCII, libraries differ in what is a capital of what.
            ("lower" | "upper", 1) => {
                let (name, arg) = (self.name, arg(0)?);
                format!(
                    "(CASE WHEN strlen({arg}) = length({arg}) THEN {name}({arg}) WHEN {arg} IS NOT NULL \
                     THEN error('{name} of ' || {arg}) END)"
                )
            }
            ("trim" | "ltrim" | "rtrim", 1) => format!("{}({}, ' ')", self.name, arg(0)?),
            ("length", 1) => format!("CAST(length({}) AS INTEGER)", arg(0)?),
            ("octet_length", 1) => format!("CAST(strlen({}) AS INTEGER)", arg(0)?),
            ("concat", 1..) if kinds.iter().all(|kind| *kind == DataType::Utf8) => {
                let args = self.args.iter().map(|arg| self.exprs.sql(arg)).collect::<Result<Vec<_>, _>>()?;
                format!("({})", args.join(" || "))
            }
            ("concat_ws", 2..) => self.same("concat_ws")?,
            ("contains", 2) => self.same("contains")?,
            ("startswith", 2) => self.same("starts_with")?,
            ("endswith", 2) => self.same("ends_with")?,
            ("instr", 2) => format!("CAST(instr({}, {}) AS INTEGER)", arg(0)?, arg(1)?),
            ("replace", 3) if self.word(1).is_some_and(|word| !word.is_empty()) => self.same("replace")?,
            ("md5", 1) => self.same("md5")?,
            ("like", 2) => format!("({} LIKE {} ESCAPE '\\')", arg(0)?, arg(1)?),
            ("like", 3) => match self.word(2) {
                Some(escape) => format!("({} LIKE {} ESCAPE {})", arg(0)?, arg(1)?, text(&escape)),
                None => return Ok(None),
            },
            ("left", 2) if self.whole(1).is_some_and(|n| n >= 0) => format!("left({}, {})", arg(0)?, arg(1)?),
            ("right", 2) if self.whole(1).is_some_and(|n| n >= 0) => {
                format!("right({}, {})", arg(0)?, arg(1)?)
            }
            ("substring", 2 | 3) => match (self.whole(1), self.args.len(), self.whole(2)) {
                (Some(from @ 0..), 2, _) => format!("substring({}, {})", arg(0)?, from.max(1)),
                (Some(from @ 0..), _, Some(length @ 0..)) => {
                    format!("substring({}, {}, {length})", arg(0)?, from.max(1))
                }
                _ => return Ok(None),
            },
            ("date_trunc", 2) => return self.truncated_time(),
            ("trunc", 2) => return self.truncated_date(),
            ("date_format", 2) => match self.word(1).as_deref().and_then(format_of) {
                Some(format) => format!("strftime({}, '{format}')", arg(0)?),
                None => return Ok(None),
            },
            ("from_unixtime", 1 | 2) => {
                let pattern =
                    if self.args.len() == 1 { Some("yyyy-MM-dd HH:mm:ss".to_owned()) } else { self.word(1) };
                match pattern.as_deref().and_then(format_of) {
                    Some(format) => format!("strftime(make_timestamp({} * 1000000), '{format}')", arg(0)?),
                    None => return Ok(None),
                }
            }
            _ => return Ok(None),
        }))
    }

    fn truncated_time(&self) -> Found {
        let unit = self.word(0).map(|unit| unit.to_lowercase());
        let unit = match unit.as_deref() {
            Some("year" | "yyyy" | "yy") => "year",
            Some("quarter") => "quarter",
            Some("month" | "mon" | "mm") => "month",
            Some("week") => "week",
            Some("day" | "dd") => "day",
            Some("hour") => "hour",
            Some("minute") => "minute",
            Some("second") => "second",
            Some("millisecond") => "milliseconds",
            Some("microsecond") => "microseconds",
            _ => return Ok(None),
        };
        Ok(Some(format!("CAST(date_trunc('{unit}', {}) AS TIMESTAMP)", self.arg(1)?)))
    }

    fn truncated_date(&self) -> Found {
        let unit = self.word(1).map(|unit| unit.to_lowercase());
        let unit = match unit.as_deref() {
            Some("year" | "yyyy" | "yy") => "year",
            Some("quarter") => "quarter",
            Some("month" | "mon" | "mm") => "month",
            Some("week") => "week",
            _ => return Ok(None),
        };
        Ok(Some(format!("CAST(date_trunc('{unit}', {}) AS DATE)", self.arg(0)?)))
    }

    fn time(&self, kinds: &[DataType]) -> Found {
        use DataType::{Date32, Struct, Timestamp};
        let Some(kind) = kinds.first() else { return Ok(None) };
        let arg = |at: usize| self.arg(at);
        let micros = || arg(0).map(|arg| format!("epoch_us({arg})"));
        let int = |sql: String| Ok(Some(format!("CAST({sql} AS INTEGER)")));
        match (self.name, kind) {
            ("year" | "month" | "day" | "quarter" | "dayofyear" | "weekofyear", Date32) => {
                int(format!("{}({})", self.name, arg(0)?))
            }
            ("dayofweek", Date32) => int(format!("dayofweek({}) + 1", arg(0)?)),
            ("weekday", Date32) => int(format!("isodow({}) - 1", arg(0)?)),
            ("last_day", Date32) => self.same("last_day").map(Some),
            ("date_add", Date32) => Ok(Some(format!("({} + {})", arg(0)?, arg(1)?))),
            ("date_sub", Date32) => Ok(Some(format!("({} - {})", arg(0)?, arg(1)?))),
            ("datediff", Date32) => int(format!("{} - {}", arg(0)?, arg(1)?)),
            ("unix_date", Date32) => int(format!("{} - DATE '1970-01-01'", arg(0)?)),
            ("date_from_unix_date", _) => Ok(Some(format!("(DATE '1970-01-01' + {})", arg(0)?))),
            ("add_months", Date32) => Ok(Some(format!("CAST({} + to_months({}) AS DATE)", arg(0)?, arg(1)?))),
            ("hour" | "minute" | "second", Timestamp(..)) => int(format!("{}({})", self.name, arg(0)?)),
            ("unix_micros", Timestamp(..)) => micros().map(Some),
            ("unix_millis", Timestamp(..)) => Ok(Some(floor_div(&micros()?, 1000))),
            ("unix_seconds", Timestamp(..)) => Ok(Some(floor_div(&micros()?, 1_000_000))),
            ("unix_timestamp", Timestamp(..)) => {
                let micros = micros()?;
                Ok(Some(format!("(({micros} - {micros} % 1000000) // 1000000)")))
            }
            ("timestamp_micros", _) => Ok(Some(format!("make_timestamp(CAST({} AS BIGINT))", arg(0)?))),
            ("timestamp_millis", _) => {
                Ok(Some(format!("make_timestamp(CAST({} AS BIGINT) * 1000)", arg(0)?)))
            }
            ("timestamp_seconds", kind) if kind.is_integer() => {
                Ok(Some(format!("make_timestamp(CAST({} AS BIGINT) * 1000000)", arg(0)?)))
            }
            ("timestamp_seconds", kind) if kind.is_floating() => {
                cast::sql(&arg(0)?, kind, &wavetank_engine::types::timestamp_type()).map(Some)
            }
            ("window_time", Struct(_)) => {
                Ok(Some(format!("make_timestamp(epoch_us(struct_extract({}, 'end')) - 1)", arg(0)?)))
            }
            _ => Ok(None),
        }
    }

    fn nested(&self, kinds: &[DataType]) -> Found {
        let Some(kind) = kinds.first() else { return Ok(None) };
        let arg = |at: usize| self.arg(at);
        Ok(match (self.name, kind) {
            ("size", DataType::List(_)) => Some(format!("CAST(coalesce(len({}), -1) AS INTEGER)", arg(0)?)),
            ("array_size", DataType::List(_)) => Some(format!("CAST(len({}) AS INTEGER)", arg(0)?)),
            ("get", DataType::List(_)) => {
                let at = format!("CAST({} AS BIGINT)", arg(1)?);
                Some(format!("(CASE WHEN {at} >= 0 THEN list_extract({}, {at} + 1) END)", arg(0)?))
            }
            ("element_at", DataType::List(_)) if self.whole(1).is_some_and(|at| at != 0) => {
                Some(format!("list_extract({}, {})", arg(0)?, arg(1)?))
            }
            ("array_contains", DataType::List(item)) if is_plain(item.data_type()) => {
                let (list, value) = (arg(0)?, arg(1)?);
                Some(format!(
                    "(CASE WHEN {list} IS NULL OR {value} IS NULL THEN NULL WHEN list_contains({list}, {value}) \
                     THEN true WHEN len({list}) > list_count({list}) THEN NULL ELSE false END)"
                ))
            }
            _ => None,
        })
    }
}

/// The patterns of dates and times that DuckDB writes alike.
fn format_of(pattern: &str) -> Option<String> {
    const PARTS: &[(&str, &str)] =
        &[("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S")];
    let mut format = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some((part, written)) = PARTS.iter().find(|(part, _)| rest.starts_with(part)) {
            format += written;
            rest = &rest[part.len()..];
            // More of the same letter is another part.
            if rest.starts_with(&part[..1]) {
                return None;
            }
        } else if matches!(first, '-' | '/' | ':' | ' ' | '.') {
            format.push(first);
            rest = &rest[1..];
        } else {
            return None;
        }
    }
    Some(format)
}
