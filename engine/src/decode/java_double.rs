//! `Double.toString` of Java 8 to 18, which is not always the shortest text.
//!
//! Glue runs on Java 17, where `2e23` prints as `1.9999999999999998E23`. Doubles re-serialised for
//! STRING fields go through it. The method is Steele and White's digit generation with three
//! liberties: numbers without a fraction below 2^63 print as integers with trailing digits rounded
//! off, the exponential form always gets two digits, and the gap below powers of two is halved.
//! Source: `FloatingDecimal.BinaryToASCIIBuffer.dtoa` (JDK 17), described, not copied.

use std::cmp::Ordering;

const EXPONENT_BIAS: i32 = 1023;
const FRACTION_BITS: i32 = 52;

/// Appends the double's text as Java writes it, e.g. `1.5`, `1.0E10`, `NaN`, `-Infinity`.
pub fn write_java_double(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value.is_infinite() {
        return out.extend_from_slice(b"Infinity");
    }
    if value == 0.0 {
        return out.extend_from_slice(b"0.0");
    }
    let (digits, exponent) = java_digits(value.abs());
    write_digits(&digits, exponent, out);
}

/// Lays digits out; the number is `0.d1d2… × 10^exponent`.
fn write_digits(digits: &[u8], exponent: i32, out: &mut Vec<u8>) {
    match exponent {
        1..=7 => {
            let point = exponent as usize;
            out.extend(digits.iter().chain(std::iter::repeat(&b'0')).take(point.max(digits.len())));
            let start = out.len() - point.max(digits.len()) + point;
            match digits.len() > point {
                true => out.insert(start, b'.'),
                false => out.extend_from_slice(b".0"),
            }
        }
        -2..=0 => {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', -exponent as usize));
            out.extend_from_slice(digits);
        }
        _ => {
            out.push(digits[0]);
            out.push(b'.');
            match digits.len() {
                1 => out.push(b'0'),
                _ => out.extend_from_slice(&digits[1..]),
            }
            out.extend_from_slice(format!("E{}", exponent - 1).as_bytes());
        }
    }
}

/// The digits Java prints and the place of the point before the first one.
fn java_digits(value: f64) -> (Vec<u8>, i32) {
    let bits = value.to_bits();
    let biased = (bits >> FRACTION_BITS) as i32;
    let mut fraction = bits & ((1 << FRACTION_BITS) - 1);
    let (exponent, significant_bits) = match biased {
        0 => {
            // Subnormal: shift the highest bit to where the hidden one would be.
            let shift = fraction.leading_zeros() as i32 - (63 - FRACTION_BITS);
            fraction <<= shift;
            (1 - EXPONENT_BIAS - shift, FRACTION_BITS + 1 - shift)
        }
        _ => {
            fraction |= 1 << FRACTION_BITS;
            (biased - EXPONENT_BIAS, FRACTION_BITS + 1)
        }
    };
    let zeros = fraction.trailing_zeros() as i32;
    let fraction_bits = FRACTION_BITS + 1 - zeros;
    let tiny_bits = (fraction_bits - exponent - 1).max(0);
    if tiny_bits == 0 && exponent <= 62 {
        return integer_digits(fraction, exponent, significant_bits);
    }
    general_digits(fraction, exponent, fraction_bits, tiny_bits, significant_bits)
}

/// Whole numbers below 2^63: all digits, with those below the precision rounded off.
fn integer_digits(fraction: u64, exponent: i32, significant_bits: i32) -> (Vec<u8>, i32) {
    let mut number = match exponent >= FRACTION_BITS {
        true => fraction << (exponent - FRACTION_BITS),
        false => fraction >> (FRACTION_BITS - exponent),
    };
    let mut dropped = 0;
    if exponent > significant_bits {
        // Decimal digits that 2^(exponent - significant_bits - 1) leaves meaningless.
        let gap = 1u64 << (exponent - significant_bits - 1);
        dropped = gap.ilog10();
        let unit = 10u64.pow(dropped);
        let rest = number % unit;
        number /= unit;
        number += u64::from(rest >= unit / 2 && dropped > 0);
    }
    let mut digits = number.to_string().into_bytes();
    let point = digits.len() as i32 + dropped as i32;
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    (digits, point)
}

