//! Clock readings written by a pattern.

use super::pattern::{Field, Item, MONTHS, Pattern, WEEKDAYS};
use crate::time::{Reading, year_text};

/// A reading and how far its zone is from UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) reading: Reading,
    pub(super) offset_seconds: i32,
}

impl Pattern {
    /// Whether every field can be written; zone names cannot.
    pub(super) fn check_written(&self) -> Result<(), String> {
        fn writes(items: &[Item]) -> bool {
            items.iter().all(|item| match item {
                Item::Field(field, count) => {
                    *field != Field::Zone && !(*field == Field::OffsetPlain && *count == 4)
                }
                Item::Optional(items) => writes(items),
                Item::Plain(_) => true,
            })
        }
        match writes(&self.items) {
            true => Ok(()),
            false => {
                Err("zone names (`VV`, `z`, `ZZZZ`) cannot be written; use an offset such as `XXX`"
                    .to_owned())
            }
        }
    }

    /// The text of a moment.
    pub(super) fn write(&self, moment: Moment) -> String {
        let mut text = String::new();
        write_items(&self.items, moment, &mut text);
        text
    }
}

fn write_items(items: &[Item], moment: Moment, text: &mut String) {
    for item in items {
        match item {
            Item::Plain(plain) => text.push_str(plain),
            Item::Field(field, count) => text.push_str(&field_text(*field, *count, moment)),
            Item::Optional(items) => write_items(items, moment, text),
        }
    }
}

fn field_text(field: Field, count: usize, moment: Moment) -> String {
    let reading = moment.reading;
    let date = reading.date();
    let hour = reading.second_of_day() / 3600;
    let padded = |number: i64| format!("{number:0count$}");
    match field {
        Field::Era => era(date.year, count).to_owned(),
        Field::Year if count == 2 => format!("{:02}", date.year.rem_euclid(100)),
        Field::Year if count < 4 => format!("{:0count$}", date.year),
        Field::Year => year_text(date.year, count),
        Field::Month => name_or(count, MONTHS[date.month as usize - 1], padded(i64::from(date.month))),
        Field::Day => padded(i64::from(date.day)),
        Field::DayOfYear => padded(date.day_of_year()),
        Field::Quarter => quarter(i64::from(date.month - 1) / 3 + 1, count),
        Field::Weekday => {
            let name = WEEKDAYS[(reading.day_number() + 3).rem_euclid(7) as usize];
            name_or(count.max(3), name, String::new())
        }
        Field::HalfDay => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        Field::HourOfHalfDay => padded((hour + 11) % 12 + 1),
        Field::HourOfHalfDayFromZero => padded(hour % 12),
        Field::Hour => padded(hour),
        Field::HourFromOne => padded(if hour == 0 { 24 } else { hour }),
        Field::Minute => padded(reading.second_of_day() / 60 % 60),
        Field::Second => padded(reading.second_of_day() % 60),
        Field::Fraction => format!("{:06}000", reading.micros_of_day() % 1_000_000)[..count].to_owned(),
        Field::OffsetOrZ if moment.offset_seconds == 0 => "Z".to_owned(),
        Field::OffsetOrZ | Field::Offset => offset_text(moment.offset_seconds, count),
        Field::OffsetPlain if count == 5 && moment.offset_seconds == 0 => "Z".to_owned(),
        Field::OffsetPlain => offset_text(moment.offset_seconds, if count == 5 { 5 } else { 2 }),
        Field::Zone => unreachable!("refused when the pattern was checked"),
    }
}

fn era(year: i64, count: usize) -> &'static str {
    match (year > 0, count) {
        (true, 4) => "Anno Domini",
        (true, _) => "AD",
        (false, 4) => "Before Christ",
        (false, _) => "BC",
    }
}

/// Three letters are the short name, four the whole.
fn name_or(count: usize, name: &str, number: String) -> String {
    match count {
        3 => name[..3].to_owned(),
        4 => name.to_owned(),
        _ => number,
    }
}

fn quarter(quarter: i64, count: usize) -> String {
    let ordinal = ["1st", "2nd", "3rd", "4th"][quarter as usize - 1];
    match count {
        3 => format!("Q{quarter}"),
        4 => format!("{ordinal} quarter"),
        _ => format!("{quarter:0count$}"),
    }
}

/// `+hh[mm]`, `+hhmm`, `+hh:mm`, `+hhmm[ss]`, `+hh:mm[:ss]` for one to five letters.
fn offset_text(seconds: i32, count: usize) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hour, minute, second) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    let colon = if count == 3 || count == 5 { ":" } else { "" };
    let mut text = format!("{sign}{hour:02}");
    if count > 1 || minute != 0 {
        text += &format!("{colon}{minute:02}");
    }
    if count > 3 && second != 0 {
        text += &format!("{colon}{second:02}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{FixedZone, parse_timestamp};

    fn written(pattern: &str, text: &str, offset_seconds: i32) -> String {
        let micros = parse_timestamp(text, &FixedZone::UTC, 0).expect(text);
        let pattern = Pattern::parse(pattern).expect(pattern);
        pattern.check_written().expect("no zone names");
        pattern.write(Moment { reading: Reading { micros }, offset_seconds })
    }

    #[test]
    fn fields_are_written_as_java_writes_them() {
        let cases = [
            ("yyyy-MM-dd HH:mm:ss", "2024-03-01 05:06:07", 0, "2024-03-01 05:06:07"),
            ("y yy yyy M d H m s", "0799-03-01 05:06:07", 0, "799 99 799 3 1 5 6 7"),
            ("yyyy", "-0044-03-15", 0, "-0044"),
            ("yyyy yyyyyy", "12345-01-01", 0, "+12345 012345"),
            ("EEE, dd MMM yyyy", "2024-02-29", 0, "Thu, 29 Feb 2024"),
            ("EEEE MMMM LLL", "2024-09-01", 0, "Sunday September Sep"),
            ("hh:mm a|K|k", "2024-01-01 00:30:00", 0, "12:30 AM|0|24"),
            ("h a", "2024-01-01 23:30:00", 0, "11 PM"),
            ("s.SSS SSSSSSSSS", "2024-01-01 00:00:07.123456", 0, "7.123 123456000"),
            ("D DDD Q QQ QQQ QQQQ", "2024-05-01", 0, "122 122 2 02 Q2 2nd quarter"),
            ("X XX XXX x xxx Z", "2024-01-01", 0, "Z Z Z +00 +00:00 +0000"),
            ("X XX XXX x xxx Z ZZZZZ", "2024-01-01", -12_600, "-0330 -0330 -03:30 -0330 -03:30 -0330 -03:30"),
            ("''yy'y''y'[ G]", "2024-01-01", 0, "'24y'y AD"),
        ];
        for (pattern, text, offset, expected) in cases {
            assert_eq!(written(pattern, text, offset), expected, "{pattern}");
        }
    }
}
