//! `${name}` in the text of a batch job: replaced before anything is parsed, wherever it stands, as Spark's
//! `spark.sql.variable.substitute` does it. Unlike there, a name that has no value is an error.
//!
//! Values are put in as they are: quote the place (`'${hour}'`) where text is meant.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::{SqlError, nearest};

/// A text with its variables replaced, and where each of its parts was before.
pub(super) struct Substituted {
    pub(super) text: String,
    /// Places of values in `text`, and of the variables in the text before.
    replaced: Vec<(Range<usize>, Range<usize>)>,
}

impl Substituted {
    /// Replaces every variable.
    ///
    /// # Errors
    /// A variable that has no value or no end.
    pub(super) fn new(text: &str, variables: &BTreeMap<String, String>) -> Result<Self, SqlError> {
        let mut substituted = Substituted { text: String::with_capacity(text.len()), replaced: vec![] };
        let mut done = 0;
        while let Some(start) = text[done..].find("${").map(|at| done + at) {
            let Some(end) = text[start..].find('}').map(|at| start + at + 1) else {
                return Err(SqlError::at(start..start + 2, "a variable without its closing brace")
                    .help("write ${name}"));
            };
            let name = text[start + 2..end - 1].trim();
            let value = variables.get(name).ok_or_else(|| unknown(name, start..end, variables))?;
            substituted.text.push_str(&text[done..start]);
            let place = substituted.text.len();
            substituted.text.push_str(value);
            substituted.replaced.push((place..substituted.text.len(), start..end));
            done = end;
        }
        substituted.text.push_str(&text[done..]);
        Ok(substituted)
    }

    /// An error about the replaced text as one about the text before.
    pub(super) fn in_original(&self, mut error: SqlError) -> SqlError {
        error.span = self.original(error.span.start, false)..self.original(error.span.end, true);
        error
    }

    /// Where a place was; a place inside a value is the start or the end of its variable.
    fn original(&self, at: usize, end: bool) -> usize {
        let before = self.replaced.iter().rfind(|(value, _)| value.start < at || value.start == at && !end);
        match before {
            None => at,
            Some((value, variable)) if at < value.end || at == value.end && end => {
                if end {
                    variable.end
                } else {
                    variable.start
                }
            }
            Some((value, variable)) => at - value.end + variable.end,
        }
    }
}

fn unknown(name: &str, span: Range<usize>, variables: &BTreeMap<String, String>) -> SqlError {
    let error = SqlError::at(span, format!("variable `{name}` has no value"));
    let names: Vec<&str> = variables.keys().map(String::as_str).collect();
    match (nearest(name, names.iter().copied()).first(), names.is_empty()) {
        (Some(near), _) => error.help(format!("did you mean `{near}`?")),
        (None, true) => error.help("the job has no arguments"),
        (None, false) => error.help(format!("there are {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> BTreeMap<String, String> {
        [("year", "2026"), ("hour", "7"), ("none", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    #[test]
    fn variables_are_replaced_wherever_they_stand() {
        let text = "WHERE y = '${year}' AND h = ${ hour }${none} -- ${year}";
        assert_eq!(Substituted::new(text, &variables()).unwrap().text, "WHERE y = '2026' AND h = 7 -- 2026");
    }

    #[test]
    fn places_are_those_of_the_text_as_it_was_written() {
        let text = "a ${year} bcd ${none}e";
        let substituted = Substituted::new(text, &variables()).unwrap();
        assert_eq!(substituted.text, "a 2026 bcd e");
        for (word, written) in
            [("a", "a"), ("2026", "${year}"), ("02", "${year}"), ("bcd", "bcd"), ("e", "e")]
        {
            let start = substituted.text.find(word).unwrap();
            let error = substituted.in_original(SqlError::at(start..start + word.len(), ""));
            let found = &text[error.span];
            assert!(found == written || word == "e" && found == "${none}e", "{word}: {found}");
        }
        let end = substituted.text.len();
        assert_eq!(substituted.in_original(SqlError::at(end..end, "")).span, text.len()..text.len());
    }

    #[test]
    fn a_variable_without_a_value_is_named_where_it_stands() {
        let text = "SELECT ${yaer}";
        let error = Substituted::new(text, &variables()).err().unwrap();
        assert_eq!((error.message.as_str(), &text[error.span]), ("variable `yaer` has no value", "${yaer}"));
        assert_eq!(error.help.as_deref(), Some("did you mean `year`?"));
        let error = Substituted::new("SELECT ${year", &variables()).err().unwrap();
        assert_eq!(error.span, 7..9);
    }
}
