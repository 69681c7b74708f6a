//! Expressions against partitions: cases by hand, and any expression against a model that is slow and obvious.

use proptest::prelude::*;

use super::Filter;
use crate::error::ErrorCode;
use crate::glue::Column;

fn keys() -> Vec<Column> {
    [
        ("day", "date"),
        ("hour", "int"),
        ("region", "string"),
        ("price", "decimal(10,2)"),
        ("at", "timestamp"),
        ("Ratio", "double"),
    ]
    .map(|(name, column_type)| Column::new(name, column_type))
    .into()
}

fn values(texts: [&str; 6]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

fn matches(expression: &str, values: &[String]) -> bool {
    let filter =
        Filter::new(Some(expression), &keys()).unwrap_or_else(|error| panic!("{expression}: {error}"));
    filter.matches(values).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

#[test]
fn values_are_compared_as_their_keys_types() {
    let partition = values(["2024-02-10", "10", "eu-west", "2.60", "2024-02-10 12:00:00.5", "0.5"]);
    for (expression, expected) in [
        ("", true),
        (" \n", true),
        ("hour > 9", true),
        ("hour = '10' and hour = 10 and hour = 010", true),
        ("hour <> 10 or hour != 10", false),
        ("hour < '100' and hour <= 10 and not hour < 10", true),
        ("HOUR in (1, '10')", true),
        ("hour not in (1, 10)", false),
        ("hour between 10 and 10", true),
        ("hour between 11 and 9", false),
        ("hour not between 11 and 9", true),
        ("day = '2024-02-10'", true),
        ("day > DATE '2024-01-31' and date '2024-03-01' > day", true),
        ("price = 2.6 and price < 10 and price >= '2.600'", true),
        ("at between timestamp '2024-02-10 12:00:00' and '2024-02-10 12:00:00.500000000'", true),
        ("region > '1' and region = 'eu-west'", true),
        ("region = 'EU-WEST'", false),
        ("region = 2", false),
        ("region like 'eu%' and region like '__-w%t' and region like '%'", true),
        ("region like 'eu'", false),
        ("region like 'e.-west'", false),
        ("region not like '%-east'", true),
        ("region like '%e%e%'", true),
        ("region like '%e%e%e%'", false),
        ("hour is null or region is null", false),
        ("hour is not null and not region is null", true),
        ("hour = 1 or hour = 10 and region = 'us'", false),
        ("(hour = 1 or hour = 10) and `region` like 'eu%' and \"Hour\" = 10", true),
    ] {
        assert_eq!(matches(expression, &partition), expected, "{expression}");
    }
}

#[test]
fn a_missing_value_is_null_and_neither_equal_nor_unequal() {
    let none = "__HIVE_DEFAULT_PARTITION__";
    let partition = values([none, none, none, none, none, none]);
    for (expression, expected) in [
        ("hour is null and day is null and region is null", true),
        ("hour = 1", false),
        ("hour <> 1", false),
        ("not hour = 1", false),
        ("hour not in (1, 2)", false),
        ("hour = 1 or region is null", true),
        ("not (hour = 1 and region is not null)", true),
        ("region = '__HIVE_DEFAULT_PARTITION__'", true),
    ] {
        assert_eq!(matches(expression, &partition), expected, "{expression}");
    }
}

#[track_caller]
fn refused(expression: &str, message: &str) {
    let error = Filter::new(Some(expression), &keys()).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidInputException, message));
}

#[test]
fn what_is_wrong_is_said_before_any_partition_is_looked_at() {
    refused("hour = 'ten'", "\"ten\" is not an integer.");
    refused("hour in (2.5)", "\"2.5\" is not an integer.");
    refused("hour = 99999999999999999999", "\"99999999999999999999\" is not an integer.");
    refused("day = '2024-02-30'", "2024-02-30 is not a date.");
    refused("day = 'yesterday' and hour = 1", "yesterday is not a date.");
    refused("price = 'cheap'", "cheap is not a decimal.");
    refused("price like '2%'", "Decimal data type doesn't support operation 'LIKE'");
    refused("hour not like '2%'", "Integral data type doesn't support operation 'LIKE'");
    refused("day like '2%'", "Date data type doesn't support operation 'LIKE'");
    refused("at like '2%'", "Timestamp data type doesn't support operation 'LIKE'");
    refused("minute = 1", "Invalid partition expression!");
    refused("hour = 10 or minute is null", "Invalid partition expression!");
    refused("ratio = 0.5", "Unknown type : 'double'");
    refused("region IS test' AND not parsable", "Unsupported expression 'region IS test' AND not parsable'");
    refused("hour", "Unsupported expression 'hour'");
    refused("1 = 1", "Unsupported expression '1 = 1'");
}

#[test]
fn a_stored_value_of_another_type_is_a_state_and_no_mismatch() {
    let partition = values(["2024-02-10", "ten", "eu", "1", "2024-02-10 12:00:00", "0"]);
    let filter = Filter::new(Some("hour = 10"), &keys()).unwrap();
    let error = filter.matches(&partition).unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::InvalidStateException, "\"ten\" is not an integer.")
    );
    assert!(matches("region = 'eu' or hour = 10", &partition));
}