/// All other numbers: `b/s` is the number scaled to one digit, `m` half the gap to its neighbours.
fn general_digits(
    fraction: u64,
    exponent: i32,
    fraction_bits: i32,
    tiny_bits: i32,
    significant_bits: i32,
) -> (Vec<u8>, i32) {
    let mut decimal = estimate(fraction, exponent);
    let fraction = fraction >> (FRACTION_BITS + 1 - fraction_bits);
    let (b5, s5) = ((-decimal).max(0), decimal.max(0));
    let mut b2 = b5 + tiny_bits + exponent;
    let mut s2 = s5 + tiny_bits;
    let mut m2 = b2 - significant_bits;
    b2 -= fraction_bits - 1;
    let common = b2.min(s2);
    (b2, s2, m2) = (b2 - common, s2 - common, m2 - common);
    if fraction_bits == 1 {
        m2 -= 1;
    }
    if m2 < 0 {
        (b2, s2, m2) = (b2 - m2, s2 - m2, 0);
    }
    // Java compares with long integers where they fit, and only there excludes the upper bound.
    let bits_of_b = fraction_bits + b2 + bits_of_power_of_five(b5);
    let bits_of_tens = s2 + 1 + bits_of_power_of_five(s5 + 1);
    let inclusive = bits_of_b >= 64 || bits_of_tens >= 64;

    let mut b = Natural::from(fraction).times_power_of_five(b5).shifted_left(b2);
    let s = Natural::from(1).times_power_of_five(s5).shifted_left(s2);
    let mut m = Natural::from(1).times_power_of_five(b5).shifted_left(m2);
    let tens = s.times_small(10);
    let mut digits = Vec::new();
    let mut first = true;
    loop {
        let digit = b.take_digit(&s);
        b = b.times_small(10);
        m = m.times_small(10);
        let mut low = b.compare(&m) == Ordering::Less;
        let mut high = match b.plus(&m).compare(&tens) {
            Ordering::Greater => true,
            Ordering::Equal => inclusive,
            Ordering::Less => false,
        };
        if first && digit == 0 && !high {
            // The estimate was one too large.
            decimal -= 1;
        } else {
            digits.push(b'0' + digit);
        }
        if first && !(-3..8).contains(&decimal) {
            (low, high) = (false, false);
        }
        first = false;
        if low || high {
            if high && (!low || rounds_up(&b, &tens, digits.last().copied())) {
                round_up(&mut digits, &mut decimal);
            }
            return (digits, decimal + 1);
        }
    }
}

/// With both bounds met, the nearer digit wins, and the even one in a tie.
fn rounds_up(b: &Natural, tens: &Natural, last: Option<u8>) -> bool {
    match b.times_small(2).compare(tens) {
        Ordering::Greater => true,
        Ordering::Equal => last.is_some_and(|digit| digit & 1 == 1),
        Ordering::Less => false,
    }
}

fn round_up(digits: &mut [u8], decimal: &mut i32) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits[0] = b'1';
    *decimal += 1;
}

/// Java's estimate of floor(log10): never too small, at most one too large.
#[expect(clippy::approx_constant, reason = "the estimate must be Java's, to the last bit")]
fn estimate(fraction: u64, exponent: i32) -> i32 {
    let mantissa = f64::from_bits(1023 << FRACTION_BITS | fraction & ((1 << FRACTION_BITS) - 1));
    let log = (mantissa - 1.5) * 0.289529654 + 0.176091259 + f64::from(exponent) * 0.301029995663981;
    log.floor() as i32
}

fn bits_of_power_of_five(power: i32) -> i32 {
    match power {
        0 => 0,
        1..27 => 128 - 5u128.pow(power as u32).leading_zeros() as i32,
        _ => power * 3,
    }
}

