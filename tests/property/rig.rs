//! Tries a property of a scenario file with few cases.

use wavetank::scenarios::file::Property;
use wavetank::scenarios::property::scenario::counterexample::NewFile;
use wavetank::scenarios::property::scenario::{Ending, Found, Options, PropertyResult, try_property};
use wavetank::scenarios::property::search::Search;
use wavetank::scenarios::scenario::Scenario;

/// A scenario of this folder.
pub fn scenario(name: &str) -> Scenario {
    Scenario::load(&format!("tests/property/{name}.wt.yaml")).unwrap()
}

/// Tries a property by its name, on so many threads.
pub fn tried_on(scenario: &Scenario, name: &str, jobs: usize, cases: u64) -> (PropertyResult, Vec<NewFile>) {
    let folder = tempfile::tempdir().unwrap();
    let search = Search { seed: scenario.file.seed, first: 0, cases, jobs };
    let options = Options {
        name: &scenario.file.source.name,
        search,
        events: None,
        folder: folder.path().to_owned(),
        after: &|_| true,
    };
    try_property(scenario, property(scenario, name), &options)
}

/// Tries a property of `payments` by its name, with few cases.
pub fn tried(name: &str, cases: u64) -> (PropertyResult, Vec<NewFile>) {
    tried_on(&scenario("payments"), name, 2, cases)
}

/// The counterexample of a property that does not hold.
#[track_caller]
pub fn found(result: &PropertyResult) -> &Found {
    match &result.result {
        Ending::Failed(found) => found,
        other => panic!("{}: {other:?}", result.name),
    }
}

fn property<'s>(scenario: &'s Scenario, name: &str) -> &'s Property {
    scenario.file.properties.iter().find(|property| property.name.value == name).unwrap()
}
