//! Regions of the zone database (`America/New_York`), with Java's answers for readings that clocks skip or repeat.
//!
//! The database is `chrono-tz`'s. It lists the changes of clocks up to 2099; later years take the changes of the
//! year before 2100 that has the same days of the week, as Java repeats the last rules for ever.
//!
//! Source: `java.time.zone.ZoneRules`, `ZoneId.SHORT_IDS`.

use super::zone::Zone;
use chrono::{DateTime, Datelike, Offset, TimeZone};
use chrono_tz::Tz;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// The first second that the database says nothing about: 2100-01-01.
const LISTED_UNTIL: i64 = 4_102_444_800;

/// Calendars repeat after this many years, as long as no year divisible by 100 lies between.
const CALENDAR_CYCLE: i32 = 28;

/// Java's short names of regions; `EST`, `MST` and `HST` are offsets and not here.
const SHORT_IDS: [(&str, Tz); 25] = [
    ("ACT", Tz::Australia__Darwin),
    ("AET", Tz::Australia__Sydney),
    ("AGT", Tz::America__Argentina__Buenos_Aires),
    ("ART", Tz::Africa__Cairo),
    ("AST", Tz::America__Anchorage),
    ("BET", Tz::America__Sao_Paulo),
    ("BST", Tz::Asia__Dhaka),
    ("CAT", Tz::Africa__Harare),
    ("CNT", Tz::America__St_Johns),
    ("CST", Tz::America__Chicago),
    ("CTT", Tz::Asia__Shanghai),
    ("EAT", Tz::Africa__Addis_Ababa),
    ("ECT", Tz::Europe__Paris),
    ("IET", Tz::America__Indiana__Indianapolis),
    ("IST", Tz::Asia__Kolkata),
    ("JST", Tz::Asia__Tokyo),
    ("MIT", Tz::Pacific__Apia),
    ("NET", Tz::Asia__Yerevan),
    ("NST", Tz::Pacific__Auckland),
    ("PLT", Tz::Asia__Karachi),
    ("PNT", Tz::America__Phoenix),
    ("PRT", Tz::America__Puerto_Rico),
    ("PST", Tz::America__Los_Angeles),
    ("SST", Tz::Pacific__Guadalcanal),
    ("VST", Tz::Asia__Ho_Chi_Minh),
];

/// A zone whose offset follows the clocks of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionZone {
    rules: Tz,
}

impl RegionZone {
    /// The region of that name, by case, or of one of Java's short names (`PST`).
    pub fn named(id: &str) -> Option<Self> {
        let short = SHORT_IDS.iter().find(|(short, _)| *short == id).map(|(_, rules)| *rules);
        let rules = short.or_else(|| id.parse().ok())?;
        Some(Self { rules })
    }
}

impl Zone for RegionZone {
    fn offset_at(&self, instant_micros: i64) -> i32 {
        let seconds = in_listed_years(instant_micros.div_euclid(MICROS_PER_SECOND));
        let instant = DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<chrono::Utc>::MIN_UTC);
        self.rules.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
    }

    fn offset_of_local(&self, local_micros: i64) -> i32 {
        let offset_after =
            |east: i32| self.offset_at(local_micros.saturating_sub(i64::from(east) * MICROS_PER_SECOND));
        // A day earlier by the clock is before any change that concerns this reading.
        let before = self.offset_at(local_micros.saturating_sub(SECONDS_PER_DAY * MICROS_PER_SECOND));
        let now = offset_after(before);
        match now == before || offset_after(now) != now {
            true => before,
            false => now,
        }
    }
}

/// An instant of 2072 to 2099 with the same calendar, for instants beyond the database.
fn in_listed_years(seconds: i64) -> i64 {
    if seconds < LISTED_UNTIL {
        return seconds;
    }
    let Some(instant) = DateTime::from_timestamp(seconds, 0) else { return LISTED_UNTIL - 1 };
    let last_day = instant.ordinal0();
    let same_calendar = |year: i32| {
        let (here, there) = (first_day(instant.year()), first_day(year));
        here.weekday() == there.weekday() && here.leap_year() == there.leap_year()
    };
    let listed = (2100 - CALENDAR_CYCLE..2100).find(|year| same_calendar(*year));
    let first = first_day(listed.expect("every calendar occurs within its cycle"));
    let day = i64::from(first.num_days_from_ce()) - 719_163 + i64::from(last_day);
    day * SECONDS_PER_DAY + seconds.rem_euclid(SECONDS_PER_DAY)
}

