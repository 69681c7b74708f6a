//! Functions of arrays, those with lambdas included.
//!
//! Source: <https://trino.io/docs/current/functions/array.html>.

use super::super::error::SqlError;
use super::super::translate::{Argument, Call, Scope, Translator, Typed, coerce, text_of};
use super::super::types::{RowField, Type, coerces, common};
use super::Special::{self, Lazy, Scalar};
use super::signature::alike;

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "all_match(array(T), function(T,boolean)) boolean = wt_all(list_transform({0}, {1}))",
    "any_match(array(T), function(T,boolean)) boolean = wt_any(list_transform({0}, {1}))",
    "array_distinct(array(T)) array(T) = wt_unique({0})",
    "array_except(array(T), array(T)) array(T) = wt_except({0}, {1})",
    "array_intersect(array(T), array(T)) array(T) = wt_intersect({0}, {1})",
    "array_max(array(T)) T = wt_max({0})",
    "array_min(array(T)) T = wt_min({0})",
    "array_position(array(T), T) bigint = wt_position({0}, {1})",
    "array_remove(array(T), T) array(T) = wt_remove({0}, {1})",
    "array_union(array(T), array(T)) array(T) = wt_union({0}, {1})",
    "arrays_overlap(array(T), array(T)) boolean = wt_overlap({0}, {1})",
    "cardinality(array(T)) bigint = len({0})",
    "combinations(array(T), integer) array(array(T)) = wt_combinations({0}, {1})",
    "concat(array(T), array(T)...) array(T) = wt_concat_all([{*}])",
    "contains(array(T), T) boolean = wt_contains({0}, {1})",
    "contains_sequence(array(T), array(T)) boolean = wt_contains_sequence({0}, {1})",
    "element_at(array(T), bigint) T = wt_element_at({0}, {1})",
    "filter(array(T), function(T,boolean)) array(T) = list_filter({0}, {1})",
    "flatten(array(array(T))) array(T) = flatten({0})",
    "ngrams(array(T), bigint) array(array(T)) = wt_ngrams({0}, {1})",
    "none_match(array(T), function(T,boolean)) boolean = (NOT wt_any(list_transform({0}, {1})))",
    "repeat(T, bigint) array(T) = wt_repeated({0}, {1})",
    "reverse(array(T)) array(T) = list_reverse({0})",
    "sequence(bigint, bigint) array(bigint) = wt_sequence({0}, {1}, wt_step({0}, {1}))",
    "sequence(bigint, bigint, bigint) array(bigint) = wt_sequence({0}, {1}, {2})",
    "sequence(date, date) array(date) = list_transform(wt_sequence(wt_day({0}), wt_day({1}), wt_step({0}, {1})), lambda d: DATE '1970-01-01' + CAST(d AS INTEGER))",
    "sequence(date, date, interval day to second) array(date) = list_transform(wt_sequence(wt_day({0}), wt_day({1}), wt_days_of({2})), lambda d: DATE '1970-01-01' + CAST(d AS INTEGER))",
    "sequence(date, date, interval year to month) array(date) = CAST(wt_sequence_months({0}, {1}, {2}) AS DATE[])",
    "sequence(timestamp(p), timestamp(p), interval day to second) array(timestamp(p)) = list_transform(wt_sequence(epoch_us({0}), epoch_us({1}), {2}), lambda t: make_timestamp(t))",
    "sequence(timestamp(p), timestamp(p), interval year to month) array(timestamp(p)) = wt_sequence_months({0}, {1}, {2})",
    "shuffle(array(T)) array(T) = wt_shuffle({0})",
    "slice(array(T), bigint, bigint) array(T) = wt_slice({0}, {1}, {2})",
    "transform(array(T), function(T,U)) array(U) = list_transform({0}, {1})",
    "trim_array(array(T), bigint) array(T) = wt_trim_array({0}, {1})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("array_join", Scalar(join)),
    ("array_sort", Lazy(sort)),
    ("reduce", Lazy(reduce)),
    ("zip", Scalar(zip)),
    ("zip_with", Lazy(zip_with)),
];

