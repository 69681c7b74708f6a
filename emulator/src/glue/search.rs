//! What `SearchTables` holds tables against.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html>

use std::cmp::Ordering;

use serde::Deserialize;

use super::{Column, errors};
use crate::error::ApiError;
use crate::store::TableRow;

/// A condition on a property of tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PropertyPredicate {
    /// `Name`, `DatabaseName`, `Description`, `Owner`, `TableType`, `CreateTime`, …, or a name among the table's parameters.
    pub key: Option<String>,
    /// One of the words that the property is made of; seconds since 1970 for a time.
    pub value: Option<String>,
    /// For times: `EQUALS` when absent, `GREATER_THAN`, …
    pub comparator: Option<String>,
}

/// How to sort tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SortCriterion {
    /// A property, as in [`PropertyPredicate::key`].
    pub field_name: Option<String>,
    /// `ASC` or `DESC`.
    pub sort: Option<String>,
}

/// A property of a table.
enum Property<'a> {
    Text(&'a str),
    Millis(i64),
}

impl PropertyPredicate {
    /// That it can be understood.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        const COMPARATORS: [&str; 5] =
            ["EQUALS", "GREATER_THAN", "LESS_THAN", "GREATER_THAN_EQUALS", "LESS_THAN_EQUALS"];
        let known = self.comparator.as_deref().is_none_or(|comparator| COMPARATORS.contains(&comparator));
        let time = self.key.as_deref().is_some_and(is_time);
        if self.key.is_none() || self.value.is_none() || !known || (time && self.millis().is_none()) {
            return Err(errors::invalid_input("Filters must have a key, a value and a comparator that fit"));
        }
        Ok(())
    }

    /// Whether a table satisfies it.
    pub(super) fn holds(&self, table: &TableRow) -> bool {
        let key = self.key.as_deref().unwrap_or_default();
        let value = self.value.as_deref().unwrap_or_default();
        match property(table, key) {
            Some(Property::Text(text)) => has_word(text, value),
            Some(Property::Millis(millis)) => {
                self.millis().is_some_and(|wanted| self.compares(millis.cmp(&wanted)))
            }
            None => false,
        }
    }

    fn compares(&self, order: Ordering) -> bool {
        match self.comparator.as_deref() {
            Some("GREATER_THAN") => order.is_gt(),
            Some("GREATER_THAN_EQUALS") => order.is_ge(),
            Some("LESS_THAN") => order.is_lt(),
            Some("LESS_THAN_EQUALS") => order.is_le(),
            _ => order.is_eq(),
        }
    }

    fn millis(&self) -> Option<i64> {
        let seconds: f64 = self.value.as_ref()?.parse().ok()?;
        Some((seconds * 1000.0) as i64)
    }
}

impl SortCriterion {
    pub(super) fn sort(&self, tables: &mut [TableRow]) -> Result<(), ApiError> {
        let key = self.field_name.as_deref().unwrap_or_default();
        if !FIELDS.contains(&key) {
            return Err(errors::invalid_input(format!("Tables cannot be sorted by '{key}'")));
        }
        tables.sort_by(|left, right| {
            let order = compare(property(left, key), property(right, key));
            if self.sort.as_deref() == Some("DESC") { order.reverse() } else { order }
        });
        Ok(())
    }
}

/// Whether any text of a table has the words that are looked for; in quotes they are one text, which must be there as it is.
pub(super) fn mentions(table: &TableRow, wanted: &str) -> bool {
    let exact = wanted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let texts = texts(table);
    match exact {
        Some(exact) => texts.iter().any(|text| text.eq_ignore_ascii_case(exact)),
        None => words(wanted).all(|word| texts.iter().any(|text| has_word(text, word))),
    }
}

const FIELDS: [&str; 8] = [
    "Name",
    "DatabaseName",
    "Description",
    "Owner",
    "TableType",
    "CreateTime",
    "UpdateTime",
    "LastAccessTime",
];

fn is_time(key: &str) -> bool {
    key.ends_with("Time")
}

fn property<'a>(table: &'a TableRow, key: &str) -> Option<Property<'a>> {
    let text = |text: &'a Option<String>| text.as_deref().map(Property::Text);
    match key {
        "Name" => Some(Property::Text(&table.name)),
        "DatabaseName" => Some(Property::Text(&table.database)),
        "Description" => text(&table.input.description),
        "Owner" => text(&table.input.owner),
        "TableType" => text(&table.input.table_type),
        "CreateTime" => Some(Property::Millis(table.created.as_millis())),
        "UpdateTime" => Some(Property::Millis(table.updated.as_millis())),
        "LastAccessTime" => table.input.last_access_time.map(|time| Property::Millis(time.as_millis())),
        key => table.input.parameters.as_ref()?.get(key).map(|value| Property::Text(value)),
    }
}