fn first_day(year: i32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(year, 1, 1).expect("the year of a date exists")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::parse_timestamp;
    use proptest::prelude::*;

    fn read(text: &str, zone: &str) -> Option<i64> {
        parse_timestamp(text, &RegionZone::named(zone).expect(zone), 0)
    }

    fn utc(text: &str) -> Option<i64> {
        parse_timestamp(text, &crate::decode::FixedZone::UTC, 0)
    }

    /// The New York readings were recorded with Spark 3.5.4 (vector `parsing_time_casts_ny`).
    #[test]
    fn skipped_readings_move_forward_and_repeated_ones_are_the_first() {
        let cases = [
            ("2024", "America/New_York", "2024-01-01 05:00:00"),
            ("2024-03-01 10:00:00", "America/New_York", "2024-03-01 15:00:00"),
            ("2024-03-10 01:59:59", "America/New_York", "2024-03-10 06:59:59"),
            ("2024-03-10 02:30:00", "America/New_York", "2024-03-10 07:30:00"),
            ("2024-03-10 03:00:00", "America/New_York", "2024-03-10 07:00:00"),
            ("2024-11-03 01:30:00", "America/New_York", "2024-11-03 05:30:00"),
            ("2024-11-03 02:00:00", "America/New_York", "2024-11-03 07:00:00"),
            ("2024-03-31 02:15:00", "Europe/Paris", "2024-03-31 01:15:00"),
            ("2024-03-01 00:00:00", "Asia/Kolkata", "2024-02-29 18:30:00"),
            ("2024-10-06 02:10:00", "Australia/Lord_Howe", "2024-10-05 15:40:00"),
            // Samoa left out this day.
            ("2011-12-30 12:00:00", "Pacific/Apia", "2011-12-30 22:00:00"),
        ];
        for (text, zone, expected) in cases {
            assert_eq!(read(text, zone), utc(expected), "{text} {zone}");
        }
    }

    #[test]
    fn years_beyond_the_database_keep_changing_clocks() {
        for (text, expected) in [
            ("2150-01-01 00:00:00", "2150-01-01 05:00:00"),
            ("2150-07-01 00:00:00", "2150-07-01 04:00:00"),
            ("5138-11-16 04:46:39", "5138-11-16 09:46:39"),
        ] {
            assert_eq!(read(text, "America/New_York"), utc(expected), "{text}");
        }
    }

    #[test]
    fn text_can_name_a_region_whatever_the_session() {
        assert_eq!(utc("2024-03-01 10:00:00 Europe/Paris"), utc("2024-03-01 09:00:00"));
        assert_eq!(utc("2024-03-01 10:00:00 PST"), utc("2024-03-01 18:00:00"));
        assert_eq!(utc("2024-03-01 10:00:00 Europe/Nowhere"), None);
    }

    fn any_region() -> impl Strategy<Value = RegionZone> {
        prop::sample::select(&chrono_tz::TZ_VARIANTS[..]).prop_map(|rules| RegionZone { rules })
    }

    proptest! {
        #[test]
        fn instant_and_reading_agree_away_from_changes(
            zone in any_region(),
            instant in -4_000_000_000_000_000i64..8_000_000_000_000_000,
        ) {
            const DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;
            let offset = zone.offset_at(instant);
            let steady = [-2, -1, 1, 2].iter().all(|days| zone.offset_at(instant + days * DAY) == offset);
            prop_assume!(steady);
            prop_assert_eq!(zone.offset_of_local(instant + i64::from(offset) * MICROS_PER_SECOND), offset);
        }

        #[test]
        fn a_reading_is_taken_with_an_offset_that_holds_or_held_a_day_before(
            zone in any_region(),
            local in -4_000_000_000_000_000i64..8_000_000_000_000_000,
        ) {
            let offset = zone.offset_of_local(local);
            let instant = local - i64::from(offset) * MICROS_PER_SECOND;
            let day_before = zone.offset_at(local - SECONDS_PER_DAY * MICROS_PER_SECOND);
            prop_assert!(zone.offset_at(instant) == offset || day_before == offset);
        }

        #[test]
        fn any_instant_has_an_offset(zone in any_region(), micros: i64) {
            prop_assert!(zone.offset_at(micros).abs() < 18 * 3600);
            prop_assert!(zone.offset_of_local(micros).abs() < 18 * 3600);
        }
    }
}
