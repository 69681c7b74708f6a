//! Times as S3's headers and documents have them.

use std::time::{Duration, UNIX_EPOCH};

use s3s::dto::{self, TimestampFormat};

use crate::time::Timestamp;

/// A time in an answer.
pub(super) fn shown(time: Timestamp) -> dto::Timestamp {
    let since = Duration::from_millis(time.as_millis().max(0) as u64);
    (UNIX_EPOCH + since).into()
}

/// A time in a request, to the millisecond.
pub(super) fn read(time: &dto::Timestamp) -> Timestamp {
    let mut text = Vec::new();
    let written = time.format(TimestampFormat::EpochSeconds, &mut text);
    written.expect("numbers can be written to memory");
    let seconds: f64 = String::from_utf8_lossy(&text).parse().unwrap_or_default();
    Timestamp::from_millis((seconds * 1000.0).round() as i64)
}

/// `Sun, 22 Nov 2026 02:03:18 GMT`.
pub(super) fn http_date(time: Timestamp) -> String {
    text(time, TimestampFormat::HttpDate)
}

/// `2026-11-22T02:03:18.000Z`.
pub(super) fn date_time(time: Timestamp) -> String {
    text(time, TimestampFormat::DateTime)
}

fn text(time: Timestamp, format: TimestampFormat) -> String {
    let mut text = Vec::new();
    shown(time).format(format, &mut text).expect("times after 1970 can be written");
    String::from_utf8_lossy(&text).into_owned()
}

/// Whether something happened after a time that HTTP told to the second.
pub(super) fn is_after(happened: Timestamp, time: &dto::Timestamp) -> bool {
    happened.as_millis().div_euclid(1000) > read(time).as_millis().div_euclid(1000)
}

/// Whether two times are in the same second.
pub(super) fn is_same_second(happened: Timestamp, time: &dto::Timestamp) -> bool {
    happened.as_millis().div_euclid(1000) == read(time).as_millis().div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_shown() {
        let time = Timestamp::from_millis(1_795_312_998_123);
        assert_eq!(read(&shown(time)), time);
        assert_eq!(date_time(time), "2026-11-22T02:03:18.123Z");
        assert_eq!(http_date(time), "Sun, 22 Nov 2026 02:03:18 GMT");
        let told = dto::Timestamp::parse(TimestampFormat::HttpDate, &http_date(time)).unwrap();
        assert!(is_same_second(time, &told) && !is_after(time, &told));
        assert!(is_after(time.plus_millis(1000), &told));
    }
}
