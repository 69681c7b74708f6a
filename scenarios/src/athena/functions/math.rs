//! Mathematical functions, those on bits included.
//!
//! Floating point is done in Rust, as DuckDB fails where IEEE 754 has NaN or an infinity to say.
//! Decimals are rounded as text, digit by digit.
//!
//! Not here: the distributions (`normal_cdf`, `beta_cdf`, …).
//!
//! Source: <https://trino.io/docs/current/functions/math.html>, `MathFunctions`, `BitwiseFunctions`.

use super::super::error::SqlError;
use super::super::translate::{Call, Translator, Typed, coerce, modulo};
use super::super::types::Type;
use super::Special::{self, Scalar};

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "abs(tinyint) tinyint = abs({0})",
    "abs(smallint) smallint = abs({0})",
    "abs(integer) integer = abs({0})",
    "abs(bigint) bigint = abs({0})",
    "abs(decimal(p,s)) decimal(p,s) = abs({0})",
    "abs(real) real = abs({0})",
    "abs(double) double = abs({0})",
    "acos(double) double = wt_acos({0})",
    "asin(double) double = wt_asin({0})",
    "atan(double) double = wt_atan({0})",
    "atan2(double, double) double = wt_atan2({0}, {1})",
    "bit_count(bigint, bigint) bigint = wt_bit_count({0}, {1})",
    "bitwise_and(bigint, bigint) bigint = ({0} & {1})",
    "bitwise_left_shift(tinyint, bigint) tinyint = CAST(wt_shift_left({0}, {1}, 8) AS TINYINT)",
    "bitwise_left_shift(smallint, bigint) smallint = CAST(wt_shift_left({0}, {1}, 16) AS SMALLINT)",
    "bitwise_left_shift(integer, bigint) integer = CAST(wt_shift_left({0}, {1}, 32) AS INTEGER)",
    "bitwise_left_shift(bigint, bigint) bigint = wt_shift_left({0}, {1}, 64)",
    "bitwise_not(bigint) bigint = (~{0})",
    "bitwise_or(bigint, bigint) bigint = ({0} | {1})",
    "bitwise_right_shift(tinyint, bigint) tinyint = CAST(wt_shift_right({0}, {1}, 8) AS TINYINT)",
    "bitwise_right_shift(smallint, bigint) smallint = CAST(wt_shift_right({0}, {1}, 16) AS SMALLINT)",
    "bitwise_right_shift(integer, bigint) integer = CAST(wt_shift_right({0}, {1}, 32) AS INTEGER)",
    "bitwise_right_shift(bigint, bigint) bigint = wt_shift_right({0}, {1}, 64)",
    "bitwise_right_shift_arithmetic(tinyint, bigint) tinyint = CAST(wt_shift_right_signed({0}, {1}) AS TINYINT)",
    "bitwise_right_shift_arithmetic(smallint, bigint) smallint = CAST(wt_shift_right_signed({0}, {1}) AS SMALLINT)",
    "bitwise_right_shift_arithmetic(integer, bigint) integer = CAST(wt_shift_right_signed({0}, {1}) AS INTEGER)",
    "bitwise_right_shift_arithmetic(bigint, bigint) bigint = wt_shift_right_signed({0}, {1})",
    "bitwise_xor(bigint, bigint) bigint = xor({0}, {1})",
    "cbrt(double) double = wt_cbrt({0})",
    "cos(double) double = wt_cos({0})",
    "cosh(double) double = wt_cosh({0})",
    "cosine_similarity(map(varchar,double), map(varchar,double)) double = wt_cosine_similarity({0}, {1})",
    "degrees(double) double = degrees({0})",
    "e() double = wt_exp(1)",
    "exp(double) double = wt_exp({0})",
    "from_base(varchar, bigint) bigint = wt_from_base({0}, {1})",
    "infinity() double = CAST('Infinity' AS DOUBLE)",
    "is_finite(double) boolean = isfinite({0})",
    "is_infinite(double) boolean = isinf({0})",
    "is_nan(real) boolean = isnan({0})",
    "is_nan(double) boolean = isnan({0})",
    "ln(double) double = wt_ln({0})",
    "log(double, double) double = (wt_ln({1}) / wt_ln({0}))",
    "log10(double) double = wt_log10({0})",
    "log2(double) double = (wt_ln({0}) / wt_ln(2))",
    "nan() double = CAST('NaN' AS DOUBLE)",
    "pi() double = pi()",
    "pow(double, double) double = wt_pow({0}, {1})",
    "power(double, double) double = wt_pow({0}, {1})",
    "radians(double) double = radians({0})",
    "sign(tinyint) tinyint = CAST(sign({0}) AS TINYINT)",
    "sign(smallint) smallint = CAST(sign({0}) AS SMALLINT)",
    "sign(integer) integer = CAST(sign({0}) AS INTEGER)",
    "sign(bigint) bigint = CAST(sign({0}) AS BIGINT)",
    "sign(decimal(p,s)) decimal(1,0) = CAST(sign({0}) AS DECIMAL(1, 0))",
    "sign(real) real = CAST(wt_signum({0}) AS FLOAT)",
    "sign(double) double = wt_signum({0})",
    "sin(double) double = wt_sin({0})",
    "sinh(double) double = wt_sinh({0})",
    "sqrt(double) double = wt_sqrt({0})",
    "tan(double) double = wt_tan({0})",
    "tanh(double) double = wt_tanh({0})",
    "to_base(bigint, bigint) varchar = wt_to_base({0}, {1})",
    "width_bucket(double, array(double)) bigint = wt_bucket_of({0}, {1})",
    "width_bucket(double, double, double, bigint) bigint = wt_width_bucket({0}, [{1}, {2}], {3})",
    "wilson_interval_lower(bigint, bigint, double) double = wt_wilson_lower({0}, {1}, {2})",
    "wilson_interval_upper(bigint, bigint, double) double = wt_wilson_upper({0}, {1}, {2})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("ceil", Scalar(round)),
    ("ceiling", Scalar(round)),
    ("floor", Scalar(round)),
    ("mod", Scalar(modulo_of)),
    ("rand", Scalar(random)),
    ("random", Scalar(random)),
    ("round", Scalar(round)),
    ("truncate", Scalar(round)),
];

