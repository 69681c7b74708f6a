//! Types of Athena's SQL (Trino's), how DuckDB holds their values, and which type two of them meet in.
//!
//! | Athena | DuckDB |
//! |---|---|
//! | boolean · tinyint … bigint · real · double · decimal(p,s) | the same |
//! | varchar, char, json, uuid | VARCHAR |
//! | varbinary | BLOB |
//! | date · time · timestamp(p) | DATE · TIME · TIMESTAMP (microseconds) |
//! | timestamp(p) with time zone | STRUCT(utc TIMESTAMP, zone VARCHAR) |
//! | interval day to second · year to month | BIGINT of microseconds · BIGINT of months |
//! | array · map · row | LIST · MAP · STRUCT |
//!
//! Types of the catalog come from the engine's one grammar of Hive types, as Arrow types.
//!
//! Not handled: precisions of time beyond microseconds, time with time zone, geometry, sketches.
//!
//! Source: Trino's `TypeCoercion` and `docs/language/types`.

use std::fmt;

use arrow::datatypes::DataType;

/// A type of Athena's SQL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// The type of a bare NULL.
    Unknown,
    /// `boolean`.
    Boolean,
    /// 8 bits.
    Tinyint,
    /// 16 bits.
    Smallint,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Bigint,
    /// 32 bits; results name it `float`.
    Real,
    /// 64 bits.
    Double,
    /// Digits, and digits behind the point.
    Decimal(u8, u8),
    /// Text of at most so many characters, if there is a limit.
    Varchar(Option<u32>),
    /// Text of exactly so many characters, padded with spaces.
    Char(u32),
    /// Bytes.
    Varbinary,
    /// A day.
    Date,
    /// A time of day, with so many digits of the second.
    Time(u8),
    /// A wall-clock reading.
    Timestamp(u8),
    /// An instant and the zone to show it in.
    TimestampTz(u8),
    /// `interval day to second`.
    IntervalDay,
    /// `interval year to month`.
    IntervalMonth,
    /// A JSON document.
    Json,
    /// A UUID.
    Uuid,
    /// A list.
    Array(Box<Type>),
    /// Keys and values.
    Map(Box<Type>, Box<Type>),
    /// Fields in order.
    Row(Vec<RowField>),
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowField {
    /// Rows made by `ROW(…)` have none.
    pub name: Option<String>,
    /// Its type.
    pub ty: Type,
}

use Type::*;

impl Type {
    /// `array(T)`.
    pub fn array(element: Type) -> Type {
        Array(Box::new(element))
    }

    /// `map(K, V)`.
    pub fn map(key: Type, value: Type) -> Type {
        Map(Box::new(key), Box::new(value))
    }

    /// Text without a limit.
    pub const VARCHAR: Type = Varchar(None);