/// A natural number of any size, lowest word first, no zero word on top.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Natural(Vec<u32>);

impl Natural {
    fn from(value: u64) -> Self {
        Natural(vec![value as u32, (value >> 32) as u32]).trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }

    fn times_small(&self, factor: u32) -> Self {
        let mut carry = 0u64;
        let mut words: Vec<u32> = Vec::with_capacity(self.0.len() + 1);
        for word in &self.0 {
            let product = u64::from(*word) * u64::from(factor) + carry;
            words.push(product as u32);
            carry = product >> 32;
        }
        words.push(carry as u32);
        Natural(words).trimmed()
    }

    fn times_power_of_five(self, power: i32) -> Self {
        (0..power).fold(self, |number, _| number.times_small(5))
    }

    fn shifted_left(&self, bits: i32) -> Self {
        let mut words = vec![0; bits as usize / 32];
        words.extend_from_slice(&Natural::times_small(self, 1 << (bits % 32)).0);
        Natural(words).trimmed()
    }

    fn plus(&self, other: &Natural) -> Self {
        let mut carry = 0u64;
        let mut words = Vec::new();
        for at in 0..self.0.len().max(other.0.len()) {
            let word = |number: &Natural| u64::from(number.0.get(at).copied().unwrap_or(0));
            let sum = word(self) + word(other) + carry;
            words.push(sum as u32);
            carry = sum >> 32;
        }
        words.push(carry as u32);
        Natural(words).trimmed()
    }

    fn compare(&self, other: &Natural) -> Ordering {
        let by_words = || self.0.iter().rev().cmp(other.0.iter().rev());
        self.0.len().cmp(&other.0.len()).then_with(by_words)
    }

    /// Divides by `divisor`, which goes in at most nine times; keeps the rest and gives the quotient.
    fn take_digit(&mut self, divisor: &Natural) -> u8 {
        let mut digit = 0;
        while self.compare(divisor) != Ordering::Less {
            self.subtract(divisor);
            digit += 1;
        }
        digit
    }

    fn subtract(&mut self, other: &Natural) {
        let mut borrow = 0i64;
        for at in 0..self.0.len() {
            let taken = i64::from(other.0.get(at).copied().unwrap_or(0)) + borrow;
            let rest = i64::from(self.0[at]) - taken;
            self.0[at] = rest as u32;
            borrow = i64::from(rest < 0);
        }
        *self = std::mem::replace(self, Natural(Vec::new())).trimmed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn java(value: f64) -> String {
        let mut out = Vec::new();
        write_java_double(value, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    /// Recorded on Java 17.
    #[test]
    fn doubles_print_as_on_java_17() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (f64::INFINITY, "Infinity"),
            (1e23, "9.999999999999999E22"),
            (2e23, "1.9999999999999998E23"),
            (2e-3, "0.002"),
            (123456789.5, "1.234567895E8"),
            (4.9e-324, "4.9E-324"),
            (2.2250738585072014E-308, "2.2250738585072014E-308"),
            (9007199254740993.0, "9.007199254740992E15"),
            (1e21, "1.0E21"),
            (1e-5, "1.0E-5"),
            (0.001, "0.001"),
            (12345678.0, "1.2345678E7"),
            (1e7, "1.0E7"),
            (9999999.0, "9999999.0"),
            (100.0, "100.0"),
            (-12.25, "-12.25"),
        ];
        for (value, text) in cases {
            assert_eq!(java(value), text);
        }
    }

    proptest! {
        #[test]
        fn texts_are_read_back_as_the_same_double(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(java(value).parse::<f64>().expect("a number").to_bits(), bits);
        }

        #[test]
        fn short_decimals_print_as_they_are(cents in 1i64..1_000_000_000) {
            let value = cents as f64 / 100.0;
            let text = format!("{value:?}");
            prop_assume!((1e-3..1e7).contains(&value));
            prop_assert_eq!(java(value), text);
        }
    }
}
