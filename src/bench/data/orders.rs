//! Orders of which some are sent twice: with keys asked for, as often as these repeat; otherwise every tenth.

use serde::Serialize;

use super::{Arrival, Keys, Parameters, Record, SPAN_SECONDS, START_SECONDS, Traffic, batches, delay, json};
use crate::scenarios::file::FakeName;
use crate::scenarios::generate::fake;
use crate::scenarios::rng::Rng;

const TABLES: &[(&str, &str)] = &[("orders", "orders")];

/// Orders that are sent again.
const DOUBLED: f64 = 0.1;

#[derive(Serialize)]
struct Order<'a> {
    order_id: &'a str,
    customer: String,
    product: String,
    amount: i64,
    ordered_at: i64,
}

pub(super) fn draw(parameters: &Parameters) -> Traffic {
    let rng = Rng::new(parameters.seed).fork("orders");
    let (mut values, mut times) = (rng.fork("values"), rng.fork("times"));
    let mut keys = Keys::new(parameters, "O", rng.fork("key"));
    let mut arrivals = Vec::with_capacity(parameters.events as usize);
    while (arrivals.len() as u64) < parameters.events {
        let happens = SPAN_SECONDS * arrivals.len() as f64 / parameters.events as f64;
        let order_id = keys.draw();
        let row = Order {
            order_id: &order_id,
            customer: format!("C-{}", values.below(50_000)),
            product: fake(FakeName::ProductName, &mut values).into_owned(),
            amount: values.between(1, 100_000),
            ordered_at: START_SECONDS + happens as i64,
        };
        let record = Record { data: json(&row), partition_key: order_id };
        let at = happens + delay(parameters, 1.0, 60.0, &mut times);
        if parameters.keys == 0 && values.chance(DOUBLED) {
            arrivals.push(Arrival { at: at + times.exponential(2.0), table: 0, record: record.clone() });
        }
        arrivals.push(Arrival { at, table: 0, record });
    }
    arrivals.truncate(parameters.events as usize);
    batches(TABLES, arrivals, 0, parameters.batch_events)
}
