//! Cases that nobody has thought of: a query, its streams and what arrives in them, drawn from a seed.
//!
//! They are written as the recordings of Spark are ([`crate::conform`]), so that one case can be run on the engine, on
//! the model, and on Spark itself.

pub mod query;
mod records;
pub mod swarm;

use crate::conform::{Case, FORMAT};
use crate::rng::Rng;
pub use query::{Drawn, Family};
pub use swarm::Swarm;

/// The case of a number.
pub fn case(seed: u64, number: u64) -> Case {
    let rng = Rng::new(seed).fork("case").fork(&number.to_string());
    let family = Family::ALL[rng.fork("family").below(Family::ALL.len() as u64) as usize];
    let (drawn, swarm) = (Drawn::draw(family, &rng), Swarm::draw(&rng));
    let steps = records::steps(&drawn, &swarm, &rng);
    Case {
        format: FORMAT,
        id: format!("drawn_{seed}_{number:05}"),
        kind: "drawn".to_owned(),
        description: format!("{}, drawn from seed {seed}", family.name()),
        config: drawn.config,
        streams: drawn.streams,
        query: drawn.query,
        steps,
    }
}

/// What arrives for a query that was drawn already.
pub fn steps(drawn: &Drawn, swarm: &Swarm, rng: &Rng) -> Vec<crate::conform::Step> {
    records::steps(drawn, swarm, rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Outcome;
    use crate::conform::build::build;
    use crate::conform::execute::execute;

    #[test]
    fn nearly_every_case_runs() {
        let (mut ran, mut rows) = (0, 0);
        for number in 0..300 {
            let nothing = Outcome::Ran { output_schema: vec![], batches: vec![] };
            let vector = case(7, number).recorded(nothing);
            let pipeline = build(&vector).unwrap_or_else(|error| panic!("{}: {error:?}", vector.id));
            match execute(&vector, &pipeline).unwrap() {
                Outcome::Ran { batches, .. } => {
                    ran += 1;
                    rows += batches.iter().map(|batch| batch.rows.len()).sum::<usize>();
                }
                Outcome::Failed(failure) => println!("{}: {}", vector.id, failure.message),
            }
        }
        assert!(ran > 280, "{ran}");
        assert!(rows > 300, "{rows}");
    }

    #[test]
    fn a_case_is_a_function_of_seed_and_number() {
        let text = |seed, number| serde_json::to_string(&case(seed, number)).unwrap();
        assert_eq!(text(1, 2), text(1, 2));
        assert_ne!(text(1, 2), text(1, 3));
        assert_ne!(text(1, 2), text(2, 2));
    }
}
