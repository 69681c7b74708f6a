//! Which names an expression can see, and what they stand for.

use sqlparser::ast::Ident;

use super::super::error::{Place, SqlError};
use super::super::types::{Type, literal};
use super::{Translator, Typed};

/// The relations of one FROM clause, and what is around it.
#[derive(Default)]
pub(crate) struct Scope<'p> {
    pub relations: Vec<Visible>,
    /// Parameters of a lambda.
    pub variables: Vec<(String, Typed)>,
    pub parent: Option<&'p Scope<'p>>,
}

/// A relation that can be named.
#[derive(Debug, Clone)]
pub(crate) struct Visible {
    /// Names in front of its columns' names, the closest last: `["sales", "orders"]`.
    pub qualifiers: Vec<String>,
    pub columns: Vec<VisibleColumn>,
}

/// A column that can be named.
#[derive(Debug, Clone)]
pub(crate) struct VisibleColumn {
    pub name: String,
    pub value: Typed,
    /// Which scan it comes from, and its position there.
    pub origin: Option<Origin>,
    /// Not part of `*`.
    pub hidden: bool,
}

/// A column of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub scan: usize,
    /// `None` for `"$path"`.
    pub column: Option<usize>,
}

impl Visible {
    fn is_called(&self, qualifiers: &[String]) -> bool {
        self.qualifiers.ends_with(qualifiers)
    }
}

impl Translator<'_> {
    /// What a name of one or more parts stands for: a variable, a column, or a field inside one.
    pub(super) fn name(&mut self, parts: &[Ident], scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let names: Vec<String> = parts.iter().map(|part| part.value.to_lowercase()).collect();
        let start = parts.first().map_or(Place { line: 1, column: 1 }, place_of);
        if let Some(word) = parts.iter().find(|part| part.quote_style.is_none() && is_reserved(&part.value)) {
            let message = format!("mismatched input '{}'. Expecting: <expression>", word.value);
            return Err(SqlError::syntax(place_of(word), message));
        }
        let mut around = Some(scope);
        while let Some(scope) = around {
            if let Some((_, value)) = scope.variables.iter().find(|(name, _)| *name == names[0]) {
                return self.fields(value.clone(), &names[1..], start);
            }
            // A qualified column comes before a field of a column.
            for qualified in (0..names.len()).rev() {
                let found = self.column(scope, &names[..qualified], &names[qualified], start)?;
                if let Some(value) = found {
                    return self.fields(value, &names[qualified + 1..], start);
                }
            }
            around = scope.parent;
        }
        let shown = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        Err(not_found(&shown, start))
    }

    fn column(
        &mut self,
        scope: &Scope<'_>,
        qualifiers: &[String],
        name: &str,
        place: Place,
    ) -> Result<Option<Typed>, SqlError> {
        let relations = scope.relations.iter().filter(|relation| relation.is_called(qualifiers));
        let columns = relations.flat_map(|relation| &relation.columns);
        let mut named = columns.filter(|column| column.name == name);
        let Some(first) = named.next() else { return Ok(None) };
        // A column that stands for several, as in USING, is the first of them.
        if named.any(|other| other.value.sql != first.value.sql && !other.hidden) {
            return Err(SqlError::at(place, "AMBIGUOUS_NAME", format!("Column '{name}' is ambiguous")));
        }
        let (value, origin) = (first.value.clone(), first.origin);
        self.touch(origin);
        Ok(Some(value))
    }

    /// Notes that a column is used.
    pub(super) fn touch(&mut self, origin: Option<Origin>) {
        if let Some(seen) = &mut self.keys_seen {
            seen.origins.push(origin);
        }
        if let Some(Origin { scan, column }) = origin {
            match column {
                Some(column) => {
                    self.scans[scan].used.insert(column);
                }
                None => self.scans[scan].path = true,
            }
        }
    }

    /// A field inside a value, inside a field, ….
    pub(super) fn fields(&mut self, value: Typed, names: &[String], place: Place) -> Result<Typed, SqlError> {
        names.iter().try_fold(value, |value, name| field(value, name, place))
    }
}

/// Words that are names in double quotes only.
/// Source: <https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html>.
const RESERVED: &[&str] = &[
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "constraint",
    "create",
    "cross",
    "cube",
    "deallocate",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "execute",
    "exists",
    "extract",
    "false",
    "for",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "left",
    "like",
    "natural",
    "normalize",
    "not",
    "null",
    "on",
    "or",
    "order",
    "outer",
    "prepare",
    "recursive",
    "right",
    "rollup",
    "select",
    "skip",
    "table",
    "then",
    "trim",
    "true",
    "uescape",
    "union",
    "unnest",
    "using",
    "values",
    "when",
    "where",
    "with",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name.to_lowercase().as_str())
}

/// A field of a row by its name.
fn field(value: Typed, name: &str, place: Place) -> Result<Typed, SqlError> {
    let Type::Row(fields) = &value.ty else {
        let message = format!("Expression {} is not of type ROW", value.ty);
        return Err(SqlError::type_mismatch(place, message));
    };
    let found =
        fields.iter().find(|field| field.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(name)));
    let Some(found) = found else { return Err(not_found(name, place)) };
    let key = literal(found.name.as_deref().unwrap_or_default());
    Ok(Typed::new(format!("struct_extract({}, {key})", value.sql), found.ty.clone()))
}

pub(super) fn place_of(ident: &Ident) -> Place {
    Place { line: ident.span.start.line.max(1), column: ident.span.start.column.max(1) }
}

/// Athena's sentence on a column that is not there.
pub(super) fn not_found(name: &str, place: Place) -> SqlError {
    let message = format!(
        "Column '{name}' cannot be resolved or requester is not authorized to access requested resources"
    );
    SqlError::at(place, "COLUMN_NOT_FOUND", message)
}
