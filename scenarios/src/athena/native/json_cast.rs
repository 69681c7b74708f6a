//! Casts from JSON.
//!
//! Source: Trino's `JsonOperators` and `JsonUtil`.

use super::registrar::Registrar;

use super::super::text_form::scientific;
use super::super::text_value;
use super::column::{Bool, Float, Int, Text, Texts, function1, function2, function3};
use super::json_text::{Json, is_float};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Text>(c, "wt_json_scalar_text", |text| text_of(scalar(text, "varchar")?, text))?;
    function1::<Text, Bool>(c, "wt_json_to_boolean", boolean)?;
    function2::<Text, Text, Int>(c, "wt_json_to_integer", integer)?;
    function2::<Text, Text, Float>(c, "wt_json_to_double", double)?;
    function2::<Text, Text, Text>(c, "wt_json_to_digits", digits)?;
    function1::<Text, Texts>(c, "wt_json_elements", elements)?;
    function1::<Text, Texts>(c, "wt_json_keys", |text| {
        Ok(object(text)?.map(|fields| fields.into_iter().map(|(name, _)| Some(name)).collect()))
    })?;
    function1::<Text, Texts>(c, "wt_json_values", |text| {
        Ok(object(text)?.map(|fields| fields.into_iter().map(|(_, value)| Some(value.text())).collect()))
    })?;
    function3::<Text, Int, Bool, Text>(c, "wt_json_row", row)?;
    function3::<Text, Text, Int, Text>(c, "wt_json_field", field)
}

fn refused(text: &str, to: &str) -> Failure {
    Failure::cast(format!("Cannot cast '{text}' to {to}"))
}

fn value(text: &str, to: &str) -> Result<Json, Failure> {
    Json::parse(text).map_err(|_| refused(text, to))
}

fn scalar(text: &str, to: &str) -> Result<Json, Failure> {
    Some(value(text, to)?).filter(Json::is_scalar).ok_or_else(|| refused(text, to))
}

fn text_of(json: Json, text: &str) -> Answer<String> {
    Ok(match json {
        Json::Null => None,
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Number(digits) if is_float(&digits) => {
            let value = digits.parse::<f64>().map_err(|_| refused(text, "varchar"))?;
            // As a cast of a double writes it.
            Some(scientific(&format!("{value:e}"), 20))
        }
        Json::Number(text) | Json::Text(text) => Some(text),
        Json::List(_) | Json::Object(_) => return Err(refused(text, "varchar")),
    })
}

/// A scalar that is one of a type: its text for a varchar, else the JSON that a cast takes.
pub(super) fn scalar_as(json: &Json, to: &str) -> Answer<String> {
    let text = json.text();
    // Whole numbers are bigints at most.
    if let Json::Number(digits) = json
        && !is_float(digits)
        && digits.parse::<i64>().is_err()
    {
        return Err(refused(&text, to));
    }
    match to {
        "varchar" => return text_of(json.clone(), &text),
        "boolean" => drop(boolean(&text)?),
        "double" | "real" => drop(double(&text, to)?),
        to => drop(integer(&text, to)?),
    }
    Ok(Some(text))
}

fn boolean(text: &str) -> Answer<bool> {
    let refused = || refused(text, "boolean");
    Ok(match scalar(text, "boolean")? {
        Json::Bool(truth) => Some(truth),
        Json::Number(digits) => Some(digits.parse::<f64>().map_err(|_| refused())? != 0.0),
        Json::Text(word) => Some(text_value::boolean(&word).ok_or_else(refused)?),
        _ => None,
    })
}

