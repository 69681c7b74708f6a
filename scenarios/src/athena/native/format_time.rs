//! Dates and times for `format`: `%tY` and its kin, and what `%s` makes of them.

use super::super::text_form::{MONTHS, days_of};
use super::super::zone::Zone;

const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// A date, a time, or both.
#[derive(Debug, Default)]
pub struct Moment {
    /// Year, month, day, and the days since 1970.
    date: Option<(i64, u32, u32, i64)>,
    /// Hour, minute, second, microsecond.
    time: Option<(u32, u32, u32, u32)>,
    zone: Option<Zone>,
}

impl Moment {
    /// Reads `2024-01-31`, `10:00:00.123`, `2024-01-31 10:00:00.123 Europe/Berlin`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut moment = Self::default();
        for part in text.split(' ') {
            if part.starts_with(|c: char| c.is_ascii_digit()) && part.contains(':') {
                let (clock, fraction) = part.split_once('.').unwrap_or((part, "0"));
                let mut clock = clock.split(':').map(|part| part.parse::<u32>().ok());
                let micros = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
                moment.time = Some((clock.next()??, clock.next()??, clock.next()??, micros));
            } else if let Some(date) = date(part).filter(|_| moment.date.is_none()) {
                moment.date = Some(date);
            } else {
                moment.zone = Some(Zone::parse(part)?);
            }
        }
        Some(moment)
    }

    /// Seconds since 1970 by the clock on the wall.
    fn wall(&self) -> Option<i64> {
        let (hour, minute, second, _) = self.time?;
        Some(self.date?.3 * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
    }

    /// Seconds east of Greenwich.
    fn offset(&self) -> Option<i64> {
        let wall = self.wall()?;
        Some(wall - self.zone?.utc(wall * 1_000_000).div_euclid(1_000_000))
    }

    /// What a letter behind `%t` stands for; `None` where the value has no such field.
    pub fn field(&self, letter: char) -> Option<String> {
        let all = |letters: &str, between: &str| {
            let fields: Option<Vec<_>> = letters.chars().map(|letter| self.field(letter)).collect();
            Some(fields?.join(between))
        };
        match letter {
            'R' => return all("HM", ":"),
            'T' => return all("HMS", ":"),
            'r' => return Some(format!("{} {}", all("IMS", ":")?, self.field('p')?.to_uppercase())),
            'D' => return all("mdy", "/"),
            'F' => return all("Ymd", "-"),
            'c' => return Some(format!("{} {} {}", all("abd", " ")?, self.field('T')?, all("ZY", " ")?)),
            _ => {}
        }
        self.of_date(letter).or_else(|| self.of_time(letter)).or_else(|| self.of_zone(letter))
    }

    fn of_date(&self, letter: char) -> Option<String> {
        let (year, month, day, days) = self.date?;
        let (month_name, day_name) = (MONTHS[month as usize - 1], DAYS[days.rem_euclid(7) as usize]);
        Some(match letter {
            'B' => month_name.to_owned(),
            'b' | 'h' => month_name[..3].to_owned(),
            'A' => day_name.to_owned(),
            'a' => day_name[..3].to_owned(),
            'C' => format!("{:02}", year / 100),
            'Y' => format!("{year:04}"),
            'y' => format!("{:02}", year.rem_euclid(100)),
            'j' => format!("{:03}", days - days_of(year, 1, 1)? + 1),
            'm' => format!("{month:02}"),
            'd' => format!("{day:02}"),
            'e' => day.to_string(),
            _ => return None,
        })
    }

    fn of_time(&self, letter: char) -> Option<String> {
        let (hour, minute, second, micros) = self.time?;
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        Some(match letter {
            'H' => format!("{hour:02}"),
            'I' => format!("{twelve:02}"),
            'k' => hour.to_string(),
            'l' => twelve.to_string(),
            'M' => format!("{minute:02}"),
            'S' => format!("{second:02}"),
            'L' => format!("{:03}", micros / 1000),
            'N' => format!("{:09}", micros * 1000),
            'p' => if hour < 12 { "am" } else { "pm" }.to_owned(),
            _ => return None,
        })
    }

    fn of_zone(&self, letter: char) -> Option<String> {
        let offset = self.offset()?;
        let seconds = self.wall()? - offset;
        let micros = self.time?.3;
        Some(match letter {
            'z' => {
                let sign = if offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}{:02}", offset.abs() / 3600, offset.abs() / 60 % 60)
            }
            's' => seconds.to_string(),
            'Q' => (seconds * 1000 + i64::from(micros / 1000)).to_string(),
            _ => return None,
        })
    }
}

fn date(text: &str) -> Option<(i64, u32, u32, i64)> {
    let (rest, day) = text.rsplit_once('-')?;
    let (year, month) = rest.rsplit_once('-')?;
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    Some((year, month, day, days_of(year, month, day)?))
}

/// As `toString` of Java's classes has it: `2024-01-31T10:00`, `2024-01-31T10:00Z[UTC]`.
pub fn iso(text: &str) -> String {
    let Some(moment) = Moment::parse(text) else { return text.to_owned() };
    let date = text.split(' ').next().filter(|_| moment.date.is_some());
    let clock = moment.time.map(|(hour, minute, second, micros)| {
        let fraction = match micros {
            0 => String::new(),
            micros if micros % 1000 == 0 => format!(".{:03}", micros / 1000),
            micros => format!(".{micros:06}"),
        };
        let seconds =
            if second == 0 && micros == 0 { String::new() } else { format!(":{second:02}{fraction}") };
        format!("{hour:02}:{minute:02}{seconds}")
    });
    let zone = moment.zone.zip(moment.offset()).map(|(zone, offset)| {
        let sign = if offset < 0 { '-' } else { '+' };
        let offset = match offset {
            0 => "Z".to_owned(),
            offset => format!("{sign}{:02}:{:02}", offset.abs() / 3600, offset.abs() / 60 % 60),
        };
        match zone {
            Zone::Offset(minutes) if minutes != 0 => offset,
            zone => format!("{offset}[{}]", zone.name()),
        }
    });
    let local: Vec<&str> = [date, clock.as_deref()].into_iter().flatten().collect();
    local.join("T") + &zone.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_java_does() {
        assert_eq!(iso("2024-01-31"), "2024-01-31");
        assert_eq!(iso("2024-01-31 10:00:00.000"), "2024-01-31T10:00");
        assert_eq!(iso("2024-01-31 10:00:01.120"), "2024-01-31T10:00:01.120");
        assert_eq!(iso("2024-07-31 10:00:00.000 Europe/Berlin"), "2024-07-31T10:00+02:00[Europe/Berlin]");
        assert_eq!(iso("10:00:00"), "10:00");
    }

    #[test]
    fn fields_are_those_of_the_value() {
        let day = Moment::parse("2006-07-04").unwrap();
        assert_eq!(
            ["A", "B", "e", "j", "D"].map(|field| day.field(field.chars().next().unwrap()).unwrap()),
            ["Tuesday", "July", "4", "185", "07/04/06"]
        );
        assert_eq!(day.field('H'), None);
        let noon = Moment::parse("12:05:00").unwrap();
        assert_eq!(noon.field('r').as_deref(), Some("12:05:00 PM"));
    }
}
