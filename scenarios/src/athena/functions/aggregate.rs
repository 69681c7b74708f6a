//! Aggregate functions.
//!
//! What Trino estimates is computed exactly here, which is within any error that its estimates allow.
//!
//! Not here: sketches (`approx_set`, `tdigest_agg`, …), `numeric_histogram` and `approx_most_frequent`, whose
//! answers depend on how Trino approximates.
//!
//! Source: <https://trino.io/docs/current/functions/aggregate.html>.

use super::super::error::SqlError;
use super::super::translate::{Argument, Call, Scope, Translator, Typed, coerce};
use super::super::types::Type;
use super::Special::{self, Aggregate, Lazy};
use super::signature::alike;

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "any_value(T) T = @any_value({0})",
    "approx_distinct(T) bigint = coalesce(len(list_distinct(@list({0}))), 0)",
    "approx_distinct(T, double) bigint = coalesce(len(list_distinct(@list({0}))), 0)",
    "approx_percentile(bigint, double) bigint = wt_percentile(@list({0}), @any_value({1}))",
    "approx_percentile(real, double) real = wt_percentile(@list({0}), @any_value({1}))",
    "approx_percentile(double, double) double = wt_percentile(@list({0}), @any_value({1}))",
    "approx_percentile(bigint, array(double)) array(bigint) = list_transform([@list({0})], lambda v: CASE WHEN list_count(v) = 0 OR v IS NULL THEN NULL ELSE list_transform(@any_value({1}), lambda p: wt_percentile(v, p)) END)[1]",
    "approx_percentile(real, array(double)) array(real) = list_transform([@list({0})], lambda v: CASE WHEN list_count(v) = 0 OR v IS NULL THEN NULL ELSE list_transform(@any_value({1}), lambda p: wt_percentile(v, p)) END)[1]",
    "approx_percentile(double, array(double)) array(double) = list_transform([@list({0})], lambda v: CASE WHEN list_count(v) = 0 OR v IS NULL THEN NULL ELSE list_transform(@any_value({1}), lambda p: wt_percentile(v, p)) END)[1]",
    "arbitrary(T) T = @any_value({0})",
    "array_agg(T) array(T) = @list({0})",
    "avg(bigint) double = @avg({0})",
    "avg(decimal(p,s)) decimal(p,s) = CAST(wt_decimal_mean(CAST(@sum({0}) AS VARCHAR), @count({0})) AS {t0})",
    "avg(real) real = CAST(@avg({0}) AS FLOAT)",
    "avg(double) double = @avg({0})",
    "avg(interval day to second) interval day to second = CAST(round(@avg({0})) AS BIGINT)",
    "avg(interval year to month) interval year to month = CAST(round(@avg({0})) AS BIGINT)",
    "bitwise_and_agg(bigint) bigint = @bit_and({0})",
    "bitwise_or_agg(bigint) bigint = @bit_or({0})",
    "bool_and(boolean) boolean = @bool_and({0})",
    "bool_or(boolean) boolean = @bool_or({0})",
    "corr(real, real) real = CAST(wt_finite(@corr({0}, {1})) AS FLOAT)",
    "corr(double, double) double = wt_finite(@corr({0}, {1}))",
    "count_if(boolean) bigint = @count(CASE WHEN {0} THEN 1 END)",
    "covar_pop(real, real) real = CAST(@covar_pop({0}, {1}) AS FLOAT)",
    "covar_pop(double, double) double = @covar_pop({0}, {1})",
    "covar_samp(real, real) real = CAST(@covar_samp({0}, {1}) AS FLOAT)",
    "covar_samp(double, double) double = @covar_samp({0}, {1})",
    "every(boolean) boolean = @bool_and({0})",
    "geometric_mean(real) real = CAST(@geometric_mean({0}) AS FLOAT)",
    "geometric_mean(double) double = @geometric_mean({0})",
    "histogram(T) map(T,bigint) = CAST(@histogram({0}) AS MAP({T}, BIGINT))",
    "kurtosis(double) double = coalesce(@kurtosis({0}), CASE WHEN @count({0}) > 3 THEN CAST('NaN' AS DOUBLE) END)",
    "map_agg(K, V) map(K,V) = wt_first_of_keys(@list(struct_pack(k := {0}, v := {1})))",
    "map_union(map(K,V)) map(K,V) = wt_first_of_keys(list_transform(flatten(list_transform(@list({0}), lambda m: map_entries(m))), lambda e: struct_pack(k := e.key, v := e.value)))",
    "max(real) real = coalesce(@max(nullif({0}, CAST('NaN' AS FLOAT))), @max({0}))",
    "max(double) double = coalesce(@max(nullif({0}, CAST('NaN' AS DOUBLE))), @max({0}))",
    "max(T) T = @max({0})",
    "max(T, bigint) array(T) = wt_largest(list_sort(list_filter(@list({0}), lambda e: e IS NOT NULL), 'DESC'), @any_value({1}), 'second')",
    "max_by(V, K) V = @arg_max_null({0}, {1})",
    "max_by(V, K, bigint) array(V) = list_transform(wt_largest(list_sort(list_filter(@list(struct_pack(k := {1}, v := {0})), lambda e: e.k IS NOT NULL), 'DESC'), @any_value({2}), 'third'), lambda e: e.v)",
    "min(T) T = @min({0})",
    "min(T, bigint) array(T) = wt_largest(list_sort(list_filter(@list({0}), lambda e: e IS NOT NULL)), @any_value({1}), 'second')",
    "min_by(V, K) V = @arg_min_null({0}, {1})",
    "min_by(V, K, bigint) array(V) = list_transform(wt_largest(list_sort(list_filter(@list(struct_pack(k := {1}, v := {0})), lambda e: e.k IS NOT NULL)), @any_value({2}), 'third'), lambda e: e.v)",
    "multimap_agg(K, V) map(K,array(V)) = wt_multimap_agg(@list(struct_pack(k := {0}, v := {1})))",
    "regr_intercept(real, real) real = CAST(wt_finite(@regr_intercept({0}, {1})) AS FLOAT)",
    "regr_intercept(double, double) double = wt_finite(@regr_intercept({0}, {1}))",
    "regr_slope(real, real) real = CAST(wt_finite(@regr_slope({0}, {1})) AS FLOAT)",
    "regr_slope(double, double) double = wt_finite(@regr_slope({0}, {1}))",
    "skewness(double) double = (@skewness({0}) * (@count({0}) - 2) / sqrt(@count({0}) * greatest(@count({0}) - 1, 1)))",
    "stddev(double) double = @stddev_samp({0})",
    "stddev_pop(double) double = @stddev_pop({0})",
    "stddev_samp(double) double = @stddev_samp({0})",
    "sum(bigint) bigint = wt_bigint_sum(@sum({0}))",
    "sum(decimal(p,s)) decimal(38,s) = @sum({0})",
    "sum(real) real = CAST(@sum({0}) AS FLOAT)",
    "sum(double) double = @sum({0})",
    "sum(interval day to second) interval day to second = wt_bigint_sum(@sum({0}))",
    "sum(interval year to month) interval year to month = wt_bigint_sum(@sum({0}))",
    "var_pop(double) double = @var_pop({0})",
    "var_samp(double) double = @var_samp({0})",
    "variance(double) double = @var_samp({0})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("checksum", Aggregate(checksum)),
    ("count", Aggregate(count)),
    ("grouping", Aggregate(grouping)),
    ("listagg", Aggregate(listagg)),
    ("reduce_agg", Lazy(reduce_agg)),
];

