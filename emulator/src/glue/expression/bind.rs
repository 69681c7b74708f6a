//! A tree bound to the keys of a table: what partitions are held against.

use std::cmp::Ordering;

use super::parse::{Operator, Test, Tree, parse};
use super::value::{KeyType, Value, is_no_value};
use crate::error::{ApiError, ErrorCode};
use crate::glue::{Column, errors};

/// An expression on the partition keys of a table.
#[derive(Debug)]
pub(in crate::glue) struct Filter(Option<Bound>);

#[derive(Debug)]
enum Bound {
    And(Vec<Bound>),
    Or(Vec<Bound>),
    Not(Box<Bound>),
    Condition { key: usize, key_type: KeyType, test: BoundTest },
}

#[derive(Debug)]
enum BoundTest {
    Compare(Operator, Value),
    In(Vec<Value>),
    Between(Value, Value),
    /// The characters of a pattern.
    Like(Vec<char>),
    IsNull,
}

impl Filter {
    /// The filter that an expression stands for; without one, or with a blank one, everything passes.
    pub fn new(expression: Option<&str>, keys: &[Column]) -> Result<Self, ApiError> {
        let Some(text) = expression.filter(|text| !text.trim().is_empty()) else {
            return Ok(Self(None));
        };
        let tree =
            parse(text).ok_or_else(|| errors::invalid_input(format!("Unsupported expression '{text}'")))?;
        bind(tree, keys).map(|bound| Self(Some(bound)))
    }

    /// Whether a partition of these values passes.
    pub fn matches(&self, values: &[String]) -> Result<bool, ApiError> {
        let Some(bound) = &self.0 else { return Ok(true) };
        Ok(bound.holds(values)? == Some(true))
    }
}

fn bind(tree: Tree, keys: &[Column]) -> Result<Bound, ApiError> {
    let all = |trees: Vec<Tree>| -> Result<Vec<Bound>, ApiError> {
        trees.into_iter().map(|tree| bind(tree, keys)).collect()
    };
    Ok(match tree {
        Tree::And(trees) => Bound::And(all(trees)?),
        Tree::Or(trees) => Bound::Or(all(trees)?),
        Tree::Not(tree) => Bound::Not(Box::new(bind(*tree, keys)?)),
        Tree::Condition { key, test } => {
            let is_key =
                |column: &Column| column.name.as_ref().is_some_and(|name| name.to_lowercase() == key);
            let refusal = || errors::invalid_input("Invalid partition expression!");
            let key = keys.iter().position(is_key).ok_or_else(refusal)?;
            let column_type = keys[key].r#type.as_deref().unwrap_or_default();
            let key_type = KeyType::of_column(column_type)
                .ok_or_else(|| errors::invalid_input(format!("Unknown type : '{column_type}'")))?;
            Bound::Condition { key, key_type, test: bind_test(test, key_type)? }
        }
    })
}

fn bind_test(test: Test, key_type: KeyType) -> Result<BoundTest, ApiError> {
    let value = |text: &str| key_type.value(text).map_err(errors::invalid_input);
    Ok(match test {
        Test::Compare(operator, literal) => BoundTest::Compare(operator, value(&literal)?),
        Test::In(literals) => {
            BoundTest::In(literals.iter().map(|literal| value(literal)).collect::<Result<_, _>>()?)
        }
        Test::Between(least, most) => BoundTest::Between(value(&least)?, value(&most)?),
        Test::Like(pattern) if key_type == KeyType::Text => BoundTest::Like(pattern.chars().collect()),
        Test::Like(_) => {
            let kind = key_type.shown();
            return Err(errors::invalid_input(format!("{kind} data type doesn't support operation 'LIKE'")));
        }
        Test::IsNull => BoundTest::IsNull,
    })
}

impl Bound {
    /// Whether it holds; `None` when that cannot be said, since a value is missing.
    fn holds(&self, values: &[String]) -> Result<Option<bool>, ApiError> {
        match self {
            Self::And(parts) => decided(parts, values, false),
            Self::Or(parts) => decided(parts, values, true),
            Self::Not(part) => Ok(part.holds(values)?.map(|holds| !holds)),
            Self::Condition { key, key_type, test } => {
                let text = values.get(*key).map(String::as_str);
                condition(text, *key_type, test)
            }
        }
    }
}

/// `AND` is decided by the first part that is false, `OR` by the first that is true.
fn decided(parts: &[Bound], values: &[String], decides: bool) -> Result<Option<bool>, ApiError> {
    let mut answer = Some(!decides);
    for part in parts {
        match part.holds(values)? {
            Some(holds) if holds == decides => return Ok(Some(decides)),
            Some(_) => {}
            None => answer = None,
        }
    }
    Ok(answer)
}

fn condition(text: Option<&str>, key_type: KeyType, test: &BoundTest) -> Result<Option<bool>, ApiError> {
    let missing = text.is_none_or(is_no_value);
    if matches!(test, BoundTest::IsNull) {
        return Ok(Some(missing));
    }
    let Some(text) = text.filter(|_| !missing || key_type == KeyType::Text) else { return Ok(None) };
    let value =
        key_type.value(text).map_err(|sentence| ApiError::new(ErrorCode::InvalidStateException, sentence))?;
    Ok(Some(match test {
        BoundTest::Compare(operator, literal) => compared(*operator, value.cmp(literal)),
        BoundTest::In(literals) => literals.contains(&value),
        BoundTest::Between(least, most) => *least <= value && value <= *most,
        BoundTest::Like(pattern) => like(pattern, &text.chars().collect::<Vec<_>>()),
        BoundTest::IsNull => missing,
    }))
}

fn compared(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
    }
}

/// `%` stands for any text, `_` for any character. After a mismatch only the last `%` has to be widened: what the ones
/// before it stand for need never change.
fn like(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_percent: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                last_percent = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '_' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((percent, covered)) = last_percent else { return false };
                last_percent = Some((percent, covered + 1));
                (p, t) = (percent + 1, covered + 1);
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}