fn compare(left: Option<Property<'_>>, right: Option<Property<'_>>) -> Ordering {
    match (left, right) {
        (Some(Property::Text(left)), Some(Property::Text(right))) => left.cmp(right),
        (Some(Property::Millis(left)), Some(Property::Millis(right))) => left.cmp(&right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// Everything that a table says in words.
fn texts(table: &TableRow) -> Vec<&str> {
    let input = &table.input;
    let mut texts = vec![table.name.as_str(), table.database.as_str()];
    texts.extend(input.description.as_deref());
    texts.extend(input.owner.as_deref());
    texts.extend(input.table_type.as_deref());
    texts.extend(input.parameters.iter().flatten().flat_map(|(key, value)| [key.as_str(), value.as_str()]));
    let stored = input.storage_descriptor.iter().flat_map(|stored| stored.columns.iter().flatten());
    for Column { name, comment, .. } in stored.chain(input.partition_keys.iter().flatten()) {
        texts.extend(name.as_deref());
        texts.extend(comment.as_deref());
    }
    texts
}

/// Texts are made of words, which end where letters and digits do.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn has_word(text: &str, wanted: &str) -> bool {
    text.eq_ignore_ascii_case(wanted) || words(text).any(|word| word.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Timestamp;
    use crate::glue::TableInput;

    fn table(name: &str, created_ms: i64) -> TableRow {
        TableRow {
            database: "sales".to_owned(),
            name: name.to_owned(),
            created: Timestamp::from_millis(created_ms),
            updated: Timestamp::from_millis(created_ms),
            version: 0,
            input: TableInput {
                description: Some("What was sold, by customer-link".to_owned()),
                partition_keys: Some(vec![Column::new("day", "date")]),
                parameters: Some(BTreeMap::from([("layer".to_owned(), "gold".to_owned())])),
                ..TableInput::default()
            },
        }
    }

    fn predicate(key: &str, value: &str, comparator: Option<&str>) -> PropertyPredicate {
        PropertyPredicate {
            key: Some(key.to_owned()),
            value: Some(value.to_owned()),
            comparator: comparator.map(str::to_owned),
        }
    }

    #[test]
    fn properties_are_held_against_whole_words() {
        let table = table("xx-link-yy", 5000);
        for (key, value, expected) in [
            ("Name", "link", true),
            ("Name", "LINK", true),
            ("Name", "xxlink", false),
            ("Description", "link", true),
            ("layer", "gold", true),
            ("layer", "old", false),
            ("colour", "gold", false),
        ] {
            assert_eq!(predicate(key, value, None).holds(&table), expected, "{key} {value}");
        }
    }

    #[test]
    fn times_are_compared() {
        let table = table("t", 5000);
        for (value, comparator, expected) in [
            ("5", None, true),
            ("5", Some("GREATER_THAN"), false),
            ("4.999", Some("GREATER_THAN"), true),
            ("5", Some("LESS_THAN_EQUALS"), true),
            ("6", Some("GREATER_THAN_EQUALS"), false),
        ] {
            let predicate = predicate("CreateTime", value, comparator);
            assert_eq!(predicate.check(), Ok(()));
            assert_eq!(predicate.holds(&table), expected, "{value} {comparator:?}");
        }
        assert!(predicate("CreateTime", "yesterday", None).check().is_err());
        assert!(predicate("Name", "t", Some("LIKE")).check().is_err());
    }

    #[test]
    fn texts_are_searched_by_words_or_as_a_whole() {
        let table = table("orders", 0);
        for (text, expected) in [
            ("sold", true),
            ("sold gold day", true),
            ("sold silver", false),
            ("sol", false),
            ("\"orders\"", true),
            ("\"was sold\"", false),
        ] {
            assert_eq!(mentions(&table, text), expected, "{text}");
        }
    }

    #[test]
    fn tables_are_sorted_both_ways() {
        let mut tables = [table("a", 2), table("b", 1)];
        let criterion = |field: &str, sort: &str| SortCriterion {
            field_name: Some(field.to_owned()),
            sort: Some(sort.to_owned()),
        };
        let names = |tables: &[TableRow]| tables.iter().map(|table| table.name.clone()).collect::<String>();
        criterion("CreateTime", "ASC").sort(&mut tables).unwrap();
        assert_eq!(names(&tables), "ba");
        criterion("CreateTime", "DESC").sort(&mut tables).unwrap();
        assert_eq!(names(&tables), "ab");
        assert!(criterion("layer", "ASC").sort(&mut tables).is_err());
    }
}
