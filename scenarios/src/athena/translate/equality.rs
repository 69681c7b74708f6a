//! Equality of arrays, maps and rows as Trino has it: null inside makes it unknown, unless something else differs; the order
//! of a map's entries does not matter.

use super::super::types::{Type, literal};

/// Whether two values of a type are equal, as DuckDB's text.
pub(super) fn equals(a: &str, b: &str, ty: &Type) -> String {
    equals_at(a, b, ty, 0)
}

fn equals_at(a: &str, b: &str, ty: &Type, depth: usize) -> String {
    let (both, pair) = (format!("eq{depth}"), format!("at{depth}"));
    match ty {
        Type::Array(element) => {
            let each = equals_at(&format!("{pair}[1]"), &format!("{pair}[2]"), element, depth + 1);
            named(
                a,
                b,
                &both,
                &format!(
                    "CASE WHEN {both}.a IS NULL OR {both}.b IS NULL THEN NULL \
                 WHEN len({both}.a) <> len({both}.b) THEN false \
                 ELSE wt_all(list_transform(list_zip({both}.a, {both}.b), lambda {pair}: {each})) END"
                ),
            )
        }
        Type::Map(_, value) => {
            let one = format!("map_extract_value({both}.a, {pair})");
            let other = format!("map_extract_value({both}.b, {pair})");
            let each = equals_at(&one, &other, value, depth + 1);
            named(
                a,
                b,
                &both,
                &format!(
                    "CASE WHEN {both}.a IS NULL OR {both}.b IS NULL THEN NULL \
                 WHEN cardinality({both}.a) <> cardinality({both}.b) THEN false \
                 ELSE wt_all(list_transform(map_keys({both}.a), lambda {pair}: \
                 CASE WHEN map_contains({both}.b, {pair}) THEN {each} ELSE false END)) END"
                ),
            )
        }
        Type::Row(fields) => {
            let parts = fields.iter().enumerate().map(|(at, field)| {
                let key = literal(&field.name.clone().unwrap_or(format!("field{at}")));
                let part = |side: &str| format!("struct_extract({both}.{side}, {key})");
                equals_at(&part("a"), &part("b"), &field.ty, depth + 1)
            });
            named(a, b, &both, &parts.collect::<Vec<_>>().join(" AND "))
        }
        Type::TimestampTz(_) => format!("(({a}).utc = ({b}).utc)"),
        _ => format!("({a} = {b})"),
    }
}

/// Gives two values a name, so that each is computed once.
fn named(a: &str, b: &str, both: &str, body: &str) -> String {
    format!("list_transform([struct_pack(a := {a}, b := {b})], lambda {both}: {body})[1]")
}
