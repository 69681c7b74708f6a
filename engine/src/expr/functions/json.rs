//! Functions of JSON text.
//!
//! `from_json` reads as the source does ([`crate::decode`]). `get_json_object` follows names and positions; wildcards
//! are refused.
//!
//! Source: `jsonExpressions.scala`, `JacksonGenerator`, `JsonToStructs`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{Decimal128Type, Float32Type, Float64Type};
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::{DataType, Schema};
use datafusion_common::{Result, ScalarValue, exec_datafusion_err, exec_err};

use super::super::cast::{cast, double_text, float_text};
use super::super::decimal;
use super::Implementation::{Kernel, Zoned};
use super::format::Moment;
use super::json_path::{Path, string_text};
use super::pattern::Pattern;
use super::rows::{Remembered, instants, text, try_strict};
use super::signature::Class::*;
use super::signature::{Signature, gives};
use super::{Function, function};
use crate::decode::{JsonDecoder, JsonMode, JsonOptions, Zone};
use crate::error::EngineError;
use crate::plan::Expr;
use crate::session::Session;
use crate::time::Reading;
use crate::types::{nullable_schema, parse_ddl_schema, parse_ddl_type};

pub(super) const FUNCTIONS: &[Function] = &[
    function("from_json", &[], Signature::of(&[Text, Text, Map], schema_given).optional(1), FROM_JSON),
    function("get_json_object", &[], Signature::is(&[Text, Text], gives::string), Kernel(get_json_object)),
    function("to_json", &[], Signature::is(&[Nested], gives::string).null_with_arguments(), Zoned(to_json)),
];

const FROM_JSON: super::Implementation = super::Implementation::Shared(from_json);

/// How `to_json` writes instants (option `timestampFormat`).
const TIMESTAMP_PATTERN: &str = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]";

/// The struct that the second argument describes, all of it nullable.
fn schema_given(args: &[Expr]) -> Result<DataType, String> {
    let Expr::Literal(ScalarValue::Utf8(Some(ddl))) = &args[1] else {
        return Err(
            "[INVALID_SCHEMA.NON_STRING_LITERAL] the schema of `from_json` must be a text literal".to_owned()
        );
    };
    let schema = match parse_ddl_type(ddl) {
        Ok(DataType::Struct(fields)) => Schema::new(fields),
        Ok(_) => {
            return Err(
                "`from_json` reads structs; arrays, maps and plain values are not supported".to_owned()
            );
        }
        Err(_) => parse_ddl_schema(ddl).map_err(|error| format!("[INVALID_SCHEMA.PARSE_ERROR] {error}"))?,
    };
    JsonDecoder::new(Arc::new(schema.clone()), JsonOptions::default()).map_err(|error| error.to_string())?;
    Ok(DataType::Struct(nullable_schema(&schema).fields().clone()))
}

fn from_json(args: &[ArrayRef], returns: &DataType, zone: &Arc<dyn Zone>) -> Result<ArrayRef> {
    let DataType::Struct(fields) = returns else { return exec_err!("`from_json` reads structs") };
    let options = options(args.get(2), zone)?;
    let decoder = JsonDecoder::new(Arc::new(Schema::new(fields.clone())), options);
    let mut decoder = decoder.map_err(|error| exec_datafusion_err!("{error}"))?;
    let decoded = decoder.decode(text(args, 0).iter().map(|record| record.map(str::as_bytes)));
    match decoded.failed {
        Some(rejection) => exec_err!("{}", rejection.spark_error),
        None => Ok(Arc::new(decoded.rows)),
    }
}

/// `mode` and `columnNameOfCorruptRecord`; other options would change what is read and are refused.
fn options(map: Option<&ArrayRef>, zone: &Arc<dyn Zone>) -> Result<JsonOptions> {
    let mut options = JsonOptions { zone: zone.clone(), ..JsonOptions::default() };
    let Some(map) = map.filter(|map| !map.is_empty() && map.is_valid(0)) else { return Ok(options) };
    let entries = map.as_map().value(0);
    let (names, values) = (entries.column(0), entries.column(1));
    if names.data_type() != &DataType::Utf8 || values.data_type() != &DataType::Utf8 {
        return exec_err!("[INVALID_OPTIONS.NON_STRING_TYPE] the options of `from_json` must be text");
    }
    for (name, value) in names.as_string::<i32>().iter().zip(values.as_string::<i32>()) {
        let (name, value) = (name.unwrap_or_default(), value.unwrap_or_default());
        match (name.to_lowercase().as_str(), value.to_uppercase().as_str()) {
            ("mode", "PERMISSIVE") => options.mode = JsonMode::Permissive,
            ("mode", "FAILFAST") => options.mode = JsonMode::FailFast,
            ("mode", mode) => {
                return exec_err!(
                    "[PARSE_MODE_UNSUPPORTED] the function `from_json` doesn't support the {mode} mode; acceptable \
                     modes are PERMISSIVE and FAILFAST"
                );
            }
            ("columnnameofcorruptrecord", _) => options.corrupt_column = Some(value.to_owned()),
            _ => return exec_err!("the option `{name}` of `from_json` is not supported"),
        }
    }
    Ok(options)
}

fn get_json_object(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, paths) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    try_strict::<String, StringArray>(args, |row| {
        let parse = |path: &str| Path::parse(path).map_err(|problem| exec_datafusion_err!("{problem}"));
        match remembered.get(paths.value(row), parse)? {
            Some(path) => Ok(path.find(texts.value(row))),
            None => Ok(None),
        }
    })
}

