//! Small scripts, each for one rule. The left side may be 10 seconds late, the right side 5; a right row matches a
//! left row of its key from the same instant to 30 seconds after it.
//!
//! Source: Spark 3.5.4, rule by rule as its classes have it; `boundary` scripts repeat what was recorded there.

use serde_json::json;
use wavetank::engine::watermark::WatermarkPolicy;

use crate::rig::{Rig, Settings};
use crate::script::Step::*;
use crate::script::{Step, Stream, Subject, check, on_the_day, pipeline};

const STREAMS: [Stream; 2] = [
    Stream { name: "L", table: "lefts", record: event },
    Stream { name: "R", table: "rights", record: event },
];

const SCHEMA: &str = "k STRING, t TIMESTAMP, n BIGINT";

/// Where the watermark is before anything was seen.
const EPOCH: &str = "1970-01-01 00:00:00";

const WITHIN_30_SECONDS: &str = "r.t BETWEEN l.t AND l.t + INTERVAL 30 SECONDS";

/// A record from its words: key, time on the script's day, number; `-` for null.
pub fn event(words: &[&str]) -> String {
    let word = |at: usize| words.get(at).copied().filter(|word| *word != "-");
    let number = word(2).map(|n| n.parse::<i64>().expect("the third word is a number"));
    json!({ "k": word(0), "t": word(1).map(on_the_day), "n": number }).to_string()
}

/// The join that most scripts are about.
pub fn pairs() -> Subject {
    joined(&format!("l.k = r.k AND {WITHIN_30_SECONDS}"))
}

/// The same join on another condition; a filter may follow it.
fn joined(condition: &str) -> Subject {
    subject(&format!(
        "CREATE STREAMING TABLE pairs AS SELECT l.k, l.t AS lt, r.t AS rt
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l
         JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 5 SECONDS AS r ON {condition}"
    ))
}

fn subject(sql: &str) -> Subject {
    let pipeline = pipeline(sql, &[("lefts", SCHEMA), ("rights", SCHEMA)]);
    Subject { pipeline, streams: STREAMS.to_vec(), settings: Settings::default() }
}

/// Steps that put both sides' first rows at 10:01:00 and come to rest, the watermark at 10:00:50.
const AT_10_01: [Step<'static>; 4] =
    [Add("L", "a 10:01:00"), Add("R", "a 10:01:00"), Drain, Watermark("10:00:50")];

#[track_caller]
fn check_from_10_01(subject: &Subject, steps: &[Step<'_>]) {
    check(subject, &[&AT_10_01, steps].concat());
}

#[test]
fn a_row_at_the_watermark_is_late_and_a_microsecond_after_it_is_not() {
    check_from_10_01(
        &pairs(),
        &[
            Add("L", "b 10:00:50, b 10:00:50.000001"),
            Add("R", "b 10:00:50, b 10:00:50.000001"),
            Drain,
            Lost("late 2"),
            Rows("b 10:00:50.000001 10:00:50.000001"),
        ],
    );
}

#[test]
fn a_busy_stream_judges_lateness_by_the_watermark_of_the_batch_before() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:01:00"),
            Add("R", "a 10:01:00"),
            Trigger,
            Watermark("10:00:50"),
            // The batch runs with 10:00:50 and still takes, joins and evicts what is older.
            Add("L", "b 10:00:00"),
            Add("R", "b 10:00:10"),
            Trigger,
            Rows("b 10:00:00 10:00:10"),
            Lost(""),
            State(2),
            Add("L", "b 10:00:00"),
            Add("R", "b 10:00:10"),
            Trigger,
            Lost("late 2"),
        ],
    );
}

#[test]
fn a_drained_stream_judges_lateness_by_the_watermark_itself() {
    check_from_10_01(
        &pairs(),
        &[Add("L", "b 10:00:00"), Add("R", "b 10:00:10"), Trigger, Emits(0), Lost("late 2")],
    );
}

