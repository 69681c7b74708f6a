//! Page hits over a day, of many sites of which some are popular.

use serde::Serialize;

use super::{Arrival, Parameters, Record, START_SECONDS, Traffic, batches, delay, json};
use crate::scenarios::file::FakeName;
use crate::scenarios::generate::fake;
use crate::scenarios::rng::{Rng, Weights};

const TABLES: &[(&str, &str)] = &[("page_hits", "page_hits")];

/// Sites where nothing else is asked for.
const SITES: u32 = 1000;

/// Event time that the hits lie in, in seconds: a day has 24 windows.
const SPAN_SECONDS: f64 = 24.0 * 3600.0;

const COUNTRIES: &[&str] = &["US", "BR", "DE", "IN", "JP", "FR", "NG", "MX"];
const LANGUAGES: &[&str] = &["en", "pt", "de", "hi", "ja", "fr"];

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Hit<'a> {
    #[serde(rename = "GroupID")]
    group_id: i64,
    country_code: &'a str,
    user_agent: &'a str,
    language: &'a str,
    domain: String,
    timestamp: i64,
}

pub(super) fn draw(parameters: &Parameters) -> Traffic {
    let rng = Rng::new(parameters.seed).fork("hits");
    let (mut values, mut times) = (rng.fork("values"), rng.fork("times"));
    let sites = if parameters.keys > 0 { parameters.keys } else { SITES };
    let sites = Weights::zipf(sites as usize, parameters.skew);
    let agents: Vec<String> = (0..50).map(|_| fake(FakeName::UserAgent, &mut values).into_owned()).collect();
    let pick = |from: &[&'static str], rng: &mut Rng| from[rng.below(from.len() as u64) as usize];
    let hit = |number: u64| {
        let happens = SPAN_SECONDS * number as f64 / parameters.events as f64;
        let row = Hit {
            group_id: values.between(1, 4),
            country_code: pick(COUNTRIES, &mut values),
            user_agent: &agents[values.below(agents.len() as u64) as usize],
            language: pick(LANGUAGES, &mut values),
            domain: format!("site-{}.example", sites.draw(&mut values)),
            timestamp: START_SECONDS + happens as i64,
        };
        let record = Record { partition_key: row.domain.clone(), data: json(&row) };
        Arrival { at: happens + delay(parameters, 2.0, 120.0, &mut times), table: 0, record }
    };
    batches(TABLES, (0..parameters.events).map(hit).collect(), 0, parameters.batch_events)
}
