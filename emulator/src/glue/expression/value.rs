//! Types of partition keys, and values of these types.

use super::decimal::Decimal;

/// Hive's name for "no value".
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a key's values are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyType {
    Text,
    Integer,
    Decimal,
    Date,
    Timestamp,
}

/// A value; those of one key are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    /// Year, month, day.
    Date(Day),
    /// Day, second of the day, nanoseconds.
    Timestamp(Day, u32, u32),
}

type Day = (u32, u32, u32);

impl KeyType {
    /// The type that a column's type of Hive stands for, its parameters aside.
    pub fn of_column(column_type: &str) -> Option<Self> {
        let name = column_type.split('(').next().unwrap_or_default().trim();
        Some(match name.to_lowercase().as_str() {
            "string" | "char" | "varchar" => Self::Text,
            "tinyint" | "smallint" | "int" | "integer" | "bigint" | "long" => Self::Integer,
            "decimal" => Self::Decimal,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            _ => return None,
        })
    }

    /// The value that a text stands for, or AWS's sentence on why it stands for none.
    pub fn value(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Text => Ok(Value::Text(text.to_owned())),
            Self::Integer => {
                text.parse().map(Value::Integer).map_err(|_| format!("\"{text}\" is not an integer."))
            }
            Self::Decimal => {
                Decimal::parse(text).map(Value::Decimal).ok_or_else(|| format!("{text} is not a decimal."))
            }
            Self::Date => day(text).map(Value::Date).ok_or_else(|| format!("{text} is not a date.")),
            Self::Timestamp => timestamp(text).ok_or_else(|| {
                format!("Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] {text} is not a timestamp.")
            }),
        }
    }

    /// As it begins a sentence about an operator that it does not have.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Integer => "Integral",
            Self::Decimal => "Decimal",
            Self::Date => "Date",
            Self::Timestamp => "Timestamp",
        }
    }
}

/// Whether a partition's text says that there is no value.
pub(super) fn is_no_value(text: &str) -> bool {
    text == NO_VALUE
}

/// `yyyy-mm-dd`, of a day that there is.
fn day(text: &str) -> Option<Day> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then_some((year, month, day))
}

/// `yyyy-mm-dd hh:mm:ss`, with up to nine digits of a second behind.
fn timestamp(text: &str) -> Option<Value> {
    let (date, time) = text.split_once(' ')?;
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let (hour, rest) = time.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanos = match fraction {
        None => 0,
        Some(digits) if digits.len() <= 9 => {
            number(digits, digits.len())? * 10_u32.pow(9 - digits.len() as u32)
        }
        Some(_) => return None,
    };
    Some(Value::Timestamp(day(date)?, hour * 3600 + minute * 60 + second, nanos))
}

/// A number of exactly so many digits, and at least one.
fn number(text: &str, digits: usize) -> Option<u32> {
    let fits = digits > 0 && text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_columns_are_read_without_their_parameters() {
        for (column, expected) in [
            ("varchar(10)", Some(KeyType::Text)),
            ("DECIMAL(10,2)", Some(KeyType::Decimal)),
            ("bigint", Some(KeyType::Integer)),
            ("double", None),
            ("array<int>", None),
            ("", None),
        ] {
            assert_eq!(KeyType::of_column(column), expected, "{column}");
        }
    }

    #[test]
    fn dates_are_days_that_there_are() {
        for good in ["2024-02-29", "2000-02-29", "1999-12-31"] {
            assert!(KeyType::Date.value(good).is_ok(), "{good}");
        }
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-1-1",
            "2024-01-00",
            "24-01-01",
            "2024-01-01 ",
            "",
        ] {
            let error = KeyType::Date.value(bad).unwrap_err();
            assert_eq!(error, format!("{bad} is not a date."));
        }
    }

    #[test]
    fn timestamps_are_compared_to_the_nanosecond() {
        let value = |text: &str| KeyType::Timestamp.value(text).unwrap();
        assert_eq!(value("2024-01-01 00:00:00"), value("2024-01-01 00:00:00.000"));
        assert!(value("2024-01-01 00:00:00.000000001") > value("2024-01-01 00:00:00"));
        assert!(value("2024-01-01 23:59:59.9") < value("2024-01-02 00:00:00"));
        for bad in [
            "2024-01-01",
            "2024-01-01 24:00:00",
            "2024-01-01 00:00:00.",
            "2024-01-01T00:00:00",
            "2024-01-01 0:0:0",
        ] {
            assert!(KeyType::Timestamp.value(bad).is_err(), "{bad}");
        }
    }
}