/// Whether a function is of many rows.
pub(super) fn is_aggregate(name: &str) -> bool {
    let with = |known: &str| known == name;
    SIGNATURES.iter().any(|line| line.split('(').next().is_some_and(with))
        || SPECIALS.iter().any(|(known, _)| *known != "grouping" && with(known))
}

/// `count(*)`, `count()`, `count(x)`; instants are the same whatever their zones.
fn count(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let template = |argument: &str| call.modifiers.apply(&format!("@count({argument})"));
    let sql = match (call.star, call.arguments.as_slice()) {
        (true, []) | (false, []) => template("*"),
        (false, [Argument::Value(value)]) => match value.ty {
            Type::TimestampTz(_) => template(&format!("({}).utc", value.sql)),
            _ => template(&value.sql),
        },
        _ => return Err(refusal),
    };
    Ok(Typed::new(sql, Type::Bigint))
}

/// Which of the keys a row does not group by, as bits.
fn grouping(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let keys = call.values()?.into_iter().map(|key| key.sql).collect::<Vec<_>>().join(", ");
    Ok(Typed::new(format!("CAST(grouping({keys}) AS INTEGER)"), Type::Integer))
}

fn listagg(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let (value, separator) = match call.arguments.as_slice() {
        [Argument::Value(value)] => (value, "''".to_owned()),
        [Argument::Value(value), Argument::Value(separator)] if separator.ty.is_text() => {
            (value, separator.sql.clone())
        }
        _ => return Err(refusal),
    };
    if !value.ty.is_text() {
        return Err(refusal);
    }
    let value = coerce(value.clone(), &Type::VARCHAR).sql;
    let sql = call.modifiers.apply(&format!("@string_agg({value}, {separator})"));
    Ok(Typed::new(format!("wt_listagg({sql})"), Type::VARCHAR))
}

