//! Functions of maps.
//!
//! Source: <https://trino.io/docs/current/functions/map.html>.

use sqlparser::ast::Expr;

use super::super::error::SqlError;
use super::super::translate::{Argument, Call, Scope, Translator, Typed};
use super::super::types::Type;
use super::Special::{self, Lazy};

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "cardinality(map(K,V)) bigint = CAST(cardinality({0}) AS BIGINT)",
    "element_at(map(K,V), K) V = map_extract_value({0}, {1})",
    "map() map(K,V) = map([], [])",
    "map(array(K), array(V)) map(K,V) = wt_map({0}, {1})",
    "map_concat(map(K,V), map(K,V)...) map(K,V) = wt_map_concat([{*}])",
    "map_entries(map(K,V)) array(row(K,V)) = list_transform(map_entries({0}), lambda e: struct_pack(field0 := e.key, field1 := e.value))",
    "map_from_entries(array(row(K,V))) map(K,V) = wt_map_of(list_transform({0}, lambda e: CASE WHEN e IS NULL THEN NULL ELSE struct_pack(k := e.field0, v := e.field1) END))",
    "map_keys(map(K,V)) array(K) = map_keys({0})",
    "map_values(map(K,V)) array(V) = map_values({0})",
    "multimap_from_entries(array(row(K,V))) map(K,array(V)) = wt_multimap(list_transform({0}, lambda e: struct_pack(k := CASE WHEN wt_when(e IS NULL, 'map entry cannot be null') THEN NULL WHEN wt_when(e.field0 IS NULL, 'map key cannot be null') THEN NULL ELSE e.field0 END, v := e.field1)))",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("map_filter", Lazy(filter)),
    ("map_zip_with", Lazy(zip_with)),
    ("transform_keys", Lazy(transform_keys)),
    ("transform_values", Lazy(transform_values)),
];

/// The map that an argument is, and the types of its keys and values.
fn map(argument: &Argument<'_>) -> Option<(String, Type, Type)> {
    let Argument::Value(value) = argument else { return None };
    match &value.ty {
        Type::Map(key, element) => Some((value.sql.clone(), (**key).clone(), (**element).clone())),
        _ => None,
    }
}

/// A map, and what a lambda makes of each entry, which is called by the third name.
struct Entries {
    map: String,
    key: Type,
    value: Type,
    each: String,
    body: Typed,
}

fn entries(translator: &mut Translator<'_>, call: &Call<'_>, scope: &Scope<'_>) -> Result<Entries, SqlError> {
    let [subject, Argument::Lambda(lambda)] = call.arguments.as_slice() else {
        return Err(call.unexpected(&[]));
    };
    let Some((map, key, value)) = map(subject) else { return Err(call.unexpected(&[])) };
    let each = translator.fresh();
    let pair =
        [Typed::new(format!("{each}.key"), key.clone()), Typed::new(format!("{each}.value"), value.clone())];
    let body = translator.applied(lambda, &pair, scope, call.place)?;
    Ok(Entries { map, key, value, each, body })
}

fn filter(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let Entries { map, key, value, each, body } = entries(translator, &call, scope)?;
    if !matches!(body.ty, Type::Boolean | Type::Unknown) {
        return Err(call.unexpected(&[]));
    }
    let sql = format!("map_from_entries(list_filter(map_entries({map}), lambda {each}: {}))", body.sql);
    Ok(Typed::new(sql, Type::map(key, value)))
}

fn transform_keys(
    translator: &mut Translator<'_>,
    call: Call<'_>,
    scope: &Scope<'_>,
) -> Result<Typed, SqlError> {
    let Entries { map, value, each, body, .. } = entries(translator, &call, scope)?;
    let sql = format!(
        "wt_map_of(list_transform(map_entries({map}), lambda {each}: struct_pack(k := {}, v := {each}.value)))",
        body.sql
    );
    Ok(Typed::new(sql, Type::map(body.ty, value)))
}

fn transform_values(
    translator: &mut Translator<'_>,
    call: Call<'_>,
    scope: &Scope<'_>,
) -> Result<Typed, SqlError> {
    let Entries { map, key, each, body, .. } = entries(translator, &call, scope)?;
    let sql = format!(
        "map_from_entries(list_transform(map_entries({map}), lambda {each}: struct_pack(k := {each}.key, v := {})))",
        body.sql
    );
    Ok(Typed::new(sql, Type::map(key, body.ty)))
}

/// Keys of both maps, with null for what one of them lacks.
fn zip_with(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let [one, other, Argument::Lambda(lambda)] = call.arguments.as_slice() else { return Err(refusal) };
    let (Some((one, key, a)), Some((other, other_key, b))) = (map(one), map(other)) else {
        return Err(refusal);
    };
    let Some(key) = super::super::types::common(&key, &other_key) else { return Err(refusal) };
    let lambda: &Expr = lambda;
    let (both, each) = (translator.fresh(), translator.fresh());
    let values = [
        Typed::new(each.clone(), key.clone()),
        Typed::new(format!("map_extract_value({both}.a, {each})"), a),
        Typed::new(format!("map_extract_value({both}.b, {each})"), b),
    ];
    let body = translator.applied(lambda, &values, scope, call.place)?;
    let sql = format!(
        "list_transform([struct_pack(a := {one}, b := {other})], lambda {both}: \
         CASE WHEN {both}.a IS NULL OR {both}.b IS NULL THEN NULL ELSE map_from_entries(list_transform(\
         wt_unique(list_concat(map_keys({both}.a), map_keys({both}.b))), \
         lambda {each}: struct_pack(k := {each}, v := {}))) END)[1]",
        body.sql
    );
    Ok(Typed::new(sql, Type::map(key, body.ty)))
}