/// The array that an argument is, and the type of its elements.
fn list(argument: &Argument<'_>) -> Option<(String, Type)> {
    let Argument::Value(value) = argument else { return None };
    match &value.ty {
        Type::Array(element) => Some((value.sql.clone(), (**element).clone())),
        Type::Unknown => Some(("CAST(NULL AS INTEGER[])".to_owned(), Type::Unknown)),
        _ => None,
    }
}

fn join(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let Some((items, element)) = call.arguments.first().and_then(list) else { return Err(refusal) };
    let rest = call.values()?.split_off(1);
    if !matches!(rest.len(), 1 | 2) || !rest.iter().all(|text| text.ty.is_text()) {
        return Err(refusal);
    }
    let Some(text) = text_of("e", &element) else { return Err(refusal) };
    let texts = format!("list_transform({items}, lambda e: CAST({text} AS VARCHAR))");
    let rest: Vec<String> = rest.into_iter().map(|text| coerce(text, &Type::VARCHAR).sql).collect();
    let name = if rest.len() == 1 { "wt_join" } else { "wt_join_nulls" };
    Ok(Typed::new(format!("{name}({texts}, {})", rest.join(", ")), Type::VARCHAR))
}

/// By the elements' own order, or by a comparator: each element goes behind those that are not greater.
fn sort(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let Some((items, element)) = call.arguments.first().and_then(list) else { return Err(refusal) };
    let ty = Type::array(element.clone());
    match call.arguments.as_slice() {
        [_] if element.is_orderable() => {
            Ok(Typed::new(format!("list_sort({items}, 'ASC', 'NULLS LAST')"), ty))
        }
        [_, Argument::Lambda(lambda)] => {
            let (state, next, other) = (translator.fresh(), translator.fresh(), translator.fresh());
            let pair = [
                Typed::new(other.clone(), element.clone()),
                Typed::new(format!("({next}).x"), element.clone()),
            ];
            let order = translator.applied(lambda, &pair, scope, call.place)?;
            if !order.ty.is_integer() {
                return Err(refusal);
            }
            let (list_type, item_type) = (ty.duckdb(), element.duckdb());
            let kept = |not: &str| {
                format!("list_filter(({state}).l, lambda {other}: {not}(wt_comparator({}) <= 0))", order.sql)
            };
            let sql = format!(
                "(list_reduce(list_transform({items}, lambda {other}: \
                 struct_pack(l := CAST([] AS {list_type}), x := {other})), lambda {state}, {next}: \
                 struct_pack(l := list_concat(list_append({}, ({next}).x), {}), x := CAST(NULL AS {item_type})), \
                 struct_pack(l := CAST([] AS {list_type}), x := CAST(NULL AS {item_type})))).l",
                kept(""),
                kept("NOT ")
            );
            Ok(Typed::new(sql, ty))
        }
        _ => Err(refusal),
    }
}

/// A list is folded element by element. DuckDB wants the state and the elements to be of one type: a struct of both.
pub(super) fn fold(
    translator: &mut Translator<'_>,
    items: &str,
    element: &Type,
    initial: Typed,
    lambda: &sqlparser::ast::Expr,
    scope: &Scope<'_>,
    call: (&SqlError, super::super::error::Place),
) -> Result<Typed, SqlError> {
    let (state, next) = (translator.fresh(), translator.fresh());
    let mut body = |ty: &Type| {
        let pair = [
            Typed::new(format!("({state}).s"), ty.clone()),
            Typed::new(format!("({next}).x"), element.clone()),
        ];
        translator.applied(lambda, &pair, scope, call.1)
    };
    let first = body(&initial.ty)?;
    // The state may become longer, or be known at last, but it does not change its kind.
    let ty = common(&initial.ty, &first.ty).filter(|ty| alike(&initial.ty, ty));
    let Some(mut ty) = ty else { return Err(call.0.clone()) };
    let mut last = body(&ty)?;
    if !coerces(&last.ty, &ty) {
        ty = without_lengths(&ty);
        last = body(&ty)?;
    }
    if !coerces(&last.ty, &ty) {
        return Err(call.0.clone());
    }
    let (initial, body) = (coerce(initial, &ty), last);
    let body = coerce(body, &ty).sql;
    let (state_type, item_type) = (ty.duckdb(), element.duckdb());
    let sql = format!(
        "(list_reduce(list_transform({items}, lambda {next}: \
         struct_pack(s := CAST(NULL AS {state_type}), x := CAST({next} AS {item_type}))), lambda {state}, {next}: \
         struct_pack(s := CAST({body} AS {state_type}), x := CAST(NULL AS {item_type})), \
         struct_pack(s := CAST({} AS {state_type}), x := CAST(NULL AS {item_type})))).s",
        initial.sql
    );
    Ok(Typed::new(sql, ty))
}