#[test]
fn rows_from_before_1970_are_late_from_the_first_batch_on() {
    let left = r#"{"k":"a","t":"1970-01-01 00:00:00"}"#;
    let right = r#"{"k":"a","t":"1970-01-01 00:00:00.000001"}"#;
    check(&pairs(), &[AddText("L", left), AddText("R", right), Trigger, Emits(0), Lost("late 1"), State(1)]);
}

#[test]
fn a_batch_without_data_runs_once_after_the_watermark_has_moved() {
    check(
        &pairs(),
        &[
            Drain,
            Batches(0),
            Add("L", "a 10:01:00"),
            Add("R", "a 10:01:00"),
            Drain,
            Batches(2),
            Drain,
            Batches(0),
            // Older than what was seen: the watermark stays, so one batch is enough.
            Add("L", "a 10:00:59"),
            Add("R", "a 10:00:59"),
            Drain,
            Batches(1),
        ],
    );
}

#[test]
fn a_batch_without_data_runs_where_one_side_can_leave() {
    check(
        &joined("l.k = r.k AND r.t >= l.t"),
        &[
            Add("L", "a 10:01:00"),
            Add("R", "b 10:00:00, b 10:01:00"),
            Drain,
            Batches(2),
            Removed(1),
            State(2),
        ],
    );
}

#[test]
fn no_batch_without_data_runs_where_nothing_can_leave() {
    let steps = [Add("L", "a 10:01:00"), Add("R", "a 10:01:00"), Drain, Watermark("10:00:50"), Batches(1)];
    check(&joined("l.k = r.k"), &steps);
}

#[test]
fn no_batch_without_data_runs_without_state() {
    check(
        &subject(
            "CREATE STREAMING TABLE rows AS
             SELECT l.k FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l",
        ),
        &[Add("L", "a 10:01:00"), Drain, Rows("a"), Watermark("10:00:50"), Batches(1)],
    );
}

#[test]
fn a_source_that_always_has_news_makes_every_trigger_a_batch() {
    let settings = Settings { always_new: true, ..Settings::default() };
    check(&Subject { settings, ..pairs() }, &[Trigger, Batches(1), Trigger, Batches(1), Emits(0)]);
}

#[test]
fn a_stream_that_never_spoke_keeps_the_watermark_at_the_epoch() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:01:00, a 11:00:00"),
            Drain,
            Watermark(EPOCH),
            Batches(1),
            Add("R", "a 10:01:10"),
            Drain,
            Rows("a 10:01:00 10:01:10"),
            Watermark("10:01:05"),
        ],
    );
}

#[test]
fn a_stream_that_went_silent_holds_the_watermark_where_it_was() {
    check_from_10_01(
        &pairs(),
        &[
            Add("L", "b 12:00:00"),
            Drain,
            // 10:01:00 less 5 seconds: now the right side is the slowest.
            Watermark("10:00:55"),
            Add("L", "b 18:00:00"),
            Drain,
            Watermark("10:00:55"),
            Batches(1),
        ],
    );
}

#[test]
fn under_the_policy_max_the_fastest_stream_drives_on_and_the_other_is_late() {
    let settings = Settings { policy: WatermarkPolicy::Max, ..Settings::default() };
    check(
        &Subject { settings, ..pairs() },
        &[
            Add("L", "a 10:01:00"),
            Drain,
            Watermark("10:00:50"),
            Batches(2),
            Add("L", "a 11:00:00"),
            Drain,
            Watermark("10:59:50"),
            Lost("evicted_unmatched 1"),
            Add("R", "a 10:01:10"),
            Drain,
            Emits(0),
            Lost("late 1"),
        ],
    );
}

#[test]
fn a_row_without_a_key_does_not_move_the_watermark() {
    check_from_10_01(
        &pairs(),
        &[
            Add("L", "- 12:00:00"),
            Add("R", "- 12:00:00"),
            Drain,
            Lost("null_key 2"),
            Emits(0),
            Watermark("10:00:50"),
            Add("L", "b 12:00:00"),
            Add("R", "c 12:00:00"),
            Drain,
            Watermark("11:59:50"),
        ],
    );
}

