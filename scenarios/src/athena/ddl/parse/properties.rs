//! `('name'='value', …)` of Hive, `(name = value, …)` of Trino, and `(key = value, …)` of partitions.

use super::super::cursor::{Cursor, Parsed};
use super::super::statement::{Comparison, PartitionCondition, PartitionSpec, Properties, PropertyValue};
use super::super::token::Kind;

/// `('name'='value', …)`.
pub(super) fn properties(cursor: &mut Cursor<'_>) -> Parsed<Properties> {
    cursor.parenthesised(|cursor| {
        let name = cursor.text()?;
        cursor.expect_sign("=")?;
        Ok((name, cursor.text()?))
    })
}

/// `(name = value, …)`.
pub(super) fn typed_properties(cursor: &mut Cursor<'_>) -> Parsed<Vec<(String, PropertyValue)>> {
    cursor.parenthesised(|cursor| {
        let name = cursor.name()?;
        cursor.expect_sign("=")?;
        Ok((name, property_value(cursor)?))
    })
}

fn property_value(cursor: &mut Cursor<'_>) -> Parsed<PropertyValue> {
    let token = cursor.peek();
    if cursor.keyword("ARRAY") {
        return texts(cursor).map(PropertyValue::Texts);
    }
    if token.is("true") || token.is("false") {
        cursor.take();
        return Ok(PropertyValue::Boolean(token.is("true")));
    }
    match token.kind {
        Kind::Text => cursor.text().map(PropertyValue::Text),
        Kind::Number => Ok(PropertyValue::Number(cursor.take().text.to_owned())),
        _ if token.is_sign("-") => {
            cursor.take();
            let number: u64 = cursor.number()?;
            Ok(PropertyValue::Number(format!("-{number}")))
        }
        _ => Err(cursor.expecting(&["ARRAY", "<string>", "<integer>", "true", "false"])),
    }
}

/// `['…', …]`, possibly empty.
fn texts(cursor: &mut Cursor<'_>) -> Parsed<Vec<String>> {
    cursor.expect_sign("[")?;
    if cursor.sign("]") {
        return Ok(Vec::new());
    }
    let texts = cursor.list(Cursor::text)?;
    cursor.expect_sign("]")?;
    Ok(texts)
}

/// `PARTITION (key = value, …)`.
pub(super) fn partition_spec(cursor: &mut Cursor<'_>) -> Parsed<PartitionSpec> {
    cursor.expect(&["PARTITION"])?;
    cursor.parenthesised(|cursor| {
        let key = cursor.name()?;
        cursor.expect_sign("=")?;
        Ok((key, partition_value(cursor)?))
    })
}

/// `PARTITION (key operator value, …)`.
pub(super) fn partition_conditions(cursor: &mut Cursor<'_>) -> Parsed<Vec<PartitionCondition>> {
    cursor.expect(&["PARTITION"])?;
    cursor.parenthesised(|cursor| {
        let key = cursor.name()?;
        let operator = comparison(cursor)?;
        Ok(PartitionCondition { key, operator, value: partition_value(cursor)? })
    })
}

fn comparison(cursor: &mut Cursor<'_>) -> Parsed<Comparison> {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    const SIGNS: [(&str, Comparison); 7] = [
        ("=", Equal),
        ("<>", NotEqual),
        ("!=", NotEqual),
        ("<", Less),
        ("<=", LessOrEqual),
        (">", Greater),
        (">=", GreaterOrEqual),
    ];
    let found = SIGNS.iter().find(|(sign, _)| cursor.sign(sign));
    found.map(|(_, comparison)| *comparison).ok_or_else(|| cursor.expecting(&SIGNS.map(|(sign, _)| sign)))
}

/// A string, a number, `DATE '…'` or `TIMESTAMP '…'`, `true` or `false`: values of partitions are texts all the same.
fn partition_value(cursor: &mut Cursor<'_>) -> Parsed<String> {
    let token = cursor.peek();
    if token.is("true") || token.is("false") {
        return Ok(cursor.take().text.to_ascii_lowercase());
    }
    if cursor.keyword("DATE") || cursor.keyword("TIMESTAMP") {
        return cursor.text();
    }
    let sign = if cursor.sign("-") { "-" } else { "" };
    match cursor.peek().kind {
        Kind::Number => Ok(format!("{sign}{}", cursor.take().text)),
        _ if sign.is_empty() => cursor.text(),
        _ => Err(cursor.expecting(&["<integer>"])),
    }
}
