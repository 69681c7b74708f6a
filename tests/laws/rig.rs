//! A search for a case that breaks a law, and what is printed of it.

use wavetank::engine::seeded_bug::SeededBug;
use wavetank::scenarios::property::coverage::{Coverage, Event};
use wavetank::scenarios::property::laws::{Bench, Broken, Law, Line, Subject};
use wavetank::scenarios::property::search::{Found, Search, search};
use wavetank::scenarios::rng::Rng;

/// A number from the environment.
pub fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.trim().parse().expect("a number"))
}

/// A case that broke a law.
pub struct Failure {
    pub subject: Subject,
    pub lines: Vec<Line>,
    pub broken: Broken,
}

impl Failure {
    /// What somebody needs to look into it.
    pub fn told(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(ToString::to_string).collect();
        let (family, query) = (self.subject.drawn.family.name(), &self.subject.drawn.query);
        let (streams, config) = (&self.subject.drawn.streams, &self.subject.drawn.config);
        format!(
            "{:?}: {}\n{family}: {query:?}\n{streams:?}\n{config:?}\n  {}",
            self.broken.law,
            self.broken.reason,
            lines.join("\n  ")
        )
    }
}

fn one(bench: &mut Bench, law: Option<Law>, rng: &Rng, coverage: &mut Coverage) -> Option<Failure> {
    let (subject, lines) = Subject::draw(rng)?;
    let broken = subject.judge(&lines, law, bench, coverage)?;
    Some(Failure { subject, lines, broken })
}

/// Searches, with a mistake in the engine or without one.
pub fn searched(what: &Search, bug: Option<SeededBug>, law: Option<Law>) -> Found<Failure> {
    let bench = || Bench::with(bug);
    search(what, bench, |bench, _, rng, coverage| one(bench, law, &rng, coverage), |_| true)
}

/// Prints how often what has happened.
pub fn print(found: &Found<Failure>) {
    println!("{} cases", found.tried);
    for event in Event::ALL {
        println!("{:>10}  {}", found.coverage.count(event), event.name());
    }
}