/// An expression over two integers and two texts, as a model sees it.
#[derive(Debug, Clone)]
enum Model {
    Integer(usize, &'static str, i64),
    IntegerIn(usize, Vec<i64>),
    IntegerBetween(usize, i64, i64),
    Text(usize, &'static str, String),
    Like(usize, String),
    Not(Box<Model>),
    And(Vec<Model>),
    Or(Vec<Model>),
}

const INTEGERS: [&str; 2] = ["i", "j"];
const TEXTS: [&str; 2] = ["s", "t"];

impl Model {
    /// The expression with as few parentheses as the rules of precedence allow; `level` is what it stands in: 0 for `OR`,
    /// 1 for `AND`, 2 for `NOT`.
    fn text(&self, level: u8) -> String {
        let joined = |models: &[Model], word: &str, own: u8| {
            let text = models.iter().map(|model| model.text(own + 1)).collect::<Vec<_>>().join(word);
            if level > own { format!("({text})") } else { text }
        };
        match self {
            Self::Integer(key, operator, literal) => format!("{} {operator} {literal}", INTEGERS[*key]),
            Self::IntegerIn(key, literals) => {
                let literals: Vec<String> = literals.iter().map(|literal| format!("'{literal}'")).collect();
                format!("{} IN ({})", INTEGERS[*key], literals.join(","))
            }
            Self::IntegerBetween(key, least, most) => {
                format!("{} BETWEEN {least} AND {most}", INTEGERS[*key])
            }
            Self::Text(key, operator, literal) => {
                format!("{} {operator} '{}'", TEXTS[*key], literal.replace('\'', "''"))
            }
            Self::Like(key, pattern) => format!("{} LIKE '{}'", TEXTS[*key], pattern.replace('\'', "''")),
            Self::Not(model) => format!("NOT {}", model.text(2)),
            Self::And(models) => joined(models, " AND ", 1),
            Self::Or(models) => joined(models, " OR ", 0),
        }
    }

    fn holds(&self, integers: [i64; 2], texts: &[String; 2]) -> bool {
        match self {
            Self::Integer(key, operator, literal) => model_compare(operator, &integers[*key], literal),
            Self::IntegerIn(key, literals) => literals.contains(&integers[*key]),
            Self::IntegerBetween(key, least, most) => (*least..=*most).contains(&integers[*key]),
            Self::Text(key, operator, literal) => model_compare(operator, &texts[*key], literal),
            Self::Like(key, pattern) => {
                let (pattern, text): (Vec<char>, Vec<char>) =
                    (pattern.chars().collect(), texts[*key].chars().collect());
                model_like(&pattern, &text)
            }
            Self::Not(model) => !model.holds(integers, texts),
            Self::And(models) => models.iter().all(|model| model.holds(integers, texts)),
            Self::Or(models) => models.iter().any(|model| model.holds(integers, texts)),
        }
    }
}

fn model_compare<T: Ord>(operator: &str, left: &T, right: &T) -> bool {
    match operator {
        "=" => left == right,
        "<>" | "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    }
}

fn model_like(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => (0..=text.len()).any(|skipped| model_like(rest, &text[skipped..])),
        Some((c, rest)) => text
            .split_first()
            .is_some_and(|(first, after)| (*c == '_' || c == first) && model_like(rest, after)),
    }
}

fn model() -> impl Strategy<Value = Model> {
    let operator = || prop::sample::select(vec!["=", "<>", "!=", "<", "<=", ">", ">="]);
    let number = || -12_i64..12;
    let leaf = prop_oneof![
        (0..2_usize, operator(), number())
            .prop_map(|(key, operator, literal)| Model::Integer(key, operator, literal)),
        (0..2_usize, prop::collection::vec(number(), 1..4)).prop_map(|(key, all)| Model::IntegerIn(key, all)),
        (0..2_usize, number(), number())
            .prop_map(|(key, least, most)| Model::IntegerBetween(key, least, most)),
        (0..2_usize, operator(), "[ab']{0,3}")
            .prop_map(|(key, operator, text)| Model::Text(key, operator, text)),
        (0..2_usize, "[ab'%_]{0,4}").prop_map(|(key, pattern)| Model::Like(key, pattern)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|model| Model::Not(Box::new(model))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Model::And),
            prop::collection::vec(inner, 2..4).prop_map(Model::Or),
        ]
    })
}

proptest! {
    #[test]
    fn any_expression_selects_what_the_model_selects(
        model in model(),
        integers in prop::array::uniform2(-12_i64..12),
        texts in prop::array::uniform2("[ab']{0,4}"),
    ) {
        let keys = ["i", "j", "s", "t"].map(|name| Column::new(name, if name < "k" { "int" } else { "string" }));
        let text = model.text(0);
        let filter = Filter::new(Some(&text), &keys).unwrap();
        let [i, j] = integers;
        let [s, t] = texts.clone();
        let found = filter.matches(&[i.to_string(), j.to_string(), s, t]).unwrap();
        prop_assert_eq!(found, model.holds(integers, &texts), "{}", text);
    }

    #[test]
    fn no_text_panics_and_none_passes_by_accident(text in "[a-c0-9()=<>!%_',. \"`]{1,40}|(hour|not|and|or|in|between|like|is|null|1|'a'|[(),=<>]| ){1,20}") {
        if let Ok(filter) = Filter::new(Some(&text), &keys()) {
            prop_assert!(text.trim().is_empty() || text.contains("hour") , "{}", text);
            let _ = filter.matches(&values(["2024-02-10", "10", "eu", "1", "2024-02-10 12:00:00", "0"]));
        }
    }
}
