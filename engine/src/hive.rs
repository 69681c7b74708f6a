//! How Hive lays out a table in folders: `<location>/<key>=<value>/…/<object>`, a value in each folder's name.
//!
//! A null or empty value is `__HIVE_DEFAULT_PARTITION__`; characters that a path cannot hold are `%` and two
//! hexadecimal digits. Objects and folders whose names begin with `_` or `.` belong to whoever wrote the table and
//! hold no rows.
//!
//! Source: `ExternalCatalogUtils.escapePathName`, `PartitioningUtils`, `HadoopFSUtils.shouldFilterOutPathName`
//! (Spark 3.5.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, cast::AsArray};
use arrow::datatypes::{DataType, Schema};
use arrow::record_batch::RecordBatch;

use crate::error::Result;
use crate::expr::{cast_to, compile};
use crate::plan::ColumnIds;
use crate::session::Session;

/// The name of the partition of null.
pub(crate) const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// Path below a table's location for one partition: `day=2026-01-05/hour=10/`, empty without partitions.
pub(crate) fn folder<'a>(keys: impl IntoIterator<Item = &'a str>, values: &[String]) -> String {
    keys.into_iter().zip(values).map(|(key, value)| format!("{}={}/", escape(key), escape(value))).collect()
}

/// The values in the folders of a path below a table's location, by the keys in lower case; null where the folder
/// is that of null.
pub(crate) fn values_in(path: &str) -> BTreeMap<String, Option<String>> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let pairs = folders.split('/').filter_map(|folder| folder.split_once('='));
    pairs.map(|(key, value)| (unescape(key).to_lowercase(), value_of(&unescape(value)))).collect()
}

/// What a partition's value stands for.
pub(crate) fn value_of(value: &str) -> Option<String> {
    (value != NULL_PARTITION).then(|| value.to_owned())
}

/// Whether a path below a table's location holds no rows by its name.
pub(crate) fn is_hidden(path: &str) -> bool {
    let hidden = |name: &str| {
        name.starts_with('.') || name.ends_with("._COPYING_") || name.starts_with('_') && !name.contains('=')
    };
    path.is_empty() || path.ends_with('/') || path.split('/').any(hidden)
}

/// Rows per combination of partition values.
pub(crate) fn group_rows(values: &[StringArray], rows: usize) -> BTreeMap<Vec<String>, Vec<u32>> {
    let mut groups: BTreeMap<Vec<&str>, Vec<u32>> = BTreeMap::new();
    for row in 0..rows {
        let of = |column: &'_ StringArray| column.is_valid(row) && !column.value(row).is_empty();
        let key = values.iter().map(|c| if of(c) { c.value(row) } else { NULL_PARTITION }).collect();
        groups.entry(key).or_default().push(row as u32);
    }
    groups.into_iter().map(|(key, rows)| (key.into_iter().map(str::to_owned).collect(), rows)).collect()
}

/// Values as the text that folders are named by: Spark's cast to STRING.
pub(crate) fn texts(values: &ArrayRef, session: &Session) -> Result<StringArray> {
    Ok(converted(values, &DataType::Utf8, session)?.as_string::<i32>().clone())
}

/// The values of one partition key, from text to its type; what is none of its values is null.
pub(crate) fn typed(
    values: impl IntoIterator<Item = Option<String>>,
    to: &DataType,
    session: &Session,
) -> Result<ArrayRef> {
    let values: ArrayRef = Arc::new(values.into_iter().collect::<StringArray>());
    converted(&values, to, session)
}

/// Spark's cast of a whole column, with ANSI off.
pub(crate) fn converted(values: &ArrayRef, to: &DataType, session: &Session) -> Result<ArrayRef> {
    if values.data_type() == to {
        return Ok(Arc::clone(values));
    }
    let column = ColumnIds::default().column("value", values.data_type().clone(), true);
    let cast = compile(&cast_to(column.reference(), to), std::slice::from_ref(&column), session)?;
    let schema = Arc::new(Schema::new(vec![column.field()]));
    cast.evaluate(&RecordBatch::try_new(schema, vec![Arc::clone(values)])?)
}

fn escape(text: &str) -> String {
    let special = |c: char| c.is_control() || "\"#%'*/:=?\\{[]^".contains(c);
    let escape_one = |c: char| if special(c) { format!("%{:02X}", c as u32) } else { c.to_string() };
    text.chars().map(escape_one).collect()
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let code = after.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                plain.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                plain.push('%');
                rest = after;
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_values_share_the_default_partition() {
        let values = StringArray::from(vec![Some("a"), None, Some(""), Some("a")]);
        let groups = group_rows(&[values], 4);
        assert_eq!(groups[&vec!["a".to_owned()]], [0, 3]);
        assert_eq!(groups[&vec![NULL_PARTITION.to_owned()]], [1, 2]);
    }

    /// Folder names as Spark 3.5.4 wrote them.
    #[test]
    fn paths_escape_what_hive_escapes() {
        for (value, name) in [
            ("10:30/a b", "10%3A30%2Fa b"),
            ("a b/c:d=é", "a b%2Fc%3Ad%3Dé"),
            ("100%", "100%25"),
            ("%zz%4", "%25zz%254"),
        ] {
            assert_eq!(escape(value), name);
            assert_eq!(unescape(name), value);
        }
        assert_eq!(unescape("50%"), "50%");
        assert_eq!(
            folder(["day", "hour"], &["2026-01-05".into(), "1/2".into()]),
            "day=2026-01-05/hour=1%2F2/"
        );
    }

    #[test]
    fn values_are_in_the_folders_and_not_in_the_objects_name() {
        let values = values_in("Day=2026-01-05/plain/hour=__HIVE_DEFAULT_PARTITION__/a=b.json");
        let expected = [("day".to_owned(), Some("2026-01-05".to_owned())), ("hour".to_owned(), None)].into();
        assert_eq!(values, expected);
    }

    #[test]
    fn names_that_hold_no_rows() {
        for hidden in ["_SUCCESS", ".part.crc", "_temporary/0/a", "a/_b/c", "day=1/", "", "x._COPYING_"] {
            assert!(is_hidden(hidden), "{hidden}");
        }
        for shown in ["a", "_day=1/a", "a_b/c.json"] {
            assert!(!is_hidden(shown), "{shown}");
        }
    }

    #[test]
    fn values_are_text_as_spark_casts_them() {
        let session = Session::default();
        let seconds =
            typed([Some("2026-01-05 10:00:00.5".to_owned())], &crate::types::timestamp_type(), &session);
        assert_eq!(texts(&seconds.unwrap(), &session).unwrap().value(0), "2026-01-05 10:00:00.5");
        let numbers =
            typed([Some("07".to_owned()), None, Some("x".into())], &DataType::Int32, &session).unwrap();
        assert_eq!(texts(&numbers, &session).unwrap(), StringArray::from(vec![Some("7"), None, None]));
    }
}
