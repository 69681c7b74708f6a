//! Functions of text. Positions count characters from 1.
//!
//! Source: `stringExpressions.scala`, `regexpExpressions.scala`, `UTF8String`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::Int32Type;
use arrow::array::{Array, ArrayRef, BooleanArray, Int32Array, ListArray, StringArray};
use arrow::datatypes::DataType;
use datafusion_common::Result;

use super::Implementation::{Kernel, Library, Rewrite};
use super::rows::{int_or, ints, strict, strict_text, text};
use super::signature::Class::*;
use super::signature::{Signature, gives};
use super::{CommonType, Function, arrays, function, like, regex};
use crate::plan::Expr;

const PLAIN: Signature = Signature::is(&[Text], gives::string).null_with_arguments();
const TRIM: Signature = Signature::is(&[Text, Text], gives::string).optional(1).null_with_arguments();
const TESTS: Signature = Signature::is(&[Text, Text], gives::boolean).null_with_arguments();
const PLACE: Signature = Signature::is(&[Text, Text], gives::int).null_with_arguments();
const CUT: Signature = Signature::is(&[Text, Int], gives::string).null_with_arguments();
const PAD: Signature = Signature::is(&[Text, Int, Text], gives::string).optional(1).null_with_arguments();
const LOCATE: Signature = Signature::is(&[Text, Text, Int], gives::int).optional(1);
const SUBSTRING: Signature =
    Signature::is(&[Text, Int, Int], gives::string).optional(1).null_with_arguments();
const EXTRACT: Signature = Signature::is(&[Text, Text, Int], gives::string).optional(1);

pub(super) const FUNCTIONS: &[Function] = &[
    function("ascii", &[], Signature::is(&[Text], gives::int).null_with_arguments(), Kernel(ascii)),
    function("chr", &["char"], Signature::is(&[Bigint], gives::string).null_with_arguments(), Kernel(chr)),
    function(
        "concat",
        &[],
        Signature::of(&[Any], |_| Ok(DataType::Utf8)).repeats().null_with_arguments(),
        Rewrite(concat_or_append),
    ),
    function(
        "concat_ws",
        &[],
        Signature::is(&[Text, TextOrArray], gives::string).repeats(),
        Kernel(concat_ws),
    ),
    function("contains", &[], TESTS, Kernel(|a, _| Ok(tests(a, |s, part| s.contains(part))))),
    function("endswith", &[], TESTS, Kernel(|a, _| Ok(tests(a, |s, end| s.ends_with(end))))),
    function(
        "ilike",
        &[],
        Signature::is(&[Text, Text, Text], gives::boolean).optional(1),
        Kernel(like::ilike),
    ),
    function("initcap", &[], PLAIN, Kernel(|a, _| Ok(each(a, initcap)))),
    function("instr", &[], PLACE, Kernel(|a, _| Ok(instr(a)))),
    function("left", &[], CUT, Kernel(|a, _| Ok(cut(a, |s, n| taken(s, 0, n))))),
    function("length", &["char_length", "character_length", "len"], LENGTH, Kernel(length)),
    function("like", &[], Signature::is(&[Text, Text, Text], gives::boolean).optional(1), Kernel(like::like)),
    function("locate", &["position"], LOCATE, Kernel(locate)),
    function("lower", &["lcase"], PLAIN, Library(datafusion_functions::string::lower)),
    function("lpad", &[], PAD, Kernel(|a, _| Ok(pad(a, |s, padding| padding + s)))),
    function(
        "ltrim",
        &[],
        TRIM,
        Kernel(|a, _| Ok(trim(a, |s, set| s.trim_start_matches(|c| set.contains(c))))),
    ),
    function(
        "overlay",
        &[],
        Signature::is(&[Text, Text, Int, Int], gives::string).optional(1).null_with_arguments(),
        Kernel(overlay),
    ),
    function("octet_length", &[], LENGTH, Kernel(octet_length)),
    function("regexp_extract", &[], EXTRACT, Kernel(regex::extract)),
    function(
        "regexp_extract_all",
        &[],
        Signature::is(&[Text, Text, Int], gives::strings).optional(1),
        Kernel(regex::extract_all),
    ),
    function(
        "regexp_replace",
        &[],
        Signature::is(&[Text, Text, Text, Int], gives::string).optional(1),
        Kernel(regex::replace),
    ),
    function("repeat", &[], CUT, Kernel(|a, _| Ok(cut(a, |s, n| s.repeat(usize::try_from(n).unwrap_or(0)))))),
    function(
        "replace",
        &[],
        Signature::is(&[Text, Text, Text], gives::string).optional(1).null_with_arguments(),
        Kernel(replace),
    ),
    function("reverse", &[], Signature::like(&[Any], 0), Rewrite(reverse)),
    function("right", &[], CUT, Kernel(|a, _| Ok(cut(a, |s, n| taken(s, chars(s) - i64::from(n), n))))),
    function("rlike", &["regexp", "regexp_like"], TESTS, Kernel(regex::matches)),
    function("rpad", &[], PAD, Kernel(|a, _| Ok(pad(a, |s, padding| s.to_owned() + &padding)))),
    function(
        "rtrim",
        &[],
        TRIM,
        Kernel(|a, _| Ok(trim(a, |s, set| s.trim_end_matches(|c| set.contains(c))))),
    ),
    function("space", &[], Signature::is(&[Int], gives::string).null_with_arguments(), Kernel(space)),
    function(
        "split",
        &[],
        Signature::is(&[Text, Text, Int], gives::strings).optional(1),
        Kernel(regex::split),
    ),
    function("split_part", &[], Signature::is(&[Text, Text, Int], gives::string), Kernel(split_part)),
    function("startswith", &[], TESTS, Kernel(|a, _| Ok(tests(a, |s, start| s.starts_with(start))))),
    function("substring", &["substr"], SUBSTRING, Kernel(substring)),
    function(
        "substring_index",
        &[],
        Signature::is(&[Text, Text, Int], gives::string),
        Kernel(substring_index),
    ),
    function("translate", &[], Signature::is(&[Text, Text, Text], gives::string), Kernel(translate)),
    function(
        "trim",
        &["btrim"],
        TRIM,
        Kernel(|a, _| Ok(trim(a, |s, set| s.trim_matches(|c| set.contains(c))))),
    ),
    function("upper", &["ucase"], PLAIN, Library(datafusion_functions::string::upper)),
];

