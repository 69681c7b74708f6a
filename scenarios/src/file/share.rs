//! Shares of a whole: `0.5%` or `0.005`.

use super::from_text::{FromText, deserialize_from_text};

/// A fraction in `[0, 1]`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Share(pub f64);

impl FromText for Share {
    const EXPECTED: &'static str = "a share such as `0.5%` or `0.005`";

    fn from_text(text: &str) -> Option<Self> {
        let fraction = match text.strip_suffix('%') {
            Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
            None => text.parse::<f64>().ok()?,
        };
        (0.0..=1.0).contains(&fraction).then_some(Self(fraction))
    }
}

deserialize_from_text!(Share);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_fraction_say_the_same() {
        assert_eq!(Share::from_text("0.5%"), Some(Share(0.005)));
        assert_eq!(Share::from_text("0.005"), Some(Share(0.005)));
        assert_eq!(Share::from_text("100%"), Some(Share(1.0)));
        assert_eq!(Share::from_text("0"), Some(Share(0.0)));
    }

    #[test]
    fn more_than_all_and_less_than_none_are_refused() {
        for text in ["101%", "97", "-1%", "half", "", "%", "NaN"] {
            assert_eq!(Share::from_text(text), None, "{text}");
        }
    }
}