/// A whole number of a type in lower case; numbers with a point are rounded, half of one upwards.
fn integer(text: &str, to: &str) -> Answer<i64> {
    let refused = || refused(text, to);
    let number = match scalar(text, to)? {
        Json::Bool(truth) => i64::from(truth),
        Json::Number(digits) if is_float(&digits) => {
            let value = digits.parse::<f64>().map_err(|_| refused())?.round();
            if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
                return Err(refused());
            }
            value as i64
        }
        Json::Number(digits) => digits.parse().map_err(|_| refused())?,
        Json::Text(digits) => text_value::integer(&digits, i64::MIN, i64::MAX).ok_or_else(refused)?,
        _ => return Ok(None),
    };
    let fits = match to {
        "tinyint" => i8::try_from(number).is_ok(),
        "smallint" => i16::try_from(number).is_ok(),
        "integer" => i32::try_from(number).is_ok(),
        _ => true,
    };
    if fits { Ok(Some(number)) } else { Err(refused()) }
}

fn double(text: &str, to: &str) -> Answer<f64> {
    let refused = || refused(text, to);
    Ok(match scalar(text, to)? {
        Json::Bool(truth) => Some(f64::from(u8::from(truth))),
        Json::Number(digits) => Some(digits.parse().map_err(|_| refused())?),
        Json::Text(digits) => Some(text_value::double(&digits).ok_or_else(refused)?),
        _ => None,
    })
}

/// The digits that a decimal is made of.
fn digits(text: &str, to: &str) -> Answer<String> {
    Ok(match scalar(text, to)? {
        Json::Bool(truth) => Some(u8::from(truth).to_string()),
        Json::Number(digits) | Json::Text(digits) => Some(digits),
        _ => None,
    })
}

fn elements(text: &str) -> Answer<Vec<Option<String>>> {
    match value(text, "array")? {
        Json::Null => Ok(None),
        Json::List(items) => Ok(Some(items.iter().map(|item| Some(item.text())).collect())),
        _ => Err(refused(text, "array")),
    }
}

fn object(text: &str) -> Result<Option<Vec<(String, Json)>>, Failure> {
    match value(text, "map")? {
        Json::Null => Ok(None),
        Json::Object(fields) => {
            let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            match names.windows(2).any(|pair| pair[0] == pair[1]) {
                true => Err(refused(text, "map")),
                false => Ok(Some(fields)),
            }
        }
        _ => Err(refused(text, "map")),
    }
}

/// The text itself where a row of so many fields can be made of it; an object needs fields with names.
fn row(text: &str, fields: i64, is_named: bool) -> Answer<String> {
    match value(text, "row")? {
        Json::Null => Ok(None),
        Json::List(items) if items.len() as i64 == fields => Ok(Some(text.to_owned())),
        Json::Object(_) if is_named => Ok(Some(text.to_owned())),
        _ => Err(refused(text, "row")),
    }
}

/// A field: by its name in an object, whatever the case, by its position in a list.
fn field(text: &str, name: &str, at: i64) -> Answer<String> {
    Ok(match value(text, "row")? {
        Json::List(items) => items.get(usize::try_from(at).unwrap_or_default()).map(Json::text),
        Json::Object(fields) => {
            let mut found =
                fields.into_iter().filter(|(known, _)| known.to_lowercase() == name.to_lowercase());
            let first = found.next();
            if found.next().is_some() {
                return Err(refused(text, "row"));
            }
            first.map(|(_, value)| value.text())
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_bounded() {
        assert_eq!(integer("1.5", "integer").unwrap(), Some(2));
        assert_eq!(integer("true", "bigint").unwrap(), Some(1));
        assert_eq!(integer("null", "bigint").unwrap(), None);
        for text in ["\"true\"", "300", "[1]", "1e40"] {
            assert!(integer(text, "tinyint").is_err(), "{text}");
        }
        assert_eq!(double("\"1.5\"", "double").unwrap(), Some(1.5));
        assert!(double("\"inf\"", "double").is_err());
    }

    #[test]
    fn rows_come_of_objects_and_of_lists_that_fit() {
        assert_eq!(field(r#"{"V1":1}"#, "v1", 0).unwrap().as_deref(), Some("1"));
        assert!(field(r#"{"V1":1,"v1":2}"#, "v1", 0).is_err());
        assert!(row("[1]", 2, true).is_err());
        assert!(row("{}", 2, false).is_err());
    }
}
