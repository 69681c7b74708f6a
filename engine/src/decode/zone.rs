//! Time zones as the decoder needs them: the offset of an instant and of a wall-clock reading.
//!
//! UTC and fixed offsets live here, the regions of the zone database in [`super::region`].

use std::fmt::Debug;
use std::sync::Arc;

use super::region::RegionZone;

/// Offsets are bounded to this many seconds either side of UTC. Source: `java.time.ZoneOffset`.
const OFFSET_SECONDS_MAX: i32 = 18 * 3600;

/// The rules of one time zone.
pub trait Zone: Debug + Send + Sync {
    /// Seconds east of UTC at an instant, given in microseconds since the epoch.
    fn offset_at(&self, instant_micros: i64) -> i32;

    /// Seconds east of UTC for a wall-clock reading, given in microseconds since 1970-01-01 00:00.
    ///
    /// Where clocks are changed this is the offset *before* the change: a reading in the gap moves
    /// forward by the gap, a repeated one is its first occurrence. Source: `ZonedDateTime.of`.
    fn offset_of_local(&self, local_micros: i64) -> i32;
}

/// A zone whose offset never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedZone {
    offset_seconds: i32,
}

impl FixedZone {
    /// Coordinated universal time.
    pub const UTC: FixedZone = FixedZone { offset_seconds: 0 };

    /// A zone this many seconds east of UTC; `None` beyond 18 hours.
    pub fn east(offset_seconds: i32) -> Option<Self> {
        (offset_seconds.abs() <= OFFSET_SECONDS_MAX).then_some(FixedZone { offset_seconds })
    }

    /// Reads `Z`, `UTC`, `GMT`, `UT`, `+h`, `+hh`, `+hh:mm`, `+hhmm`, `+hh:mm:ss`, `+hhmmss` and the
    /// three names followed by an offset. Source: `java.time.ZoneId.of`.
    pub fn parse(id: &str) -> Option<Self> {
        let offset = ["UTC", "GMT", "UT"].iter().find_map(|name| id.strip_prefix(name));
        match (id, offset) {
            ("Z", _) | (_, Some("")) => Some(FixedZone::UTC),
            (_, Some(offset)) => FixedZone::parse_offset(offset),
            (_, None) => FixedZone::parse_offset(id),
        }
    }

    fn parse_offset(text: &str) -> Option<Self> {
        let sign = match text.as_bytes().first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let (hours, minutes, seconds) = offset_parts(&text[1..])?;
        if minutes > 59 || seconds > 59 {
            return None;
        }
        FixedZone::east(sign * (hours * 3600 + minutes * 60 + seconds))
    }
}

impl Zone for FixedZone {
    fn offset_at(&self, _instant_micros: i64) -> i32 {
        self.offset_seconds
    }

    fn offset_of_local(&self, _local_micros: i64) -> i32 {
        self.offset_seconds
    }
}

/// Finds the zone a text names: an offset, one of Java's three short ids with a fixed offset, or a
/// region. Spark also takes one-digit hours and minutes (`+1:30`, `+01:3`).
/// Source: `SparkDateTimeUtils.getZoneId`, `ZoneId.SHORT_IDS`.
pub fn zone_of(id: &str) -> Option<Arc<dyn Zone>> {
    let id = with_two_digits(id);
    let fixed = match id.as_str() {
        "EST" => FixedZone::east(-5 * 3600),
        "MST" => FixedZone::east(-7 * 3600),
        "HST" => FixedZone::east(-10 * 3600),
        other => FixedZone::parse(other),
    };
    match fixed {
        Some(zone) => Some(Arc::new(zone)),
        None => Some(Arc::new(RegionZone::named(&id)?)),
    }
}

fn offset_parts(digits: &str) -> Option<(i32, i32, i32)> {
    let number = |from: usize, to: usize| -> Option<i32> {
        let part = digits.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let colons = |places: &[usize]| places.iter().all(|at| digits.as_bytes()[*at] == b':');
    match digits.len() {
        1 => Some((number(0, 1)?, 0, 0)),
        2 => Some((number(0, 2)?, 0, 0)),
        4 => Some((number(0, 2)?, number(2, 4)?, 0)),
        5 if colons(&[2]) => Some((number(0, 2)?, number(3, 5)?, 0)),
        6 => Some((number(0, 2)?, number(2, 4)?, number(4, 6)?)),
        8 if colons(&[2, 5]) => Some((number(0, 2)?, number(3, 5)?, number(6, 8)?)),
        _ => None,
    }
}

/// Puts the missing zero into the first `+h:` and into a final `+hh:m`.
fn with_two_digits(id: &str) -> String {
    let mut id = id.as_bytes().to_vec();
    let sign = |b: u8| b == b'+' || b == b'-';
    let one_digit_hour = id.windows(3).position(|w| sign(w[0]) && w[1].is_ascii_digit() && w[2] == b':');
    if let Some(at) = one_digit_hour {
        id.insert(at + 1, b'0');
    }
    if let Some([s, h1, h2, b':', minute]) = id.last_chunk::<5>()
        && sign(*s)
        && [h1, h2, minute].iter().all(|b| b.is_ascii_digit())
    {
        id.insert(id.len() - 1, b'0');
    }
    String::from_utf8(id).expect("only ASCII digits were inserted, before ASCII bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_in_every_length_java_takes() {
        let cases = [
            ("Z", Some(0)),
            ("UTC", Some(0)),
            ("GMT+2", Some(7200)),
            ("UT-0130", Some(-5400)),
            ("+5", Some(18000)),
            ("+05:30", Some(19800)),
            ("+05:30:15", Some(19815)),
            ("-053015", Some(-19815)),
            ("+18:00", Some(64800)),
            ("+18:01", None),
            ("+05:60", None),
            ("+a", None),
            ("z", None),
            ("", None),
            ("+é1", None),
            ("+0530a", None),
        ];
        for (id, offset) in cases {
            assert_eq!(FixedZone::parse(id).map(|zone| zone.offset_at(0)), offset, "{id}");
        }
    }

    #[test]
    fn one_digit_offsets_get_their_zero() {
        for (id, offset) in [("+1:30", 5400), ("+01:3", 3780), ("GMT-1:3", -3780), ("EST", -18000)] {
            let zone = zone_of(id).expect(id);
            assert_eq!(zone.offset_of_local(0), offset, "{id}");
        }
        assert_eq!(zone_of("Europe/Paris").expect("a region").offset_at(0), 3600);
        assert!(zone_of("Europe/Pariss").is_none());
    }
}
