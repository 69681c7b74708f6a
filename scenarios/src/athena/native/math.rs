//! Mathematical functions as Java has them, where DuckDB's fail or answer otherwise.

use super::registrar::Registrar;

use super::column::{Float, Floats, Int, Int32, Text, function1, function2, function3};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    floating(c)?;
    bits(c)?;
    function2::<Text, Int, Int>(c, "wt_from_base", from_base)?;
    function2::<Int, Int, Text>(c, "wt_to_base", to_base)?;
    function2::<Float, Floats, Int>(c, "wt_bucket_of", |operand, bins| bucket_of(operand, &bins))?;
    function3::<Float, Floats, Int, Int>(c, "wt_width_bucket", |operand, bounds, count| {
        width_bucket(operand, &bounds, count)
    })?;
    function3::<Int, Int, Float, Float>(c, "wt_wilson_lower", |successes, trials, z| {
        wilson(successes, trials, z, -1.0)
    })?;
    function3::<Int, Int, Float, Float>(c, "wt_wilson_upper", |successes, trials, z| {
        wilson(successes, trials, z, 1.0)
    })
}

fn floating(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Float, Float>(c, "wt_acos", |x| Ok(Some(x.acos())))?;
    function1::<Float, Float>(c, "wt_asin", |x| Ok(Some(x.asin())))?;
    function1::<Float, Float>(c, "wt_atan", |x| Ok(Some(x.atan())))?;
    function2::<Float, Float, Float>(c, "wt_atan2", |y, x| Ok(Some(y.atan2(x))))?;
    function1::<Float, Float>(c, "wt_cbrt", |x| Ok(Some(x.cbrt())))?;
    function1::<Float, Float>(c, "wt_cos", |x| Ok(Some(x.cos())))?;
    function1::<Float, Float>(c, "wt_cosh", |x| Ok(Some(x.cosh())))?;
    function1::<Float, Float>(c, "wt_exp", |x| Ok(Some(x.exp())))?;
    function1::<Float, Float>(c, "wt_ln", |x| Ok(Some(x.ln())))?;
    function1::<Float, Float>(c, "wt_log10", |x| Ok(Some(x.log10())))?;
    function2::<Float, Float, Float>(c, "wt_pow", |x, y| Ok(Some(power(x, y))))?;
    // DuckDB's `fmod` has the sign of the divisor.
    function2::<Float, Float, Float>(c, "wt_remainder", |x, y| Ok(Some(x % y)))?;
    function1::<Float, Float>(c, "wt_signum", |x| Ok(Some(if x == 0.0 { x } else { x.signum() })))?;
    function1::<Float, Float>(c, "wt_sin", |x| Ok(Some(x.sin())))?;
    function1::<Float, Float>(c, "wt_sinh", |x| Ok(Some(x.sinh())))?;
    function1::<Float, Float>(c, "wt_sqrt", |x| Ok(Some(x.sqrt())))?;
    function1::<Float, Float>(c, "wt_tan", |x| Ok(Some(x.tan())))?;
    function1::<Float, Float>(c, "wt_tanh", |x| Ok(Some(x.tanh())))?;
    function2::<Float, Int32, Float>(c, "wt_round_double", |x, digits| Ok(Some(round(x, digits))))?;
    function2::<Int, Int32, Int>(c, "wt_round_whole", round_whole)
}

fn bits(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Int, Int, Int>(c, "wt_bit_count", bit_count)?;
    function3::<Int, Int, Int32, Int>(c, "wt_shift_left", |value, shift, width| {
        Ok(Some(shift_left(value, shift, width)))
    })?;
    function3::<Int, Int, Int32, Int>(c, "wt_shift_right", |value, shift, width| {
        Ok(Some(shift_right(value, shift, width)))
    })?;
    function2::<Int, Int, Int>(c, "wt_shift_right_signed", |value, shift| {
        Ok(Some(if shift >= 64 { value >> 63 } else { value.wrapping_shr(shift as u32) }))
    })
}

/// Java's `Math.pow`, which differs from C's where the exponent is NaN or infinite.
fn power(x: f64, y: f64) -> f64 {
    match y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) {
        true => f64::NAN,
        false => x.powf(y),
    }
}

/// Half away from zero, at so many digits behind the point.
fn round(x: f64, digits: i32) -> f64 {
    let factor = 10f64.powi(digits);
    let scaled = x * factor;
    match scaled.is_finite() && scaled.abs() < 2f64.powi(63) {
        true => scaled.round() / factor,
        false => x,
    }
}

fn round_whole(value: i64, digits: i32) -> Answer<i64> {
    if digits >= 0 {
        return Ok(Some(value));
    }
    let Some(unit) = 10i128.checked_pow(digits.unsigned_abs()).filter(|_| digits > -20) else {
        return Ok(Some(0));
    };
    let value = i128::from(value);
    let rounded = (value + value.signum() * unit / 2) / unit * unit;
    let out = || Failure::named("NUMERIC_VALUE_OUT_OF_RANGE", format!("Out of range for bigint: {rounded}"));
    i64::try_from(rounded).map(Some).map_err(|_| out())
}

