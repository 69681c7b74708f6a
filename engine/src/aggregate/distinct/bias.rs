//! By how much the raw estimate is wrong, as the authors of HyperLogLog++ measured it.
//!
//! Source: the appendix of Heule, Nunkesser, Hall, "HyperLogLog in Practice" (2013), in the digits of stream-lib
//! (Apache-2.0); Spark's `HyperLogLogPlusPlusHelper` has the same figures.
//!
//! `bias.txt` has two lines per precision from 4 to 18: raw estimates in ascending order, and the bias at each.

use std::sync::LazyLock;

/// Precisions that the paper measured.
const MEASURED: std::ops::RangeInclusive<u8> = 4..=18;

/// How many measured estimates a bias is averaged over.
const NEIGHBOURS: usize = 6;

/// Up to which count the empty registers tell more than the mean, by precision.
const THRESHOLDS: [f64; 15] = [
    10.0, 20.0, 40.0, 80.0, 220.0, 400.0, 900.0, 1800.0, 3100.0, 6500.0, 15500.0, 20000.0, 50000.0, 120000.0,
    350000.0,
];

struct Measured {
    estimates: Vec<f64>,
    biases: Vec<f64>,
}

static MEASUREMENTS: LazyLock<Vec<Measured>> = LazyLock::new(|| {
    let numbers = |line: &str| line.split(' ').map(|n| n.parse().expect("the table holds numbers")).collect();
    let lines: Vec<Vec<f64>> = include_str!("bias.txt").lines().map(numbers).collect();
    let pair = |pair: &[Vec<f64>]| Measured { estimates: pair[0].clone(), biases: pair[1].clone() };
    lines.chunks_exact(2).map(pair).collect()
});

/// The count up to which empty registers are believed; `None` for precisions that were not measured.
pub(super) fn threshold(precision: u8) -> Option<f64> {
    index(precision).map(|at| THRESHOLDS[at])
}

/// The bias of a raw estimate: the mean of the biases at the nearest measured estimates.
pub(super) fn bias(precision: u8, raw: f64) -> f64 {
    let Some(at) = index(precision) else { return 0.0 };
    let Measured { estimates, biases } = &MEASUREMENTS[at];
    let distance = |at: usize| (raw - estimates[at]).powi(2);
    let above = estimates.partition_point(|estimate| *estimate < raw);
    let mut low = (above + 1).saturating_sub(NEIGHBOURS);
    let mut high = (low + NEIGHBOURS).min(estimates.len());
    while high < estimates.len() && distance(high) < distance(low) {
        low += 1;
        high += 1;
    }
    biases[low..high].iter().sum::<f64>() / (high - low) as f64
}

fn index(precision: u8) -> Option<usize> {
    MEASURED.contains(&precision).then(|| usize::from(precision - MEASURED.start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_precision_has_as_many_biases_as_ascending_estimates() {
        assert_eq!(MEASUREMENTS.len(), THRESHOLDS.len());
        for measured in MEASUREMENTS.iter() {
            assert_eq!(measured.estimates.len(), measured.biases.len());
            assert!(measured.estimates[0] < measured.estimates[measured.estimates.len() - 1]);
        }
    }

    #[test]
    fn a_bias_is_the_mean_of_its_six_nearest_neighbours() {
        let first: f64 = [10.0, 9.717, 9.207, 8.7896, 8.2882, 7.8204].iter().sum::<f64>() / 6.0;
        assert!((bias(4, 11.0) - first).abs() < 1e-9);
        assert_eq!(bias(19, 11.0), 0.0);
    }
}
