//! Which kinds of disorder a case has, and how wild each of them is.
//!
//! Drawn before anything else: with everything a little disturbed in every case, a rare combination is never reached,
//! since one kind hides the other (Groce et al. 2012, "Swarm testing").

use crate::rng::Rng;

/// The options of one case. Shares are of 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Swarm {
    /// Different keys.
    pub keys: u64,
    /// Records per stream and step, at most.
    pub rows_max: u64,
    /// Steps.
    pub steps: u64,
    /// How far event time moves on from step to step, at most, in units of the grid.
    pub advance: i64,
    /// How far behind its stream a row may be, in units of the grid.
    pub disorder: i64,
    /// How far one stream is behind the other.
    pub lag: i64,
    /// Rows far ahead of everything.
    pub far_ahead: f64,
    /// Times beside the grid, by a microsecond or a millisecond.
    pub off_grid: f64,
    /// Null keys.
    pub null_keys: f64,
    /// Null or unreadable times.
    pub null_times: f64,
    /// Records that are no JSON.
    pub malformed: f64,
    /// Records that come again.
    pub duplicates: f64,
    /// Steps in which a stream says nothing.
    pub silence: f64,
    /// Steps after which the next follows at once.
    pub busy: f64,
    /// Steps before which the query is stopped and started.
    pub restarts: f64,
    /// Steps before which it dies behind the sink.
    pub replays: f64,
    /// Whether the grid begins before 1970.
    pub before_the_epoch: bool,
}

impl Swarm {
    /// Draws the options of a case.
    pub fn draw(rng: &Rng) -> Self {
        let mut rng = rng.fork("swarm");
        let mut share = |on: f64, shares: &[f64]| {
            let (is_on, at) = (rng.chance(on), rng.below(shares.len() as u64) as usize);
            if is_on { shares[at] } else { 0.0 }
        };
        let (far_ahead, off_grid) = (share(0.2, &[0.05, 0.2]), share(0.4, &[0.1, 0.5]));
        let (null_keys, null_times) = (share(0.3, &[0.05, 0.3]), share(0.3, &[0.05, 0.3]));
        let (malformed, duplicates) = (share(0.15, &[0.05, 0.2]), share(0.3, &[0.1, 0.4]));
        let (silence, busy) = (share(0.5, &[0.2, 0.6]), share(0.5, &[0.2, 0.7]));
        let (restarts, replays) = (share(0.3, &[0.1, 0.4]), share(0.3, &[0.1, 0.4]));
        let one_of = |rng: &mut Rng, choices: &[i64]| choices[rng.below(choices.len() as u64) as usize];
        Self {
            keys: 1 + rng.below(3),
            rows_max: 1 + rng.below(4),
            steps: 2 + rng.below(7),
            advance: one_of(&mut rng, &[1, 2, 4, 8]),
            disorder: one_of(&mut rng, &[0, 1, 3, 6, 12]),
            lag: one_of(&mut rng, &[0, 0, 2, 6]),
            far_ahead,
            off_grid,
            null_keys,
            null_times,
            malformed,
            duplicates,
            silence,
            busy,
            restarts,
            replays,
            before_the_epoch: rng.chance(0.1),
        }
    }
}
