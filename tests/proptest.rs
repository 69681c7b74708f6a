//! A complete example of property tests with `wavetank::proptest`: a pipeline that joins orders with their payments, a
//! law that holds for it, and one that does not.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use serde::Serialize;
use wavetank::proptest::{Events, Tank, TankError, Timeline, events, feed};

#[derive(Debug, Clone, Serialize)]
struct Order {
    id: u8,
    ordered: String,
    total: u32,
}

#[derive(Debug, Clone, Serialize)]
struct Payment {
    order_id: u8,
    paid: String,
}

const TABLES: [(&str, &str); 2] =
    [("orders", "id INT, ordered TIMESTAMP, total INT"), ("payments", "order_id INT, paid TIMESTAMP")];

const PIPELINE: &str = "
    CREATE STREAMING TABLE paid_orders AS
    SELECT o.id, o.total, o.ordered, p.paid
    FROM STREAM(orders) WATERMARK ordered DELAY OF INTERVAL 10 MINUTES AS o
    JOIN STREAM(payments) WATERMARK paid DELAY OF INTERVAL 10 MINUTES AS p
      ON o.id = p.order_id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 5 MINUTES";

/// What the pipeline should find, asked of everything that was ever sent.
const BATCH_JOIN: &str = "
    SELECT count(*) FROM orders o JOIN payments p
      ON o.id = p.order_id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 5 MINUTES";

const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(60 * minutes);

fn orders() -> Events<impl Strategy<Value = Order> + Clone> {
    let order = (0u8..4, 1u32..100).prop_map(|(id, total)| Order { id, ordered: String::new(), total });
    events(order, |order, at| Order { ordered: at.to_string(), ..order }).over(MINUTES(60))
}

fn payments() -> Events<impl Strategy<Value = Payment> + Clone> {
    let payment = (0u8..4).prop_map(|order_id| Payment { order_id, paid: String::new() });
    events(payment, |payment, at| Payment { paid: at.to_string(), ..payment }).over(MINUTES(60))
}

fn ran(orders: &Timeline<Order>, payments: &Timeline<Payment>) -> Result<Tank, TankError> {
    let mut tank = Tank::new(PIPELINE, &TABLES)?;
    tank.run([feed("orders", orders), feed("payments", payments)])?;
    tank.drain()?;
    Ok(tank)
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// Within the delay nothing is lost, whatever the order, the triggers, the duplicates and the crashes. What comes
    /// twice comes later than the first of it, so the two times together stay below the delay.
    #[test]
    fn every_payment_in_time_finds_its_order(
        orders in orders().out_of_order(0.4, MINUTES(4)).twice(0.2, MINUTES(5)).crashes(0.2).strategy(),
        payments in payments().out_of_order(0.4, MINUTES(9)).crashes(0.2).strategy(),
    ) {
        let tank = ran(&orders, &payments)?;
        prop_assert_eq!(tank.number("SELECT count(*) FROM lost WHERE reason = 'late'")?, 0.0);
        prop_assert_eq!(tank.number("SELECT count(*) FROM paid_orders")?, tank.number(BATCH_JOIN)?);
    }

    /// Beyond the delay rows are lost, and each that is has a reason: what came out and what was late explain it all.
    #[test]
    fn what_is_missing_was_late(
        orders in orders().late(0.3, MINUTES(40)).strategy(),
        payments in payments().late(0.3, MINUTES(40)).slow_clock(MINUTES(20)).strategy(),
    ) {
        let tank = ran(&orders, &payments)?;
        let missing = tank.number(BATCH_JOIN)? - tank.number("SELECT count(*) FROM paid_orders")?;
        let late = tank.number("SELECT count(*) FROM lost WHERE reason = 'late'")?;
        prop_assert!(missing >= 0.0);
        prop_assert!(missing == 0.0 || late > 0.0, "{missing} pairs are missing, and no row was late");
    }
}

/// A law that is wrong: late orders do change the answer. What proptest leaves of the case shows why.
#[test]
fn a_law_that_does_not_hold_is_shrunk_to_the_case_that_matters() {
    let strategy = (orders().late(0.3, MINUTES(60)).strategy(), payments().strategy());
    let config = ProptestConfig { cases: 2000, max_shrink_iters: 20_000, ..config() };
    let outcome = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    )
    .run(&strategy, |(orders, payments)| {
        let tank = ran(&orders, &payments)?;
        prop_assert_eq!(tank.number("SELECT count(*) FROM paid_orders")?, tank.number(BATCH_JOIN)?);
        Ok(())
    });
    let Err(TestError::Fail(reason, (orders, payments))) = outcome else { panic!("it holds: {outcome:?}") };
    println!("{reason}\n{orders:#?}\n{payments:#?}");
    // A payment and its late order, and what has moved the watermark of each stream.
    assert!(orders.len() + payments.len() <= 5, "{orders:?} {payments:?}");
    assert!(orders.lines.len() <= 3 && payments.lines.len() <= 3, "{orders:?} {payments:?}");
    assert!(orders.lines.iter().all(|line| line.crash.is_none()));
}

/// A tank says what is wrong with what it is given.
#[test]
fn mistakes_are_named() {
    let message = |sql: &str, tables: &[(&str, &str)]| match Tank::new(sql, tables) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("there is a mistake in it"),
    };
    assert!(
        message("CREATE STREAMING TABLE x AS SELECT a FROM STREAM(t)", &[("t", "b INT")])
            .contains("near `a`")
    );
    assert!(message(PIPELINE, &[("orders", "id INTERGER")]).contains("the columns of `orders`"));
    let mut tank = Tank::new(PIPELINE, &TABLES).expect("it is right");
    let unknown = tank.put("order", [1]).expect_err("there is no such table").to_string();
    assert_eq!(unknown, "the pipeline does not read `order`");
    assert!(tank.sql("SELECT nothing FROM paid_orders").is_err());
    assert!(tank.number("SELECT 1, 2").is_err());
}