const LENGTH: Signature = Signature::is(&[TextOrBytes], gives::int).null_with_arguments();

fn each(args: &[ArrayRef], value: impl Fn(&str) -> String) -> ArrayRef {
    let text = text(args, 0);
    strict_text(args, |row| Some(value(text.value(row))))
}

fn tests(args: &[ArrayRef], holds: impl Fn(&str, &str) -> bool) -> ArrayRef {
    let (left, right) = (text(args, 0), text(args, 1));
    strict::<bool, BooleanArray>(args, |row| Some(holds(left.value(row), right.value(row))))
}

fn cut(args: &[ArrayRef], value: impl Fn(&str, i32) -> String) -> ArrayRef {
    let (text, numbers) = (text(args, 0), ints(args, 1));
    strict_text(args, |row| Some(value(text.value(row), numbers.value(row))))
}

fn chars(text: &str) -> i64 {
    text.chars().count() as i64
}

/// Up to `count` characters from a position, counted from 0; what lies before the text counts and is empty.
fn taken(text: &str, start: i64, count: i32) -> String {
    let end = start.saturating_add(i64::from(count)).max(0);
    let start = start.max(0);
    text.chars().skip(start as usize).take((end - start).max(0) as usize).collect()
}

fn ascii(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let first = |s: &str| s.chars().next().map_or(0, |c| c as i32);
    Ok(strict::<i32, Int32Array>(args, |row| Some(first(text(args, 0).value(row)))))
}

fn chr(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let numbers = super::rows::bigints(args, 0);
    let one = |n: i64| if n < 0 { String::new() } else { char::from(n as u8).to_string() };
    Ok(strict_text(args, |row| Some(one(numbers.value(row)))))
}

static CONCAT: Function = function(
    "concat",
    &[],
    Signature::is(&[Text, Text], gives::string).repeats().null_with_arguments(),
    Kernel(concat),
);

static REVERSE: Function =
    function("reverse", &[], PLAIN, Kernel(|a, _| Ok(each(a, |s| s.chars().rev().collect()))));

/// Arrays are put together as arrays, everything else as text.
fn concat_or_append(args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    if args.is_empty() {
        return Ok(Expr::Literal("".into()));
    }
    let arrays = args.iter().any(|a| matches!(a.data_type(), DataType::List(_)));
    let function = if arrays { &arrays::CONCAT } else { &CONCAT };
    let names = vec![None; args.len()];
    function.call(args, &names, common).map_err(|misuse| misuse.to_string())
}

