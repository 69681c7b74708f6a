//! Property tests of your own pipelines, with [proptest](https://docs.rs/proptest): streams as they come in real life,
//! and a tank to run a pipeline over them in the same process.
//!
//! [`events`] makes a strategy of any strategy for one event: event times that move on, some events late, out of order
//! or twice, a clock that is slow, several events to a trigger, a process that dies now and then. Which of these
//! a case has is drawn first, so that rare combinations are met (swarm testing); what is left of a case that fails has
//! none that it can do without, since all of it shrinks as proptest's values do.
//!
//! [`Tank`] runs Spark SQL over such timelines with the engine's own loop, checkpoint and restarts, and answers DuckDB's
//! SQL about what came of them.
//!
//! ```
//! use std::time::Duration;
//!
//! use proptest::prelude::*;
//! use serde::Serialize;
//! use wavetank::proptest::{EventTime, Tank, events, feed};
//!
//! #[derive(Debug, Clone, Serialize)]
//! struct Order {
//!     shop: u8,
//!     at: String,
//! }
//!
//! const HOURLY: &str = "
//!     CREATE STREAMING TABLE hourly AS
//!     SELECT window(at, '1 hour') AS hour, shop, count(*) AS orders
//!     FROM STREAM(orders) WATERMARK at DELAY OF INTERVAL 10 MINUTES
//!     GROUP BY window(at, '1 hour'), shop";
//!
//! let order = (0u8..3).prop_map(|shop| Order { shop, at: String::new() });
//! let orders = events(order, |order, at| Order { at: at.to_string(), ..order })
//!     .over(Duration::from_secs(6 * 3600))
//!     .out_of_order(0.3, Duration::from_secs(500))
//!     .crashes(0.1);
//!
//! proptest!(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() }, |(orders in orders.strategy())| {
//!     let mut tank = Tank::new(HOURLY, &[("orders", "shop INT, at TIMESTAMP")])?;
//!     tank.run([feed("orders", &orders)])?;
//!     tank.drain()?;
//!     // Nothing is later than ten minutes, so nothing is lost, whatever crashed.
//!     let counted = tank.number("SELECT coalesce(sum(orders), 0) FROM hourly")?;
//!     prop_assert_eq!(counted, orders.len() as f64);
//! });
//! ```

mod stream;
mod tank;

pub use stream::{EventTime, Events, Line, Timeline, events};
pub use tank::{Feed, Tank, TankError, feed};

pub use crate::scenarios::file::CrashPoint;