/// A type whose text may be of any length.
fn without_lengths(ty: &Type) -> Type {
    match ty {
        Type::Varchar(_) => Type::VARCHAR,
        Type::Array(element) => Type::array(without_lengths(element)),
        Type::Map(key, value) => Type::map(without_lengths(key), without_lengths(value)),
        Type::Row(fields) => {
            let field =
                |field: &RowField| RowField { name: field.name.clone(), ty: without_lengths(&field.ty) };
            Type::Row(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

fn reduce(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let [items, Argument::Value(initial), Argument::Lambda(input), Argument::Lambda(output)] =
        call.arguments.as_slice()
    else {
        return Err(refusal);
    };
    let Some((items, element)) = list(items) else { return Err(refusal) };
    let end = fold(translator, &items, &element, initial.clone(), input, scope, (&refusal, call.place))?;
    let state = translator.fresh();
    let last = Typed::new(format!("{state}.s"), end.ty.clone());
    let answer = translator.applied(output, std::slice::from_ref(&last), scope, call.place)?;
    if answer.sql == last.sql {
        return Ok(end);
    }
    let whole = end.sql.strip_suffix(".s").unwrap_or(&end.sql);
    let sql = format!(
        "list_transform([{whole}], lambda {state}: CASE WHEN {state} IS NULL THEN NULL ELSE {} END)[1]",
        answer.sql
    );
    Ok(Typed::new(sql, answer.ty))
}

/// Lists side by side, shorter ones filled with nulls; null where one of them is.
fn zip(translator: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let lists: Option<Vec<_>> = call.arguments.iter().map(list).collect();
    let Some(lists) = lists.filter(|lists| (2..=5).contains(&lists.len())) else { return Err(refusal) };
    let (all, each) = (translator.fresh(), translator.fresh());
    let inputs = lists.iter().enumerate().map(|(at, (items, _))| format!("l{at} := {items}"));
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    let names = (0..lists.len()).map(|at| format!("{all}.l{at}")).collect::<Vec<_>>();
    let parts = (0..lists.len()).map(|at| format!("field{at} := {each}[{}]", at + 1));
    let parts = parts.collect::<Vec<_>>().join(", ");
    let nulls = names.iter().map(|name| format!("{name} IS NULL")).collect::<Vec<_>>().join(" OR ");
    let sql = format!(
        "list_transform([struct_pack({inputs})], lambda {all}: CASE WHEN {nulls} THEN NULL \
         ELSE list_transform(list_zip({}), lambda {each}: struct_pack({parts})) END)[1]",
        names.join(", ")
    );
    let fields = lists.into_iter().map(|(_, ty)| RowField { name: None, ty }).collect();
    Ok(Typed::new(sql, Type::array(Type::Row(fields))))
}

fn zip_with(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let [one, other, Argument::Lambda(lambda)] = call.arguments.as_slice() else { return Err(refusal) };
    let (Some((one, a)), Some((other, b))) = (list(one), list(other)) else { return Err(refusal) };
    let (both, each) = (translator.fresh(), translator.fresh());
    let pair = [Typed::new(format!("{each}[1]"), a), Typed::new(format!("{each}[2]"), b)];
    let body = translator.applied(lambda, &pair, scope, call.place)?;
    let sql = format!(
        "list_transform([struct_pack(a := {one}, b := {other})], lambda {both}: \
         CASE WHEN {both}.a IS NULL OR {both}.b IS NULL THEN NULL \
         ELSE list_transform(list_zip({both}.a, {both}.b), lambda {each}: {}) END)[1]",
        body.sql
    );
    Ok(Typed::new(sql, Type::array(body.ty)))
}
