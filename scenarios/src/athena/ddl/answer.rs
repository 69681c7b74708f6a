//! What a statement answers.

/// Lines of text under columns.
///
/// Athena answers one text a row whatever the number of columns: where there are several, tabs stand between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What `ResultSetMetadata` lists.
    pub columns: Vec<AnswerColumn>,
    /// The rows, each one text.
    pub lines: Vec<String>,
    /// `UpdateCount`: 0 for what is answered from the catalog at once, absent where Hive is asked.
    pub update_count: Option<u64>,
}

/// A column of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerColumn {
    /// Its name.
    pub name: &'static str,
    /// `string`, or `varchar` where Trino has the word.
    pub type_name: &'static str,
}

impl Answer {
    /// Done, and nothing to show.
    pub(super) fn done() -> Self {
        Self::default()
    }

    /// Lines under columns of Hive's type.
    pub(super) fn of(columns: &[&'static str], lines: Vec<String>) -> Self {
        Self::typed(columns, "string", lines)
    }

    /// Lines under columns of Trino's type.
    pub(super) fn varchar(columns: &[&'static str], lines: Vec<String>) -> Self {
        Self::typed(columns, "varchar", lines)
    }

    fn typed(names: &[&'static str], type_name: &'static str, lines: Vec<String>) -> Self {
        let columns = names.iter().map(|name| AnswerColumn { name, type_name }).collect();
        Self { columns, lines, update_count: Some(0) }
    }

    /// Without a count.
    pub(super) fn uncounted(self) -> Self {
        Self { update_count: None, ..self }
    }
}