fn bit_count(value: i64, bits: i64) -> Answer<i64> {
    if bits == 64 {
        return Ok(Some(value.count_ones().into()));
    }
    if !(2..64).contains(&bits) {
        let message = format!("Bits specified in bit_count must be between 2 and 64, got {bits}");
        return Err(Failure::argument(message));
    }
    let lowest = -(1i64 << (bits - 1));
    if value < lowest || value > !lowest {
        let message = format!(
            "Number must be representable with the bits specified. {value} cannot be represented with {bits} bits"
        );
        return Err(Failure::argument(message));
    }
    Ok(Some((value & ((1i64 << bits) - 1)).count_ones().into()))
}

fn shift_left(value: i64, shift: i64, width: i32) -> i64 {
    match shift >= i64::from(width) {
        true => 0,
        // Bits beyond the width fall off, and the highest that is left is the sign.
        false => (value.wrapping_shl(shift as u32) << (64 - width)) >> (64 - width),
    }
}

/// With zeros from the left.
fn shift_right(value: i64, shift: i64, width: i32) -> i64 {
    if shift >= i64::from(width) {
        return 0;
    }
    if shift == 0 {
        return value;
    }
    let mask = u64::MAX >> (64 - width);
    ((value as u64) & mask).wrapping_shr(shift as u32) as i64
}

fn radix(radix: i64) -> Result<u32, Failure> {
    let known = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    known.ok_or_else(|| Failure::argument("Radix must be between 2 and 36"))
}

fn from_base(text: &str, base: i64) -> Answer<i64> {
    let refusal = |_| Failure::argument(format!("Not a valid base-{base} number: {text}"));
    i64::from_str_radix(text, radix(base)?).map(Some).map_err(refusal)
}

fn to_base(value: i64, base: i64) -> Answer<String> {
    let radix = u64::from(radix(base)?);
    let (mut rest, mut digits) = (value.unsigned_abs(), Vec::new());
    loop {
        digits.push(char::from_digit((rest % radix) as u32, radix as u32).unwrap_or('0'));
        rest /= radix;
        if rest == 0 {
            break;
        }
    }
    digits.extend((value < 0).then_some('-'));
    Ok(Some(digits.into_iter().rev().collect()))
}

fn width_bucket(operand: f64, bounds: &[Option<f64>], count: i64) -> Answer<i64> {
    let &[Some(first), Some(second)] = bounds else { return Ok(None) };
    let refusals = [
        (count <= 0, "bucketCount must be greater than 0"),
        (operand.is_nan(), "operand must not be NaN"),
        (!first.is_finite(), "first bound must be finite"),
        (!second.is_finite(), "second bound must be finite"),
        (first == second, "bounds cannot equal each other"),
    ];
    if let Some((_, message)) = refusals.iter().find(|(wrong, _)| *wrong) {
        return Err(Failure::argument(*message));
    }
    let (lower, upper) = (first.min(second), first.max(second));
    let bucket = match operand {
        operand if operand < lower => 0,
        operand if operand >= upper => count.checked_add(1).ok_or_else(|| {
            Failure::named(
                "NUMERIC_VALUE_OUT_OF_RANGE",
                format!("Bucket for value {operand} is out of range"),
            )
        })?,
        operand => (count as f64 * (operand - lower) / (upper - lower) + 1.0) as i64,
    };
    Ok(Some(if first > second { count - bucket + 1 } else { bucket }))
}

fn bucket_of(operand: f64, bins: &[Option<f64>]) -> Answer<i64> {
    if bins.is_empty() {
        return Err(Failure::argument("Bins cannot be an empty array"));
    }
    if operand.is_nan() {
        return Err(Failure::argument("Operand cannot be NaN"));
    }
    let Some(bins) = bins.iter().copied().collect::<Option<Vec<f64>>>() else {
        return Err(Failure::argument("Bin values cannot be NULL"));
    };
    let (mut lower, mut upper) = (0, bins.len());
    while lower < upper {
        if bins[lower] > bins[upper - 1] {
            return Err(Failure::argument("Bin values are not sorted in ascending order"));
        }
        let middle = (lower + upper) / 2;
        if !bins[middle].is_finite() {
            return Err(Failure::argument(format!("Bin value must be finite, got {}", bins[middle])));
        }
        match operand < bins[middle] {
            true => upper = middle,
            false => lower = middle + 1,
        }
    }
    Ok(Some(lower as i64))
}

/// A bound of Wilson's score interval.
fn wilson(successes: i64, trials: i64, z: f64, side: f64) -> Answer<f64> {
    let refusals = [
        (successes < 0, "number of successes must not be negative"),
        (trials <= 0, "number of trials must be positive"),
        (successes > trials, "number of successes must not be larger than number of trials"),
        (z < 0.0, "z-score must not be negative"),
    ];
    if let Some((_, message)) = refusals.iter().find(|(wrong, _)| *wrong) {
        return Err(Failure::argument(*message));
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z2 = z * z;
    let spread = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Ok(Some((p + z2 / (2.0 * n) + side * spread) / (1.0 + z2 / n)))
}