/// The sum of all values' hashes, as Trino computes it.
fn checksum(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let [Argument::Value(value)] = call.arguments.as_slice() else { return Err(refusal) };
    let x = &value.sql;
    let hash = match value.ty {
        Type::Tinyint | Type::Smallint | Type::Integer | Type::Bigint => format!("wt_hash_whole({x})"),
        Type::Boolean => format!("wt_hash_whole(CAST({x} AS BIGINT))"),
        Type::Date => format!("wt_hash_whole(wt_day({x}))"),
        Type::Timestamp(_) => format!("wt_hash_whole(epoch_us({x}))"),
        Type::Double => format!("wt_hash_double({x})"),
        Type::Varchar(_) => format!("wt_hash_bytes(encode({x}))"),
        Type::Varbinary => format!("wt_hash_bytes({x})"),
        _ => {
            let message = format!("checksum of {} is not supported", value.ty);
            return Err(SqlError::not_supported(call.place, message));
        }
    };
    let sum = call.modifiers.apply(&format!("@sum(coalesce({hash}, wt_hash_of_null()))"));
    Ok(Typed::new(format!("wt_checksum(CAST({sum} AS VARCHAR))"), Type::Varbinary))
}

/// Values that are not null, folded in any order.
fn reduce_agg(translator: &mut Translator<'_>, call: Call<'_>, scope: &Scope<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let [
        Argument::Value(value),
        Argument::Value(initial),
        Argument::Lambda(input),
        Argument::Lambda(combine),
    ] = call.arguments.as_slice()
    else {
        return Err(refusal);
    };
    let state = Typed::new("NULL", initial.ty.clone());
    let combined = translator.applied(combine, &[state.clone(), state.clone()], scope, call.place)?;
    if !alike(&combined.ty, &initial.ty) {
        return Err(refusal);
    }
    let list = call.modifiers.apply(&format!("@list({})", value.sql));
    let list = format!("list_filter({list}, lambda e: e IS NOT NULL)");
    let some = format!("list_transform([{list}], lambda e: CASE WHEN len(e) = 0 THEN NULL ELSE e END)[1]");
    let initial = Typed::new(format!("any_value({})", initial.sql), initial.ty.clone());
    super::array::fold(translator, &some, &value.ty, initial, input, scope, (&refusal, call.place))
}
