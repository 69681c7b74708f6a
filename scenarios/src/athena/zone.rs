//! Time zones: by name, or as an offset.

use chrono::{NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// By its name, such as `Europe/Berlin`.
    Named(Tz),
    /// Minutes east of Greenwich.
    Offset(i32),
}

impl Zone {
    /// `UTC`, `Europe/Berlin`, `+05:30`; `None` for what is no zone.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(offset) = offset(text) {
            return Some(Self::Offset(offset));
        }
        match text.to_ascii_uppercase().as_str() {
            "Z" | "UTC" | "GMT" | "UT" => Some(Self::Offset(0)),
            _ => Tz::from_str_insensitive(text).ok().map(Self::Named),
        }
    }

    /// How Trino writes it.
    pub fn name(&self) -> String {
        match self {
            Self::Named(zone) => zone.name().to_owned(),
            Self::Offset(0) => "UTC".to_owned(),
            Self::Offset(minutes) => {
                let sign = if *minutes < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }

    /// Its short name at an instant: `CET`, `CEST`.
    pub fn abbreviation(&self, utc: i64) -> String {
        match self {
            Self::Named(zone) => zone
                .offset_from_utc_datetime(&naive(utc))
                .abbreviation()
                .map_or_else(|| self.name(), str::to_owned),
            Self::Offset(_) => self.name(),
        }
    }

    /// Seconds east of Greenwich at an instant, in microseconds since 1970.
    pub fn offset_seconds(&self, utc: i64) -> i64 {
        match self {
            Self::Offset(minutes) => i64::from(*minutes) * 60,
            Self::Named(zone) => {
                let instant = naive(utc);
                zone.offset_from_utc_datetime(&instant).fix().local_minus_utc().into()
            }
        }
    }

    /// What a clock on the wall shows at an instant.
    pub fn local(&self, utc: i64) -> i64 {
        utc + self.offset_seconds(utc) * 1_000_000
    }

    /// The instant at which a clock on the wall shows this: the earlier one where there are two, and as the clock
    /// was before where it is put forward over it.
    pub fn utc(&self, local: i64) -> i64 {
        match self {
            Self::Offset(_) => local - self.offset_seconds(local) * 1_000_000,
            Self::Named(zone) => match zone.offset_from_local_datetime(&naive(local)).earliest() {
                Some(offset) => local - i64::from(offset.fix().local_minus_utc()) * 1_000_000,
                None => local - self.offset_seconds(local - 86_400_000_000) * 1_000_000,
            },
        }
    }

    /// The same where an instant is near whose offset is kept if the clock can show this with it.
    pub fn utc_near(&self, local: i64, near: i64) -> i64 {
        let offset = self.offset_seconds(near);
        let utc = local - offset * 1_000_000;
        if self.offset_seconds(utc) == offset { utc } else { self.utc(local) }
    }
}

fn naive(micros: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default().naive_utc()
}

/// `+05:30`, `-8`, `UTC+2`.
fn offset(text: &str) -> Option<i32> {
    let text = text.strip_prefix("UTC").or_else(|| text.strip_prefix("GMT")).unwrap_or(text);
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match text[1..].split_once(':') {
        Some((hours, minutes)) => (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?),
        None if text.len() == 5 => (text[1..3].parse().ok()?, text[3..].parse().ok()?),
        None => (text[1..].parse().ok()?, 0),
    };
    let fits = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    fits.then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summer_and_winter_differ() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let winter = 1_706_695_200_000_000;
        assert_eq!(berlin.local(winter) - winter, 3_600_000_000);
        let summer = 1_719_828_000_000_000;
        assert_eq!(berlin.local(summer) - summer, 7_200_000_000);
        assert_eq!(berlin.utc(berlin.local(summer)), summer);
    }

    #[test]
    fn offsets_are_zones() {
        assert_eq!(Zone::parse("+05:30"), Some(Zone::Offset(330)));
        assert_eq!(Zone::parse("-08:00").unwrap().name(), "-08:00");
        assert_eq!(Zone::parse("UTC").unwrap().name(), "UTC");
        assert_eq!(Zone::parse("Mars/Olympus"), None);
    }
}
