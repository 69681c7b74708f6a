//! Purchases with nested baskets, and a recommendation made for most of them: the library's `nested-join`, without its
//! broken and doubled records.

use serde::Serialize;

use super::{Arrival, Keys, Parameters, Record, SPAN_SECONDS, START_SECONDS, Traffic, batches, delay, json};
use crate::scenarios::file::FakeName;
use crate::scenarios::generate::fake;
use crate::scenarios::rng::{Rng, Weights};

const TABLES: &[(&str, &str)] = &[
    ("nested-purchase-stream-table", "nestedPurchaseStream"),
    ("recommender-stream-table", "recommenderStream"),
];

/// Purchases that get a recommendation.
const FOLLOWED: f64 = 0.97;

/// Rows that a purchase a second keeps in state: its three items for the watermark's ten minutes and the join's thirty
/// seconds, its recommendation for ten minutes.
const ROWS_PER_RATE: f64 = 3.0 * 630.0 + FOLLOWED * 600.0;

/// Event time that fills the state before anything is measured, in seconds.
const FILL_SECONDS: f64 = 720.0;

#[derive(Serialize)]
struct Purchase<'a> {
    body: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    transaction_id: &'a str,
    purchase_time: i64,
    user_id: String,
    basket_items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    product: Product,
}

#[derive(Serialize)]
struct Product {
    sku: String,
    name: String,
    category: String,
    pricing: Pricing,
    quantity_purchased: i64,
}

#[derive(Serialize)]
struct Pricing {
    price: f64,
}

#[derive(Serialize)]
struct Recommendation<'a> {
    purchase_id: &'a str,
    purchase_time: i64,
    recommendation_processed_time: i64,
    likelihood_score: usize,
    next_best_product_sku: String,
}

/// Names and departments of the shop's products.
struct Catalogue {
    products: Vec<(String, String)>,
}

impl Catalogue {
    fn new(rng: &mut Rng) -> Self {
        let product = |_| {
            let name = fake(FakeName::ProductName, rng).into_owned();
            (name, fake(FakeName::Category, rng).into_owned())
        };
        Self { products: (0..1000).map(product).collect() }
    }

    fn item(&self, rng: &mut Rng) -> Item {
        let number = rng.below(self.products.len() as u64) as usize;
        let (name, category) = &self.products[number];
        let product = Product {
            sku: format!("product-{number}"),
            name: name.clone(),
            category: category.clone(),
            pricing: Pricing { price: (rng.uniform(1.0, 200.0) * 100.0).round() / 100.0 },
            quantity_purchased: rng.between(1, 3),
        };
        Item { product }
    }
}

/// How many purchases there are in how many seconds, and how many of them fill the state.
fn plan(parameters: &Parameters) -> (u64, f64, u64) {
    let measured = (parameters.events as f64 / (1.0 + FOLLOWED)).round().max(1.0);
    match parameters.state_rows {
        None => (measured as u64, SPAN_SECONDS, 0),
        Some(rows) => {
            let rate = (rows as f64 / ROWS_PER_RATE).max(0.001);
            let fill = (rate * FILL_SECONDS).ceil();
            ((fill + measured) as u64, (fill + measured) / rate, fill as u64)
        }
    }
}

pub(super) fn draw(parameters: &Parameters) -> Traffic {
    let rng = Rng::new(parameters.seed).fork("shop");
    let mut keys = Keys::new(parameters, "T", rng.fork("key"));
    let catalogue = Catalogue::new(&mut rng.fork("catalogue"));
    let scores = Weights::new([30.0, 20.0, 10.0, 10.0, 10.0, 10.0, 4.0, 3.0, 2.0, 1.0]);
    let (mut values, mut times) = (rng.fork("values"), rng.fork("times"));
    let (purchases, span, fill) = plan(parameters);
    let mut arrivals = Vec::with_capacity(purchases as usize * 2);
    for number in 0..purchases {
        let happens = span * number as f64 / purchases as f64;
        let id = keys.draw();
        let second = |at: f64| START_SECONDS + at as i64;
        let body = Body {
            transaction_id: &id,
            purchase_time: second(happens),
            user_id: format!("U-{}", values.below(5000)),
            basket_items: (0..values.between(1, 5)).map(|_| catalogue.item(&mut values)).collect(),
        };
        let data = json(&Purchase { body });
        let at = happens + delay(parameters, 0.8, 45.0, &mut times);
        arrivals.push(Arrival { at, table: 0, record: Record { partition_key: id.clone(), data } });
        if values.chance(FOLLOWED) {
            let processed = happens + times.lognormal(6.0, 45.0);
            let row = Recommendation {
                purchase_id: &id,
                purchase_time: second(happens),
                recommendation_processed_time: second(processed),
                likelihood_score: scores.draw(&mut values),
                next_best_product_sku: format!("product-{}", values.below(1000)),
            };
            let data = json(&row);
            let at = processed + delay(parameters, 1.5, 10.0, &mut times);
            arrivals.push(Arrival { at, table: 1, record: Record { partition_key: id, data } });
        }
    }
    let fill = (fill as f64 * (1.0 + FOLLOWED)) as usize;
    batches(TABLES, arrivals, fill, parameters.batch_events)
}