fn reverse(args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let array = matches!(args[0].data_type(), DataType::List(_));
    let function = if array { &arrays::REVERSE } else { &REVERSE };
    function.call(args, &[None], common).map_err(|misuse| misuse.to_string())
}

/// The text with a part of it, from a position on, replaced; a negative length means that of the replacement.
fn overlay(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (whole, part, from) = (text(args, 0), text(args, 1), ints(args, 2));
    Ok(strict_text(args, |row| {
        let (whole, part, from) = (whole.value(row), part.value(row), from.value(row));
        let length = match int_or(args, 3, row, -1) {
            length if length >= 0 => i64::from(length),
            _ => chars(part),
        };
        let head = taken(whole, 0, from.saturating_sub(1));
        let tail = taken(whole, i64::from(from) - 1 + length, i32::MAX);
        Some(head + part + &tail)
    }))
}

fn concat(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let parts: Vec<&StringArray> = (0..args.len()).map(|at| text(args, at)).collect();
    Ok(strict_text(args, |row| Some(parts.iter().map(|p| p.value(row)).collect::<String>())))
}

/// Nulls are left out, arrays are taken apart; only a null separator gives null.
fn concat_ws(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let separators = text(args, 0);
    let joined = |row: usize| {
        let mut parts: Vec<String> = Vec::new();
        for arg in args[1..].iter().filter(|a| a.is_valid(row)) {
            match arg.data_type() {
                DataType::List(_) => {
                    let items = arrow::compute::cast(&arg.as_list::<i32>().value(row), &DataType::Utf8)?;
                    parts.extend(items.as_string::<i32>().iter().flatten().map(str::to_owned));
                }
                _ => parts.push(arg.as_string::<i32>().value(row).to_owned()),
            }
        }
        Ok(Some(parts.join(separators.value(row))))
    };
    super::rows::try_strict::<String, StringArray>(&args[..1], joined)
}

/// Every word begins with a capital letter; words are parted by blanks alone.
fn initcap(text: &str) -> String {
    let mut start = true;
    let mut result = String::with_capacity(text.len());
    for c in text.to_lowercase().chars() {
        match start {
            true => result.extend(c.to_uppercase()),
            false => result.push(c),
        }
        start = c == ' ';
    }
    result
}

/// Position of a part, from 1; 0 when it is not there.
fn place(text: &str, part: &str, skipped: i64) -> i32 {
    if part.is_empty() {
        return 1;
    }
    let Some((start, _)) = text.char_indices().nth(skipped as usize) else { return 0 };
    match text[start..].find(part) {
        Some(at) => chars(&text[..start + at]) as i32 + 1,
        None => 0,
    }
}

fn instr(args: &[ArrayRef]) -> ArrayRef {
    let (texts, parts) = (text(args, 0), text(args, 1));
    strict::<i32, Int32Array>(args, |row| Some(place(texts.value(row), parts.value(row), 0)))
}

/// A null or non-positive start gives 0.
fn locate(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (parts, texts) = (text(args, 0), text(args, 1));
    let start = |row: usize| args.get(2).is_none_or(|a| a.is_valid(row)).then(|| int_or(args, 2, row, 1));
    Ok(strict::<i32, Int32Array>(&args[..2], |row| match start(row) {
        Some(start) if start > 0 => Some(place(texts.value(row), parts.value(row), i64::from(start) - 1)),
        _ => Some(0),
    }))
}

fn length(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    match args[0].data_type() {
        DataType::Binary => octet_length(args, returns),
        _ => Ok(strict::<i32, Int32Array>(args, |row| Some(chars(text(args, 0).value(row)) as i32))),
    }
}

fn octet_length(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let lengths = arrow::compute::kernels::length::length(&args[0])?;
    Ok(Arc::new(lengths.as_primitive::<Int32Type>().clone()))
}

/// `join` puts the padding before or after; text that is too long loses its end.
fn pad(args: &[ArrayRef], join: impl Fn(&str, String) -> String) -> ArrayRef {
    let (texts, lengths) = (text(args, 0), ints(args, 1));
    strict_text(args, |row| {
        let (value, length) = (texts.value(row), lengths.value(row));
        let padding = if args.len() > 2 { text(args, 2).value(row) } else { " " };
        let missing = i64::from(length) - chars(value);
        Some(match missing > 0 && !padding.is_empty() {
            true => join(value, padding.chars().cycle().take(missing as usize).collect()),
            false => taken(value, 0, length),
        })
    })
}

