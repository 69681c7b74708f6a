//! Instants as the headers of HTTP and of mail carry them: `Tue, 27 Mar 2007 19:36:42 GMT`.
//!
//! Source: RFC 9110 §5.6.7, RFC 1123 §5.2.14. AWS's examples write `+0000` for `GMT`, Python's
//! mail library `-0000`. The day of the week is passed
//! over, and so are the two obsolete formats.

use super::iso8601::instant;
use crate::time::Timestamp;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads an instant in UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (_, date) = text.split_once(',')?;
    let words: Vec<&str> = date.split_ascii_whitespace().collect();
    let [day, month, year, clock, "GMT" | "UTC" | "+0000" | "-0000"] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let clock: Vec<i64> = clock.split(':').map(|digits| number(digits, 2)).collect::<Option<_>>()?;
    instant([number(year, 4)?, month, number(day, day.len().min(2))?], clock.try_into().ok()?)
}

fn number(digits: &str, count: usize) -> Option<i64> {
    let all_digits = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_instants_in_utc_are_read() {
        let time = Some(Timestamp::from_millis(1_175_024_202_000));
        assert_eq!(parse("Tue, 27 Mar 2007 19:36:42 +0000"), time);
        assert_eq!(parse("Tue, 27 Mar 2007 19:36:42 GMT"), time);
        assert_eq!(parse("Tue, 27 Mar 2007 19:36:42 -0000"), time);
        assert_eq!(parse("Thu, 1 Jan 1970 00:00:00 UTC"), Some(Timestamp::from_millis(0)));
        for wrong in [
            "",
            "Bad Date",
            "Tue, 27 Mar 2007 19:36:42 +0100",
            "Tue, 27 Mar 2007 19:36 GMT",
            "Tue, 27 Mar 2007 19:36:42:00 GMT",
            "Tue, 30 Feb 2007 19:36:42 GMT",
            "Tue, 27 Mär 2007 19:36:42 GMT",
            "Tue, +7 Mar 2007 19:36:42 GMT",
            "Tue,  Mar 2007 19:36:42 GMT",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