/// Structs, lists or maps as JSON texts.
pub(crate) fn json_texts(values: &ArrayRef, session: &Session) -> crate::error::Result<ArrayRef> {
    to_json(std::slice::from_ref(values), &DataType::Utf8, session.zone.as_ref())
        .map_err(EngineError::Evaluation)
}

fn to_json(args: &[ArrayRef], _: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let writer = Writer::new(&args[0], zone)?;
    let json = |row: usize| {
        args[0].is_valid(row).then(|| {
            let mut json = String::new();
            writer.write(row, &mut json);
            json
        })
    };
    Ok(Arc::new((0..args[0].len()).map(json).collect::<StringArray>()))
}

/// Writes the values of one column, whatever it holds. Null fields of structs are left out.
enum Writer {
    /// Values that stand as they are: numbers and booleans.
    Bare(ArrayRef),
    /// Values in quotes.
    Quoted(ArrayRef),
    List(ArrayRef, Box<Writer>),
    Map(ArrayRef, ArrayRef, Box<Writer>),
    Struct(ArrayRef, Vec<(String, Writer)>),
}

impl Writer {
    fn new(array: &ArrayRef, zone: &dyn Zone) -> Result<Writer> {
        let texts = |values: StringArray| Arc::new(values) as ArrayRef;
        Ok(match array.data_type() {
            DataType::List(_) => {
                Writer::List(array.clone(), Box::new(Writer::new(array.as_list::<i32>().values(), zone)?))
            }
            DataType::Map(..) => {
                let keys = cast(array.as_map().keys(), &DataType::Utf8, zone)?;
                Writer::Map(array.clone(), keys, Box::new(Writer::new(array.as_map().values(), zone)?))
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().zip(array.as_struct().columns());
                let columns = columns.map(|(f, c)| Ok((f.name().clone(), Writer::new(c, zone)?)));
                Writer::Struct(array.clone(), columns.collect::<Result<_>>()?)
            }
            DataType::Float32 => {
                let values = array.as_primitive::<Float32Type>().iter();
                Writer::Bare(texts(values.map(|v| v.map(|v| number(f64::from(v), float_text(v)))).collect()))
            }
            DataType::Float64 => {
                let values = array.as_primitive::<Float64Type>().iter();
                Writer::Bare(texts(values.map(|v| v.map(|v| number(v, double_text(v)))).collect()))
            }
            DataType::Decimal128(_, scale) => {
                let values = array.as_primitive::<Decimal128Type>().iter();
                Writer::Bare(texts(values.map(|v| v.map(|v| decimal::java_text(v, *scale))).collect()))
            }
            DataType::Timestamp(_, Some(_)) => Writer::Quoted(instant_texts(array, zone)?),
            DataType::Timestamp(_, None) | DataType::Date32 | DataType::Utf8 => {
                Writer::Quoted(cast(array, &DataType::Utf8, zone)?)
            }
            t if t.is_integer() || matches!(t, DataType::Boolean | DataType::Null) => {
                Writer::Bare(cast(array, &DataType::Utf8, zone)?)
            }
            other => return exec_err!("`to_json` of {other} is not supported"),
        })
    }

    fn array(&self) -> &ArrayRef {
        match self {
            Self::Bare(a) | Self::Quoted(a) | Self::List(a, _) | Self::Map(a, ..) | Self::Struct(a, _) => a,
        }
    }

    fn write(&self, row: usize, json: &mut String) {
        if self.array().is_null(row) {
            return json.push_str("null");
        }
        match self {
            Self::Bare(values) => json.push_str(values.as_string::<i32>().value(row)),
            Self::Quoted(values) => write_string(values.as_string::<i32>().value(row), json),
            Self::List(lists, items) => {
                let offsets = lists.as_list::<i32>().value_offsets();
                let places = offsets[row] as usize..offsets[row + 1] as usize;
                separated('[', places, ']', json, |at, json| items.write(at, json));
            }
            Self::Map(maps, keys, values) => {
                let offsets = maps.as_map().value_offsets();
                let places = offsets[row] as usize..offsets[row + 1] as usize;
                separated('{', places, '}', json, |at, json| {
                    write_string(keys.as_string::<i32>().value(at), json);
                    json.push(':');
                    values.write(at, json);
                });
            }
            Self::Struct(_, fields) => {
                let present = fields.iter().filter(|(_, field)| field.array().is_valid(row));
                separated('{', present, '}', json, |(name, field), json| {
                    write_string(name, json);
                    json.push(':');
                    field.write(row, json);
                });
            }
        }
    }
}

fn separated<T>(
    open: char,
    items: impl Iterator<Item = T>,
    close: char,
    json: &mut String,
    write: impl Fn(T, &mut String),
) {
    json.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            json.push(',');
        }
        write(item, json);
    }
    json.push(close);
}

/// What is no number is quoted.
fn number(value: f64, text: String) -> String {
    if value.is_finite() { text } else { format!("\"{text}\"") }
}

fn instant_texts(array: &ArrayRef, zone: &dyn Zone) -> Result<ArrayRef> {
    let pattern = Pattern::parse(TIMESTAMP_PATTERN).map_err(|problem| exec_datafusion_err!("{problem}"))?;
    let arrays = [array.clone()];
    let text = |instant: i64| {
        pattern.write(Moment { reading: Reading::at(instant, zone), offset_seconds: zone.offset_at(instant) })
    };
    Ok(Arc::new(instants(&arrays, 0).iter().map(|v| v.map(text)).collect::<StringArray>()))
}

/// A string in quotes, escaped as Jackson does.
fn write_string(value: &str, json: &mut String) {
    json.push('"');
    json.push_str(&string_text(value));
    json.push('"');
}