#[test]
fn a_row_without_an_event_time_counts_as_the_epoch_and_is_lost() {
    check_from_10_01(
        &pairs(),
        &[
            Add("L", "a -"),
            Add("R", "a -, - -"),
            Drain,
            Lost("null_event_time 2, null_key 1"),
            Emits(0),
            Watermark("10:00:50"),
        ],
    );
}

#[test]
fn a_filter_on_other_columns_stands_below_the_watermark() {
    check_from_10_01(
        &joined(&format!("l.k = r.k AND {WITHIN_30_SECONDS} WHERE l.n IS NULL AND r.n IS NULL")),
        &[
            Add("L", "a 12:00:00 1"),
            Add("R", "a 12:00:00 1"),
            Drain,
            Lost("filtered 2"),
            Watermark("10:00:50"),
        ],
    );
}

#[test]
fn a_filter_on_the_event_time_stands_above_the_watermark() {
    let early = "l.t < CAST('2026-01-05 11:00:00' AS TIMESTAMP)";
    check_from_10_01(
        &joined(&format!("l.k = r.k AND {WITHIN_30_SECONDS} WHERE {early}")),
        &[Add("L", "b 12:00:00"), Add("R", "c 12:00:00"), Trigger, Lost("filtered 1"), Watermark("11:59:50")],
    );
}

#[test]
fn the_watermark_is_floored_to_milliseconds() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:01:00.123999"),
            Add("R", "a 10:01:30"),
            Drain,
            Watermark("10:00:50.123"),
            Add("L", "b 10:00:50.123, b 10:00:50.123001"),
            Drain,
            Lost("late 1"),
        ],
    );
}

#[test]
fn a_malformed_record_goes_on_as_nulls_and_is_lost_as_malformed() {
    check_from_10_01(
        &pairs(),
        &[
            AddText("L", r#"{"k":"a","t":"2026-01-05 12:00:00""#),
            AddText("R", "[]"),
            Drain,
            Rejected(2),
            Lost("malformed 2"),
            Watermark("10:00:50"),
        ],
    );
}

#[test]
fn a_malformed_event_time_loses_the_row_as_malformed() {
    check_from_10_01(
        &pairs(),
        &[AddText("L", r#"{"k":"a","t":"noon"}"#), Drain, Rejected(1), Lost("malformed 1")],
    );
}

#[test]
fn a_malformed_field_that_the_join_does_not_need_is_null_in_the_joined_row() {
    check(
        &subject(&format!(
            "CREATE STREAMING TABLE pairs AS SELECT l.k, l.n AS ln, r.n AS rn
             FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l
             JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 5 SECONDS AS r
               ON l.k = r.k AND {WITHIN_30_SECONDS}"
        )),
        &[
            AddText("L", r#"{"k":"a","t":"2026-01-05 10:01:00","n":"seven"}"#),
            Add("R", "a 10:01:00 7"),
            Drain,
            Rows("a - 7"),
            Rejected(1),
            Lost(""),
        ],
    );
}

#[test]
fn duplicates_join_as_a_multiset() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:01:00, a 10:01:00"),
            Add("R", "a 10:01:01, a 10:01:01, a 10:01:01"),
            Drain,
            Emits(6),
            Add("L", "a 10:01:00"),
            Drain,
            Rows("a 10:01:00 10:01:01, a 10:01:00 10:01:01, a 10:01:00 10:01:01"),
        ],
    );
}

#[test]
fn both_ends_of_the_range_match() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:00:00"),
            Add("R", "a 09:59:59.999999, a 10:00:00, a 10:00:30, a 10:00:30.000001"),
            Drain,
            Rows("a 10:00:00 10:00:00, a 10:00:00 10:00:30"),
        ],
    );
}

#[test]
fn a_left_row_leaves_one_millisecond_after_the_watermark_has_left_its_range() {
    check(
        &pairs(),
        &[
            Add("L", "a 10:00:00, x 10:00:40"),
            Add("R", "y 10:00:40"),
            Drain,
            Watermark("10:00:30"),
            State(3),
            Add("L", "x 10:00:40.001"),
            Drain,
            Watermark("10:00:30.001"),
            Lost("evicted_unmatched 1"),
            State(3),
        ],
    );
}

