//! Numbers of any length, compared exactly.

use std::cmp::Ordering;

/// A number, as `0.digits × 10^exponent` with neither zeros in front nor behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// Empty for zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// From a text such as `-1.50` or `3e14`.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let negative = mantissa.starts_with('-');
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: i64::MIN });
        }
        let exponent = i64::from(exponent) + whole.len() as i64 - zeros as i64;
        Some(Self { negative, digits, exponent })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sizes = (self.exponent, &self.digits).cmp(&(other.exponent, &other.digits));
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => sizes,
            (true, true) => sizes.reverse(),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_a_number_are_equal() {
        for (left, right) in
            [("2.60", "2.6"), ("3e14", "300000000000000"), ("-0", "0.00"), ("+7", "07"), ("5e-1", ".5")]
        {
            assert_eq!(decimal(left), decimal(right));
        }
        for bad in ["", "-", ".", "1.2.3", "1e", "e5", "0x1", "1 ", "NaN", "1e99999999999"] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_beyond_any_machine_type_are_told_apart() {
        assert!(decimal("10000000000000000000000000000000000000001") > decimal("1e40"));
        assert!(decimal("0.10000000000000000000000000000000000000001") > decimal("0.1"));
    }

    proptest! {
        #[test]
        fn order_is_that_of_integers_with_a_scale(left: i32, right: i32, scale in 0_u32..6) {
            let text = |number: i32| format!("{number}e-{scale}");
            prop_assert_eq!(decimal(&text(left)).cmp(&decimal(&text(right))), left.cmp(&right));
            let wide = format!("{left}.000");
            prop_assert_eq!(decimal(&wide), decimal(&left.to_string()));
        }
    }
}