/// With two arguments the first is the set of characters to take off; else it is the blank.
fn trim(args: &[ArrayRef], trimmed: impl for<'a> Fn(&'a str, &str) -> &'a str) -> ArrayRef {
    let texts = text(args, args.len() - 1);
    strict_text(args, |row| {
        let set = if args.len() > 1 { text(args, 0).value(row) } else { " " };
        Some(trimmed(texts.value(row), set).to_owned())
    })
}

fn replace(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, parts) = (text(args, 0), text(args, 1));
    Ok(strict_text(args, |row| {
        let by = if args.len() > 2 { text(args, 2).value(row) } else { "" };
        let (value, part) = (texts.value(row), parts.value(row));
        Some(if part.is_empty() { value.to_owned() } else { value.replace(part, by) })
    }))
}

fn space(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let counts = ints(args, 0);
    Ok(strict_text(args, |row| Some(" ".repeat(usize::try_from(counts.value(row)).unwrap_or(0)))))
}

/// The part at a position, from 1 or from the end; empty where there is none.
fn split_part(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, delimiters, places) = (text(args, 0), text(args, 1), ints(args, 2));
    super::rows::try_strict::<String, StringArray>(args, |row| {
        let (value, delimiter) = (texts.value(row), delimiters.value(row));
        let parts: Vec<&str> = match delimiter {
            "" => vec![value],
            _ => value.split(delimiter).collect(),
        };
        let at = match places.value(row) {
            0 => return datafusion_common::exec_err!("[INVALID_INDEX_OF_ZERO] the index 0 is invalid"),
            place if place > 0 => place as usize - 1,
            place => parts.len().wrapping_sub(place.unsigned_abs() as usize),
        };
        Ok(Some(parts.get(at).copied().unwrap_or_default().to_owned()))
    })
}

/// From a position, from 1 or from the end; 0 is as good as 1.
fn substring(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, places) = (text(args, 0), ints(args, 1));
    Ok(strict_text(args, |row| {
        let (value, place) = (texts.value(row), i64::from(places.value(row)));
        let start = match place {
            1.. => place - 1,
            0 => 0,
            _ => chars(value) + place,
        };
        Some(taken(value, start, int_or(args, 2, row, i32::MAX)))
    }))
}

/// What stands before the n-th delimiter, or after the n-th from the end.
fn substring_index(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, delimiters, counts) = (text(args, 0), text(args, 1), ints(args, 2));
    let before = |value: &str, delimiter: &str, count: i32| -> String {
        let wanted = count.unsigned_abs() as usize;
        if delimiter.is_empty() || wanted == 0 {
            return String::new();
        }
        let found = match count > 0 {
            true => value.match_indices(delimiter).nth(wanted - 1).map(|(at, _)| &value[..at]),
            false => value.rmatch_indices(delimiter).nth(wanted - 1).map(|(at, d)| &value[at + d.len()..]),
        };
        found.unwrap_or(value).to_owned()
    };
    Ok(strict_text(args, |row| Some(before(texts.value(row), delimiters.value(row), counts.value(row)))))
}

/// Characters of the second text become those of the third at the same place, or nothing.
fn translate(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, from, to) = (text(args, 0), text(args, 1), text(args, 2));
    Ok(strict_text(args, |row| {
        let to: Vec<char> = to.value(row).chars().collect();
        let becomes = |c: char| match from.value(row).chars().position(|f| f == c) {
            Some(at) => to.get(at).copied(),
            None => Some(c),
        };
        Some(texts.value(row).chars().filter_map(becomes).collect::<String>())
    }))
}

/// Lists of text, one per row; null where an argument is.
pub(super) fn lists(
    args: &[ArrayRef],
    mut items: impl FnMut(usize) -> Result<Vec<String>>,
) -> Result<ArrayRef> {
    let mut builder = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
    for row in 0..args[0].len() {
        let whole = args.iter().all(|a| a.is_valid(row));
        if whole {
            items(row)?.into_iter().for_each(|item| builder.values().append_value(item));
        }
        builder.append(whole);
    }
    let lists: ListArray = builder.finish();
    Ok(Arc::new(lists))
}