/// The arguments, whole numbers and nothing else after the first.
fn numbers(call: Call<'_>, counts: std::ops::RangeInclusive<usize>) -> Result<Vec<Typed>, SqlError> {
    let refusal = call.unexpected(&[]);
    let values = call.values()?;
    let fits = |(at, value): (usize, &Typed)| match at {
        0 => value.ty.is_number() || value.ty == Type::Unknown,
        _ => value.ty.is_integer() || value.ty == Type::Unknown,
    };
    match counts.contains(&values.len()) && values.iter().enumerate().all(fits) {
        true => Ok(values),
        false => Err(refusal),
    }
}

/// `round`, `truncate`, `ceil` and `floor`: of decimals they are decimals, of whole numbers they change nothing
/// unless digits before the point are asked for.
fn round(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let how = match call.name.as_str() {
        "ceiling" => "ceil".to_owned(),
        name => name.to_owned(),
    };
    let most = if how == "round" || how == "truncate" { 2 } else { 1 };
    let mut values = numbers(call, 1..=most)?.into_iter();
    let (value, digits) = (values.next().ok_or_else(|| refusal.clone())?, values.next());
    let whole = digits.is_none();
    let digits = digits.map_or("0".to_owned(), |digits| coerce(digits, &Type::Integer).sql);
    let value = match (how.as_str(), value.ty.as_decimal()) {
        ("truncate", Some((precision, scale))) => coerce(value, &Type::Decimal(precision, scale)),
        _ => value,
    };
    match value.ty.clone() {
        Type::Decimal(precision, scale) => {
            let ty = rounded_decimal(&how, precision, scale, whole);
            let sql = format!("wt_decimal_{how}(CAST({} AS VARCHAR), {digits})", value.sql);
            Ok(Typed::new(format!("CAST({sql} AS {})", ty.duckdb()), ty))
        }
        ty if ty.is_integer() => match (how.as_str(), whole) {
            (_, true) => Ok(value),
            ("round", false) => {
                let sql = format!("CAST(wt_round_whole({}, {digits}) AS {})", value.sql, ty.duckdb());
                Ok(Typed::new(sql, ty))
            }
            _ => Err(refusal),
        },
        ty => {
            let ty = if ty == Type::Unknown { Type::Double } else { ty };
            let value = coerce(value, &ty);
            let sql = match (how.as_str(), whole) {
                ("round", _) => format!("wt_round_double({}, {digits})", value.sql),
                ("truncate", false) => return Err(refusal),
                ("truncate", true) => format!("trunc({})", value.sql),
                _ => format!("{how}({})", value.sql),
            };
            Ok(Typed::new(format!("CAST({sql} AS {})", ty.duckdb()), ty))
        }
    }
}

fn rounded_decimal(how: &str, precision: u8, scale: u8, whole: bool) -> Type {
    match (how, whole) {
        ("truncate", true) => Type::Decimal((precision - scale).max(1), 0),
        ("truncate", false) => Type::Decimal(precision, scale),
        (_, true) => Type::Decimal((precision - scale + scale.min(1)).min(38), 0),
        (_, false) => Type::Decimal((precision + 1).min(38), scale),
    }
}

fn modulo_of(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (refusal, place) = (call.unexpected(&[]), call.place);
    match <[Typed; 2]>::try_from(call.values()?) {
        Ok([a, b]) => modulo(a, b, place),
        Err(_) => Err(refusal),
    }
}

/// `random()`, `random(below)`, `random(from, below)`.
fn random(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let values = numbers(call, 0..=2)?;
    let mut ty = Type::Tinyint;
    for value in &values {
        ty = super::super::types::common(&ty, &value.ty).filter(Type::is_integer).unwrap_or(Type::Bigint);
    }
    let sql = match values.as_slice() {
        [] => return Ok(Typed::new("random()", Type::Double)),
        [below] => format!("wt_random_below({})", below.sql),
        values => format!("wt_random_between({}, {})", values[0].sql, values[1].sql),
    };
    Ok(Typed::new(format!("CAST({sql} AS {})", ty.duckdb()), ty))
}