#[test]
fn a_right_row_leaves_one_millisecond_after_the_watermark_has_reached_it() {
    check(
        &pairs(),
        &[
            Add("L", "x 10:00:40"),
            Add("R", "a 10:00:30, y 10:00:40"),
            Drain,
            Watermark("10:00:30"),
            State(3),
            Add("L", "x 10:00:40.001"),
            Drain,
            Watermark("10:00:30.001"),
            Lost("evicted_unmatched 1"),
            State(3),
        ],
    );
}

#[test]
fn strict_bounds_let_rows_leave_at_the_watermark() {
    check(
        &joined("l.k = r.k AND r.t > l.t AND r.t < l.t + INTERVAL 30 SECONDS"),
        &[
            Add("L", "a 10:00:00, x 10:00:39.999"),
            Add("R", "b 10:00:30, y 10:00:40"),
            Drain,
            Watermark("10:00:29.999"),
            State(4),
            Add("L", "x 10:00:40"),
            Drain,
            Watermark("10:00:30"),
            Lost("evicted_unmatched 2"),
            State(3),
        ],
    );
}

#[test]
fn with_equal_event_times_as_keys_both_sides_leave_at_the_watermark() {
    check(
        &joined("l.k = r.k AND l.t = r.t"),
        &[
            Add("L", "a 10:00:30, b 10:00:30.000001, x 10:00:40"),
            Add("R", "c 10:00:30, x 10:00:40"),
            Drain,
            Rows("x 10:00:40 10:00:40"),
            Watermark("10:00:30"),
            Lost("evicted_unmatched 2"),
            State(3),
        ],
    );
}

#[test]
fn a_row_that_has_matched_leaves_without_being_lost() {
    check_from_10_01(
        &pairs(),
        &[Add("L", "x 12:00:00"), Add("R", "y 12:00:00"), Drain, Removed(2), Lost(""), State(2)],
    );
}

#[test]
fn a_join_without_an_equality_is_refused_in_its_first_batch_in_the_words_of_spark() {
    let subject = joined(WITHIN_30_SECONDS);
    let mut rig = Rig::start(&subject.pipeline, subject.settings).unwrap();
    assert!(rig.trigger().unwrap().is_none(), "without records there is no batch");
    rig.add(subject.streams[0].table, ["{}".to_owned()]);
    let error = rig.trigger().err().unwrap();
    assert_eq!(error.to_string(), "Stream-stream join without equality predicate is not supported.");
}

/// Recorded on Spark 3.5.4: rows that the watermark of their own batch has passed still join in it. Spark stores
/// such a row on the left, where it leaves again, and does not on the right.
#[test]
fn the_boundary_between_late_and_evicted_lags_by_one_batch() {
    let subject = subject(&format!(
        "CREATE STREAMING TABLE pairs AS SELECT l.k, l.t AS lt, r.t AS rt
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l
         JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS r
           ON l.k = r.k AND {WITHIN_30_SECONDS}"
    ));
    check(
        &subject,
        &[
            Add("L", "w 10:01:50"),
            Add("R", "w2 10:01:50"),
            Trigger,
            Watermark("10:01:40"),
            Add("L", "a 10:01:00, b 10:01:41"),
            Add("R", "a 10:01:10, c 10:01:00"),
            Trigger,
            Rows("a 10:01:00 10:01:10"),
            Lost("evicted_unmatched 1"),
            State(3),
            Updated(2),
            Removed(1),
            Add("L", "a 10:01:00, b 10:01:41"),
            Add("R", "b 10:01:42"),
            Trigger,
            Rows("b 10:01:41 10:01:42, b 10:01:41 10:01:42"),
            Lost("late 1"),
            State(5),
            Updated(2),
            Removed(0),
            Add("L", "q 10:06:40"),
            Add("R", "q2 10:06:40"),
            Drain,
            Batches(2),
            Watermark("10:06:30"),
            State(2),
            Updated(2),
            Removed(5),
        ],
    );
}
