//! Seeded randomness that survives edits: one independent stream of draws per *path of names*.
//!
//! `Rng::new(42).fork("generate").fork("orders").fork("key")` is a function of the seed and the names alone,
//! never of how many draws other streams made, so adding one draw somewhere does not reshuffle the rest.
//!
//! The bits come from ChaCha8 (Bernstein 2008; its key here is the seed and a FNV-1a hash of the path).
//! Everything above the bits is written out here instead of taken from a distribution crate, because such crates
//! change their algorithms between versions and golden output would change with them.
//! Logarithm and cosine are the platform's; they may differ in the last bit, which callers absorb by rounding to
//! microseconds or to fixed decimals.

use std::convert::Infallible;
use std::f64::consts::TAU;

use rand::{Rng as _, SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;

/// Fills the half of the ChaCha key that seed and path leave free, so that no other use of ChaCha shares our streams.
const KEY_DOMAIN: &[u8; 16] = b"wavetank draws 1";

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The 99th percentile of the standard normal distribution, which turns (p50, p99) into a lognormal.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

/// One stream of draws, named by a seed and a path.
#[derive(Debug, Clone)]
pub struct Rng {
    seed: u64,
    path: u64,
    source: ChaCha8Rng,
}

impl Rng {
    /// The root stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self::at(seed, FNV_OFFSET)
    }

    /// The stream called `name` below this one; the same for the same names, whatever was drawn before.
    #[must_use]
    pub fn fork(&self, name: &str) -> Self {
        // The separator keeps fork("ab").fork("c") apart from fork("a").fork("bc").
        Self::at(self.seed, fnv1a(fnv1a(self.path, name.as_bytes()), &[0]))
    }

    fn at(seed: u64, path: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&path.to_le_bytes());
        key[16..].copy_from_slice(KEY_DOMAIN);
        Self { seed, path, source: ChaCha8Rng::from_seed(key) }
    }

    /// 64 uniform bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.source.next_u64()
    }

    /// A float in `[0, 1)` with 53 random bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// An integer in `[0, bound)`, without bias (Lemire 2019: multiply, reject the short remainder).
    ///
    /// # Panics
    /// When `bound` is 0: there is nothing to draw.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "an empty range has no draw");
        let mut product = u128::from(self.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u64) < threshold {
                product = u128::from(self.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// An integer in `[low, high]`, both ends included.
    #[inline]
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "a range runs upwards");
        let width = (high as u64).wrapping_sub(low as u64);
        match width.checked_add(1) {
            Some(count) => low.wrapping_add(self.below(count) as i64),
            None => self.next_u64() as i64,
        }
    }

    /// A float in `[low, high)`.
    #[inline]
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with the given probability. Takes one draw whatever the probability is.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A standard normal draw (Box–Muller). Always two uniforms, no spare is kept: the count of draws stays fixed.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// An exponential draw with the given mean (inverse distribution function).
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A lognormal draw given by its median and 99th percentile, in the unit of both.
    pub fn lognormal(&mut self, p50: f64, p99: f64) -> f64 {
        let sigma = (p99 / p50).ln() / NORMAL_P99;
        p50 * (sigma * self.normal()).exp()
    }
}

/// Lets crates that take a generator of bits draw from this stream.
impl TryRng for Rng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.source.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.source.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.source.try_fill_bytes(bytes)
    }
}

/// A discrete distribution over `0..len`, drawn by looking a uniform up in the running sums.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    running: Vec<f64>,
}

impl Weights {
    /// Takes the weight of each index. Weights are not negative and at least one is above zero.
    ///
    /// # Panics
    /// When the weights break that rule.
    pub fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let running: Vec<f64> = weights
            .into_iter()
            .map(|weight| {
                assert!(weight >= 0.0, "a weight is not negative");
                sum += weight;
                sum
            })
            .collect();
        assert!(sum > 0.0, "some weight is above zero");
        Self { running }
    }

    /// Zipf's law: index `i` has weight `1 / (i + 1)^exponent`, so index 0 is the hottest.
    pub fn zipf(keys: usize, exponent: f64) -> Self {
        Self::new((1..=keys).map(|rank| (rank as f64).powf(-exponent)))
    }

    /// One index.
    pub fn draw(&self, rng: &mut Rng) -> usize {
        let total = self.running.last().copied().unwrap_or_default();
        let point = rng.unit() * total;
        self.running.partition_point(|&sum| sum <= point).min(self.running.len() - 1)
    }
}

