//! A watermark that trails less than the traffic does: more than one record in a hundred arrives so long after its
//! event time that the watermark, following the records that are quick, has probably passed it.

use super::watermarks::{Declared, declared, length};
use super::{Facts, Finding};
use crate::file::{Arrival, Delay, Order, Percentiles};

/// At most this share of a stream's records may be slower than the watermark.
const TOLERATED: f64 = 0.01;

/// The 99th percentile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_841;

/// Points at which the distribution of a further delay is looked at.
const POINTS: u32 = 400;

/// Watermarks whose streams are slower.
pub(super) fn find(facts: &Facts<'_>) -> Vec<Finding> {
    let all = declared(facts);
    let of_streams =
        all.iter().flat_map(|watermark| watermark.streams.iter().map(move |stream| (watermark, stream)));
    of_streams.filter_map(|(watermark, stream)| of_stream(facts, watermark, stream)).collect()
}

fn of_stream(facts: &Facts<'_>, watermark: &Declared, stream: &str) -> Option<Finding> {
    let load = facts.file.generate.get(stream)?;
    // Where nobody overtakes, the watermark is as slow as the records.
    if load.arrival.out_of_order == Order::None {
        return None;
    }
    let slower = share_beyond(&load.arrival, watermark.delay_millis as f64 * 1000.0);
    (slower > TOLERATED).then(|| Finding {
        message: format!(
            "{:.1} % of the records of stream `{stream}` arrive more than {} after their event time, which is how long \
             the watermark on `{}` waits: many of them will be dropped as late",
            slower * 100.0,
            length(watermark.delay_millis),
            watermark.column,
        ),
        help: "lengthen the watermark's delay, unless the late rows are the point".into(),
        place: facts.file.place(&["generate", stream, "arrival"]),
    })
}

/// The share of records that arrive later than so many microseconds after their event time.
fn share_beyond(arrival: &Arrival, micros: f64) -> f64 {
    let delay = arrival.delay;
    let on_time =
        |micros: f64| delay.map_or(if micros < 0.0 { 1.0 } else { 0.0 }, |delay| beyond(delay, micros));
    let Some(late) = &arrival.late else { return on_time(micros) };
    let share = late.share.0;
    let after: f64 = (0..POINTS)
        .map(|point| on_time(micros - quantile(late.by, (f64::from(point) + 0.5) / f64::from(POINTS))))
        .sum::<f64>()
        / f64::from(POINTS);
    (1.0 - share) * on_time(micros) + share * after
}

/// The share of a distribution above so many microseconds.
fn beyond(delay: Delay, micros: f64) -> f64 {
    if micros < 0.0 {
        return 1.0;
    }
    match delay {
        Delay::Constant(length) => f64::from(length.micros() as f64 > micros),
        Delay::Uniform([low, high]) => {
            let (low, high) = (low.micros() as f64, high.micros() as f64);
            if high > low {
                ((high - micros) / (high - low)).clamp(0.0, 1.0)
            } else {
                f64::from(low > micros)
            }
        }
        Delay::Exp(mean) if mean.micros() == 0 => 0.0,
        Delay::Exp(mean) => (-micros / mean.micros() as f64).exp(),
        Delay::Lognormal(Percentiles { p50, p99 }) => {
            let (p50, p99) = (p50.micros() as f64, p99.micros() as f64);
            let sigma = (p99 / p50).ln() / Z_99;
            match sigma > 0.0 {
                true => upper_tail(((micros.max(1.0)) / p50).ln() / sigma),
                false => f64::from(p50 > micros),
            }
        }
    }
}

/// The value of a distribution that a share of it is below, by halving.
fn quantile(delay: Delay, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 3.2e15);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if beyond(delay, middle) > 1.0 - share { low = middle } else { high = middle }
    }
    high
}

/// The share of the standard normal distribution above a value, to seven digits.
///
/// Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
fn upper_tail(value: f64) -> f64 {
    if value < 0.0 {
        return 1.0 - upper_tail(-value);
    }
    const TERMS: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * value);
    let density = (-value * value / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    density * TERMS.iter().rev().fold(0.0, |sum, term| (sum + term) * t)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::file::{Late, Length, Share};

    fn seconds(seconds: f64) -> Length {
        Length(Duration::from_secs_f64(seconds))
    }

    #[track_caller]
    fn check(delay: Delay, after: f64, expected: f64) {
        let arrival = Arrival { delay: Some(delay), ..Arrival::default() };
        let found = share_beyond(&arrival, after * 1e6);
        assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
    }

    #[test]
    fn distributions_have_their_tails() {
        check(Delay::Constant(seconds(5.0)), 4.9, 1.0);
        check(Delay::Constant(seconds(5.0)), 5.0, 0.0);
        check(Delay::Uniform([seconds(0.0), seconds(10.0)]), 9.0, 0.1);
        check(Delay::Exp(seconds(10.0)), 10.0, 0.36788);
        let lognormal = Delay::Lognormal(Percentiles { p50: seconds(0.8), p99: seconds(45.0) });
        check(lognormal, 0.8, 0.5);
        check(lognormal, 45.0, 0.01);
    }

    #[test]
    fn late_records_come_on_top() {
        let late = Late { share: Share(0.5), by: Delay::Constant(seconds(10.0)) };
        let arrival =
            Arrival { delay: Some(Delay::Constant(seconds(1.0))), late: Some(late), ..Arrival::default() };
        assert!((share_beyond(&arrival, 5e6) - 0.5).abs() < 1e-9);
        assert_eq!(share_beyond(&arrival, 11.5e6), 0.0);
        let late = Late { share: Share(0.02), by: Delay::Exp(seconds(720.0)) };
        let found = share_beyond(&Arrival { late: Some(late), ..Arrival::default() }, 600e6);
        assert!((found - 0.02 * 0.4346).abs() < 1e-4, "{found}");
    }
}
