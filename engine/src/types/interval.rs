//! Interval literals: `30 SECONDS`, `'10 minutes'`, `1 day 2 hours`, `'0 00:00:20' DAY TO SECOND`.

/// An interval as Spark splits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Interval {
    pub(crate) months: i64,
    pub(crate) micros: i64,
}

const UNITS: &[(&str, i64)] = &[
    ("microsecond", 1),
    ("millisecond", 1_000),
    ("second", 1_000_000),
    ("minute", 60_000_000),
    ("hour", 3_600_000_000),
    ("day", 86_400_000_000),
    ("week", 604_800_000_000),
];

impl Interval {
    /// Whether a word is a unit of time, singular or plural.
    pub(crate) fn is_unit(word: &str) -> bool {
        let word = singular(word);
        UNITS.iter().any(|(unit, _)| *unit == word) || word == "month" || word == "year"
    }

    /// The length of an interval without months, in microseconds.
    pub(crate) fn fixed_micros(self) -> Option<i64> {
        (self.months == 0).then_some(self.micros)
    }

    /// As a watermark delay: a month counts as 31 days (`IntervalUtils.getDuration`).
    pub(crate) fn delay_millis(self) -> i64 {
        self.months * 31 * 86_400_000 + self.micros.div_euclid(1000)
    }
}

fn singular(word: &str) -> String {
    let word = word.to_lowercase();
    word.strip_suffix('s').map(str::to_owned).unwrap_or(word)
}

/// Pairs of number and unit, with or without the word INTERVAL before them.
pub(crate) fn parse_interval(text: &str) -> Result<Interval, String> {
    let text = text.trim();
    let text = match text.get(..8) {
        Some(word) if word.eq_ignore_ascii_case("interval") => &text[8..],
        _ => text,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return Err(format!("`{text}` is not an interval: expected pairs of number and unit"));
    }
    let mut interval = Interval::default();
    for pair in words.chunks(2) {
        add(&mut interval, pair[0], pair[1])?;
    }
    Ok(interval)
}

fn add(interval: &mut Interval, number: &str, unit: &str) -> Result<(), String> {
    let bad_number = || format!("`{number}` is not a number of {unit}");
    let name = singular(unit);
    if let Some(months) = [("month", 1), ("year", 12)].iter().find(|(n, _)| *n == name).map(|(_, m)| m) {
        interval.months += number.parse::<i64>().map_err(|_| bad_number())? * months;
        return Ok(());
    }
    let Some((_, micros)) = UNITS.iter().find(|(u, _)| *u == name) else {
        return Err(format!("`{unit}` is not a unit of time; expected seconds, minutes, hours, days, …"));
    };
    // Only seconds take a fraction.
    interval.micros += match (number.parse::<i64>(), number.parse::<f64>()) {
        (Ok(whole), _) => whole.checked_mul(*micros).ok_or_else(bad_number)?,
        (_, Ok(fraction)) if name == "second" => (fraction * *micros as f64).round() as i64,
        _ => return Err(bad_number()),
    };
    Ok(())
}

/// `'[-]d hh:mm:ss.ffffff' DAY TO SECOND` and its shorter forms `HOUR TO SECOND`, `MINUTE TO SECOND`, `DAY TO
/// HOUR`, `DAY TO MINUTE`, `HOUR TO MINUTE`.
pub(crate) fn parse_field_interval(text: &str, from: &str, to: &str) -> Result<Interval, String> {
    let problem = || format!("`{text}` is not an interval of the form {from} TO {to}");
    let (sign, text) = match text.trim().strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let order = ["DAY", "HOUR", "MINUTE", "SECOND"];
    let at = |name: &str| order.iter().position(|f| *f == name.to_uppercase()).ok_or_else(problem);
    let (from, to) = (at(from)?, at(to)?);
    let parts: Vec<&str> = text.split([' ', ':']).filter(|p| !p.is_empty()).collect();
    if from > to || parts.len() != to - from + 1 {
        return Err(problem());
    }
    let mut interval = Interval::default();
    for (part, unit) in parts.iter().zip(&order[from..=to]) {
        add(&mut interval, part, unit).map_err(|_| problem())?;
    }
    interval.micros *= sign;
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_add_up() {
        assert_eq!(parse_interval("1 day 2 hours").unwrap().micros, 93_600_000_000);
        assert_eq!(
            parse_interval("INTERVAL '30' seconds".replace('\'', "").as_str()).unwrap().micros,
            30_000_000
        );
        assert_eq!(parse_interval("1.5 seconds").unwrap().micros, 1_500_000);
        assert_eq!(parse_interval("-10 minutes").unwrap().micros, -600_000_000);
    }

    #[test]
    fn a_month_of_delay_is_31_days() {
        assert_eq!(parse_interval("1 month").unwrap().delay_millis(), 31 * 86_400_000);
    }

    #[test]
    fn field_intervals_read_from_the_largest_field() {
        assert_eq!(parse_field_interval("0 00:00:20", "DAY", "SECOND").unwrap().micros, 20_000_000);
        assert_eq!(parse_field_interval("-1:30", "MINUTE", "SECOND").unwrap().micros, -90_000_000);
        assert!(parse_field_interval("1", "DAY", "SECOND").is_err());
    }

    #[test]
    fn nonsense_names_the_problem() {
        assert!(parse_interval("10 parsecs").unwrap_err().contains("parsecs"));
        assert!(parse_interval("10").is_err());
    }
}