/// FNV-1a, 64 bits, continued from `hash` (Fowler, Noll, Vo): fixed for ever, unlike the standard library's hasher.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 100_000;

    fn moments(mut draw: impl FnMut(&mut Rng) -> f64) -> (f64, f64) {
        let mut rng = Rng::new(7).fork("moments");
        let values: Vec<f64> = (0..DRAWS).map(|_| draw(&mut rng)).collect();
        let mean = values.iter().sum::<f64>() / DRAWS as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / DRAWS as f64;
        (mean, variance.sqrt())
    }

    fn assert_near(found: f64, wanted: f64, tolerance: f64) {
        assert!((found - wanted).abs() <= tolerance, "{found} is not within {tolerance} of {wanted}");
    }

    #[test]
    fn first_draws_never_change() {
        let mut rng = Rng::new(42).fork("arrivals");
        let draws: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(draws, [5_243_343_054_780_733_685, 6_225_986_490_454_372_584, 14_164_671_837_962_721_400]);
    }

    #[test]
    fn fnv1a_matches_its_published_vectors() {
        assert_eq!(fnv1a(FNV_OFFSET, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(FNV_OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn fork_depends_on_names_and_not_on_draws() {
        let mut used = Rng::new(1);
        used.next_u64();
        assert_eq!(used.fork("a").next_u64(), Rng::new(1).fork("a").next_u64());
        assert_ne!(Rng::new(1).fork("a").next_u64(), Rng::new(1).fork("b").next_u64());
        assert_ne!(Rng::new(1).fork("a").next_u64(), Rng::new(2).fork("a").next_u64());
        let (joined, split) = (Rng::new(1).fork("ab").fork("c"), Rng::new(1).fork("a").fork("bc"));
        assert_ne!(joined.clone().next_u64(), split.clone().next_u64());
    }

    #[test]
    fn unit_has_the_moments_of_a_uniform() {
        let (mean, deviation) = moments(Rng::unit);
        assert_near(mean, 0.5, 0.005);
        assert_near(deviation, (1.0f64 / 12.0).sqrt(), 0.005);
    }

    #[test]
    fn normal_has_mean_zero_and_deviation_one() {
        let (mean, deviation) = moments(Rng::normal);
        assert_near(mean, 0.0, 0.01);
        assert_near(deviation, 1.0, 0.01);
    }

    #[test]
    fn exponential_has_its_mean_as_deviation() {
        let (mean, deviation) = moments(|rng| rng.exponential(6.0));
        assert_near(mean, 6.0, 0.1);
        assert_near(deviation, 6.0, 0.15);
    }

    #[test]
    fn lognormal_meets_its_percentiles() {
        let mut rng = Rng::new(7).fork("lognormal");
        let mut values: Vec<f64> = (0..DRAWS).map(|_| rng.lognormal(0.8, 45.0)).collect();
        values.sort_by(f64::total_cmp);
        assert_near(values[DRAWS / 2], 0.8, 0.03);
        assert_near(values[DRAWS / 100 * 99], 45.0, 3.0);
    }

    #[test]
    fn below_reaches_every_value_about_equally() {
        let mut rng = Rng::new(7).fork("below");
        let mut seen = [0u32; 6];
        (0..60_000).for_each(|_| seen[rng.below(6) as usize] += 1);
        assert!(seen.iter().all(|count| (9_500..10_500).contains(count)), "{seen:?}");
    }

    #[test]
    fn between_includes_both_ends() {
        let mut rng = Rng::new(7).fork("between");
        let drawn: std::collections::BTreeSet<i64> = (0..200).map(|_| rng.between(-1, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-1, 0, 1, 2]);
        assert_eq!(rng.between(5, 5), 5);
        rng.between(i64::MIN, i64::MAX);
    }

    #[test]
    fn chance_hits_its_share_and_respects_its_ends() {
        let mut rng = Rng::new(7).fork("chance");
        let hits = (0..DRAWS).filter(|_| rng.chance(0.03)).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
        assert!(!rng.chance(0.0));
        assert!(rng.chance(1.0));
    }

    #[test]
    fn zipf_ranks_fall_off_by_the_exponent() {
        let zipf = Weights::zipf(1000, 1.0);
        let mut rng = Rng::new(7).fork("zipf");
        let mut seen = vec![0u32; 1000];
        (0..DRAWS).for_each(|_| seen[zipf.draw(&mut rng)] += 1);
        assert_near(f64::from(seen[0]) / f64::from(seen[1]), 2.0, 0.1);
        assert_near(f64::from(seen[0]) / f64::from(seen[3]), 4.0, 0.3);
    }

    #[test]
    fn weights_skip_what_weighs_nothing() {
        let weights = Weights::new([0.0, 1.0, 0.0, 3.0, 0.0]);
        let mut rng = Rng::new(7).fork("weights");
        let mut seen = [0u32; 5];
        (0..40_000).for_each(|_| seen[weights.draw(&mut rng)] += 1);
        assert_eq!((seen[0], seen[2], seen[4]), (0, 0, 0));
        assert_near(f64::from(seen[3]) / f64::from(seen[1]), 3.0, 0.15);
    }
}