    /// The type of a column of the catalog.
    pub fn of_arrow(data_type: &DataType) -> Type {
        match data_type {
            DataType::Boolean => Boolean,
            DataType::Int8 => Tinyint,
            DataType::Int16 => Smallint,
            DataType::Int32 => Integer,
            DataType::Int64 => Bigint,
            DataType::Float32 => Real,
            DataType::Float64 => Double,
            DataType::Decimal128(precision, scale) => Decimal(*precision, (*scale).max(0) as u8),
            DataType::Binary => Varbinary,
            DataType::Date32 => Date,
            DataType::Timestamp(_, _) => Timestamp(3),
            DataType::List(item) => Type::array(Type::of_arrow(item.data_type())),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(pair) if pair.len() == 2 => {
                    Type::map(Type::of_arrow(pair[0].data_type()), Type::of_arrow(pair[1].data_type()))
                }
                _ => Unknown,
            },
            DataType::Struct(fields) => Row(fields
                .iter()
                .map(|field| RowField {
                    name: Some(field.name().to_lowercase()),
                    ty: Type::of_arrow(field.data_type()),
                })
                .collect()),
            _ => Varchar(None),
        }
    }

    /// DuckDB's type for its values.
    pub fn duckdb(&self) -> String {
        match self {
            Unknown => "INTEGER".into(),
            Boolean => "BOOLEAN".into(),
            Tinyint => "TINYINT".into(),
            Smallint => "SMALLINT".into(),
            Integer => "INTEGER".into(),
            Bigint | IntervalDay | IntervalMonth => "BIGINT".into(),
            Real => "FLOAT".into(),
            Double => "DOUBLE".into(),
            Decimal(precision, scale) => format!("DECIMAL({precision}, {scale})"),
            Varchar(_) | Char(_) | Json | Uuid => "VARCHAR".into(),
            Varbinary => "BLOB".into(),
            Date => "DATE".into(),
            Time(_) => "TIME".into(),
            Timestamp(_) => "TIMESTAMP".into(),
            TimestampTz(_) => "STRUCT(utc TIMESTAMP, zone VARCHAR)".into(),
            Array(element) => format!("{}[]", element.duckdb()),
            Map(key, value) => format!("MAP({}, {})", key.duckdb(), value.duckdb()),
            Row(fields) => {
                let fields = fields.iter().enumerate();
                let fields =
                    fields.map(|(at, field)| format!("{} {}", row_key(field, at), field.ty.duckdb()));
                format!("STRUCT({})", fields.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The name in `ResultSetMetadata`, its precision and its scale.
    pub fn in_results(&self) -> (&'static str, i32, i32) {
        const TEXT: i32 = i32::MAX;
        match self {
            Unknown => ("unknown", 0, 0),
            Boolean => ("boolean", 0, 0),
            Tinyint => ("tinyint", 3, 0),
            Smallint => ("smallint", 5, 0),
            Integer => ("integer", 10, 0),
            Bigint => ("bigint", 19, 0),
            Real => ("float", 17, 0),
            Double => ("double", 17, 0),
            Decimal(precision, scale) => ("decimal", (*precision).into(), (*scale).into()),
            Varchar(length) => ("varchar", length.map_or(TEXT, |length| length as i32), 0),
            Char(length) => ("char", *length as i32, 0),
            Varbinary => ("varbinary", 1_073_741_824, 0),
            Date => ("date", 0, 0),
            Time(precision) => ("time", (*precision).into(), 0),
            Timestamp(precision) => ("timestamp", (*precision).into(), 0),
            TimestampTz(precision) => ("timestamp with time zone", (*precision).into(), 0),
            IntervalDay => ("interval day to second", 0, 0),
            IntervalMonth => ("interval year to month", 0, 0),
            Json => ("json", 0, 0),
            Uuid => ("uuid", 0, 0),
            Array(_) => ("array", 0, 0),
            Map(_, _) => ("map", 0, 0),
            Row(_) => ("row", 0, 0),
        }
    }

    /// Whether it is text to the functions on text.
    pub fn is_text(&self) -> bool {
        matches!(self, Varchar(_) | Char(_) | Unknown)
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        matches!(self, Tinyint | Smallint | Integer | Bigint)
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Real | Double | Decimal(_, _))
    }

    /// Whether values of it can be ordered.
    pub fn is_orderable(&self) -> bool {
        match self {
            Map(_, _) | Json => false,
            Array(element) => element.is_orderable(),
            Row(fields) => fields.iter().all(|field| field.ty.is_orderable()),
            _ => true,
        }
    }

    /// A number's digits, as far as it is exact.
    pub fn as_decimal(&self) -> Option<(u8, u8)> {
        match self {
            Tinyint => Some((3, 0)),
            Smallint => Some((5, 0)),
            Integer => Some((10, 0)),
            Bigint => Some((19, 0)),
            Decimal(precision, scale) => Some((*precision, *scale)),
            _ => None,
        }
    }
}

/// How DuckDB names a field of a row.
pub fn row_key(field: &RowField, at: usize) -> String {
    match &field.name {
        Some(name) => quoted(name),
        None => format!("\"field{at}\""),
    }
}

/// An identifier in double quotes.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a literal of DuckDB's.
pub fn literal(text: &str) -> String {
    match text.contains('\0') {
        // DuckDB takes no zero byte in its text.
        true => text.split('\0').map(literal).collect::<Vec<_>>().join(" || chr(0) || "),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

impl fmt::Display for Type {
    /// As `typeof` and error messages write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Real => f.write_str("real"),
            Decimal(precision, scale) => write!(f, "decimal({precision},{scale})"),
            Varchar(Some(length)) => write!(f, "varchar({length})"),
            Char(length) => write!(f, "char({length})"),
            Time(precision) => write!(f, "time({precision})"),
            Timestamp(precision) => write!(f, "timestamp({precision})"),
            TimestampTz(precision) => write!(f, "timestamp({precision}) with time zone"),
            Array(element) => write!(f, "array({element})"),
            Map(key, value) => write!(f, "map({key}, {value})"),
            Row(fields) => {
                f.write_str("row(")?;
                for (at, field) in fields.iter().enumerate() {
                    let separator = if at == 0 { "" } else { ", " };
                    match &field.name {
                        Some(name) => write!(f, "{separator}{name} {}", field.ty)?,
                        None => write!(f, "{separator}{}", field.ty)?,
                    }
                }
                f.write_str(")")
            }
            other => f.write_str(other.in_results().0),
        }
    }
}

/// The type that values of both become where they meet: in a comparison, a CASE, a UNION.
pub fn common(one: &Type, other: &Type) -> Option<Type> {
    if one == other {
        return Some(one.clone());
    }
    Some(match (one, other) {
        (Unknown, known) | (known, Unknown) => known.clone(),
        (a, b) if a.is_number() && b.is_number() => common_number(a, b),
        (Varchar(a), Varchar(b)) => Varchar(a.zip(*b).map(|(a, b)| a.max(b))),
        (Char(a), Char(b)) => Char(*a.max(b)),
        (Char(a), Varchar(b)) | (Varchar(b), Char(a)) => Varchar(b.map(|b| b.max(*a))),
        (Date, later @ (Timestamp(_) | TimestampTz(_))) | (later @ (Timestamp(_) | TimestampTz(_)), Date) => {
            later.clone()
        }
        (Time(a), Time(b)) => Time(*a.max(b)),
        (Timestamp(a), Timestamp(b)) => Timestamp(*a.max(b)),
        (TimestampTz(a), TimestampTz(b) | Timestamp(b)) | (Timestamp(b), TimestampTz(a)) => {
            TimestampTz(*a.max(b))
        }
        (Array(a), Array(b)) => Type::array(common(a, b)?),
        (Map(ak, av), Map(bk, bv)) => Type::map(common(ak, bk)?, common(av, bv)?),
        (Row(a), Row(b)) if a.len() == b.len() => {
            let fields = a.iter().zip(b).map(|(a, b)| {
                let name = if a.name == b.name { a.name.clone() } else { None };
                Some(RowField { name, ty: common(&a.ty, &b.ty)? })
            });
            Row(fields.collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn common_number(a: &Type, b: &Type) -> Type {
    if matches!(a, Double) || matches!(b, Double) {
        return Double;
    }
    if matches!(a, Real) || matches!(b, Real) {
        return Real;
    }
    if a.is_integer() && b.is_integer() {
        let widest = a.as_decimal().max(b.as_decimal());
        return if widest == a.as_decimal() { a.clone() } else { b.clone() };
    }
    let ((ap, a_scale), (bp, b_scale)) =
        (a.as_decimal().unwrap_or((38, 0)), b.as_decimal().unwrap_or((38, 0)));
    let scale = a_scale.max(b_scale);
    Decimal((scale + (ap - a_scale).max(bp - b_scale)).min(38), scale)
}

/// Whether a value becomes one of the wanted type without being asked to.
pub fn coerces(from: &Type, to: &Type) -> bool {
    from == to
        || match (from, to) {
            (Varchar(_), Varchar(None)) | (Char(_), Varchar(_)) | (Unknown, _) => true,
            (Varchar(Some(a)), Varchar(Some(b))) => a <= b,
            (Array(a), Array(b)) => coerces(a, b),
            (Map(ak, av), Map(bk, bv)) => coerces(ak, bk) && coerces(av, bv),
            (Row(a), Row(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| coerces(&a.ty, &b.ty)),
            (Decimal(ap, a_scale), Decimal(bp, b_scale)) => {
                a_scale <= b_scale && ap - a_scale <= bp - b_scale
            }
            (Timestamp(_), Timestamp(_)) | (TimestampTz(_), TimestampTz(_)) | (Time(_), Time(_)) => true,
            _ => common(from, to).as_ref() == Some(to),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_meet_in_the_wider_type() {
        assert_eq!(common(&Integer, &Bigint), Some(Bigint));
        assert_eq!(common(&Bigint, &Decimal(5, 2)), Some(Decimal(21, 2)));
        assert_eq!(common(&Decimal(10, 4), &Decimal(12, 2)), Some(Decimal(14, 4)));
        assert_eq!(common(&Bigint, &Real), Some(Real));
        assert_eq!(common(&Decimal(38, 2), &Double), Some(Double));
    }

    #[test]
    fn text_and_numbers_do_not_meet() {
        assert_eq!(common(&Type::VARCHAR, &Integer), None);
        assert!(!coerces(&Integer, &Type::VARCHAR));
        assert!(coerces(&Date, &TimestampTz(3)));
        assert!(!coerces(&Timestamp(3), &Date));
    }

    #[test]
    fn nested_types_meet_element_by_element() {
        let one = Type::array(Varchar(Some(3)));
        assert_eq!(common(&one, &Type::array(Unknown)), Some(one.clone()));
        assert_eq!(common(&one, &Type::array(Integer)), None);
    }
}
