//! What became of the records behind rows that are missing.
//!
//! A missing row names values. Records whose text holds these values as JSON strings or numbers are looked up in the
//! ledger: of each stream those that hold the most of them.

use super::database::CheckDatabase;
use crate::file::{Canonical, Check, Question, canonical};
use crate::report::{ReportRow, Verdict};

/// Lines that are said of a failure.
const LINES: usize = 5;

/// Rows whose records are looked for, and values of each that are.
const ROWS: usize = 3;
const VALUES: usize = 6;

/// What is on file about the records behind the rows that a failed check misses; without such rows, behind those that
/// it did not expect. At most five lines, none if there is nothing to say.
pub fn why(database: &CheckDatabase, check: &Check, verdict: &Verdict) -> Vec<String> {
    let Verdict::Failed { missing, unexpected, .. } = verdict else { return vec![] };
    if matches!(check.question, Question::Invariant(_)) && missing.is_empty() {
        return vec![];
    }
    let rows = if missing.is_empty() { unexpected } else { missing };
    let mut lines: Vec<String> = Vec::new();
    for row in rows.iter().take(ROWS) {
        for line in fates(database, row) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.truncate(LINES);
    lines
}

/// What became of the records that hold the values of a row.
fn fates(database: &CheckDatabase, row: &ReportRow) -> Vec<String> {
    let values = telling_values(row);
    if values.is_empty() {
        return vec![];
    }
    // A database without these tables has nothing to say.
    database
        .query(&query(&values))
        .map_or_else(|_| vec![], |rows| rows.rows.into_iter().filter_map(line).collect())
}

/// Texts, or else whole numbers, that may tell a record from others.
fn telling_values(row: &ReportRow) -> Vec<&str> {
    let of_kind = |wanted: fn(&Canonical) -> bool| -> Vec<&str> {
        let values = row.0.iter().filter_map(|(_, value)| value.as_deref());
        let mut values: Vec<&str> = values.filter(|value| wanted(&canonical(value))).collect();
        values.dedup();
        values.truncate(VALUES);
        values
    };
    let is_name = |value: &Canonical| match value {
        Canonical::Text(text) => !matches!(text.as_str(), "" | "true" | "false") && text.len() < 200,
        _ => false,
    };
    let texts = of_kind(is_name);
    if texts.is_empty() { of_kind(|value| matches!(value, Canonical::Int(_))) } else { texts }
}

/// The records that hold most of the values, per stream, with what became of them; lost ones first.
fn query(values: &[&str]) -> String {
    let held: Vec<String> = values.iter().map(|value| format!("CAST({} AS INTEGER)", holds(value))).collect();
    let held = held.join(" + ");
    format!(
        "WITH scored AS (
           SELECT *, {held} AS held FROM wavetank.input WHERE data IS NOT NULL
         ), found AS (
           SELECT * FROM scored WHERE held > 0
           QUALIFY held = max(held) OVER (PARTITION BY stream)
         ), fate AS (
           SELECT i.id, i.stream, i.shard, i.line, i.file, i.job, i.batch, i.sequence_number,
                  d.reason, d.job AS dropped_by, d.batch AS dropped_in, d.event_time, d.watermark,
                  r.field, r.detail,
                  s.operator AS kept_by, s.matched,
                  l.event AS went, l.batch AS went_in,
                  CASE WHEN d.reason IS NOT NULL THEN 0 WHEN i.batch IS NULL THEN 1 WHEN r.detail IS NOT NULL THEN 2
                       WHEN s.operator IS NOT NULL THEN 3 WHEN l.event IS NOT NULL THEN 4 ELSE 5 END AS rank
           FROM found i
           LEFT JOIN (SELECT DISTINCT ON (job, stream, shard, sequence_number) * FROM wavetank.dropped
                      ORDER BY batch) d
             ON (d.stream, d.shard, d.sequence_number) = (i.stream, i.shard, i.sequence_number)
             AND d.job IS NOT DISTINCT FROM i.job
           LEFT JOIN (SELECT DISTINCT ON (job, stream, shard, sequence_number) * FROM wavetank.rejected
                      ORDER BY field) r
             ON (r.stream, r.shard, r.sequence_number) = (i.stream, i.shard, i.sequence_number)
             AND r.job IS NOT DISTINCT FROM i.job
           LEFT JOIN (SELECT DISTINCT ON (job, stream, shard, sequence_number) * FROM wavetank.state
                      ORDER BY matched) s
             ON (s.stream, s.shard, s.sequence_number) = (i.stream, i.shard, i.sequence_number)
             AND s.job IS NOT DISTINCT FROM i.job
           LEFT JOIN (SELECT DISTINCT ON (job, stream, shard, sequence_number) * FROM (
                        SELECT job, stream, shard, sequence_number, batch, event FROM wavetank.lineage
                        UNION ALL SELECT job, partner_stream, partner_shard, partner_sequence_number, batch, event
                        FROM wavetank.lineage WHERE partner_sequence_number IS NOT NULL)
                      ORDER BY batch DESC, event = 'written' DESC) l
             ON (l.stream, l.shard, l.sequence_number) = (i.stream, i.shard, i.sequence_number)
             AND l.job IS NOT DISTINCT FROM i.job
         )
         SELECT coalesce(id, {name}), stream, shard, CAST(line AS VARCHAR), coalesce(dropped_by, job), reason,
                CAST(dropped_in AS VARCHAR), CAST(event_time AS VARCHAR), CAST(watermark AS VARCHAR),
                CAST(batch AS VARCHAR), field, detail, kept_by, CAST(matched AS VARCHAR), went,
                CAST(went_in AS VARCHAR)
         FROM fate ORDER BY rank, stream, shard, length(sequence_number), sequence_number LIMIT {LINES}",
        name = quoted(values[0]),
    )
}

/// Whether `data` holds a value as a JSON string or number.
fn holds(value: &str) -> String {
    if let Canonical::Int(number) = canonical(value) {
        return format!("regexp_matches(data, '[:\\[,]\\s*\"?{number}\"?\\s*[,}}\\]]')");
    }
    let json = serde_json::Value::from(value).to_string();
    format!("contains(data, {})", quoted(&json))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A row of [`query`] as a sentence.
fn line(row: Vec<Option<String>>) -> Option<String> {
    let [
        name,
        stream,
        shard,
        line,
        job,
        reason,
        dropped_in,
        event_time,
        watermark,
        batch,
        field,
        detail,
        kept_by,
        matched,
        went,
        went_in,
    ] = <[Option<String>; 16]>::try_from(row).ok()?;
    let said = |text: Option<String>| text.unwrap_or_default();
    let place = match line {
        Some(line) => format!("{}, {}, line {line}", said(stream), short(&said(shard))),
        None => format!("{}, {}", said(stream), short(&said(shard))),
    };
    let job = job.map_or_else(String::new, |job| format!("{job} "));
    let fate = match (reason, batch, detail, kept_by, went) {
        (Some(reason), _, detail, ..) => {
            let times = match (event_time, watermark) {
                (Some(time), Some(watermark)) => {
                    let (time, watermark) = without_common_date(&time, &watermark);
                    format!(": event time {time} <= watermark {watermark}")
                }
                _ => detail.map_or_else(String::new, |detail| format!(": {detail}")),
            };
            format!("dropped as {reason} at {job}batch {}{times}", said(dropped_in))
        }
        (None, None, ..) => {
            format!("never read by {}", if job.is_empty() { "the job" } else { job.trim_end() })
        }
        (_, Some(batch), Some(detail), ..) => {
            let field = field.map_or_else(String::new, |field| format!(" in `{field}`"));
            format!("did not decode in full{field} at {job}batch {batch}: {detail}")
        }
        (_, Some(batch), None, Some(operator), _) => {
            let waits = if matched.as_deref() == Some("false") { "without a match so far" } else { "kept" };
            format!("read at {job}batch {batch}, in the state of {operator}, {waits}")
        }
        (_, Some(batch), None, None, Some(went)) => {
            format!("read at {job}batch {batch}, {went} at batch {}", said(went_in))
        }
        (_, Some(batch), None, None, None) => {
            format!("read at {job}batch {batch}, and nothing more is on file")
        }
    };
    Some(format!("{} ({place}): {fate}", said(name)))
}

/// `shardId-000000000003` as `shardId-…3`.
fn short(shard: &str) -> String {
    match shard.split_once("-0") {
        Some((name, digits)) => {
            let digits = digits.trim_start_matches('0');
            format!("{name}-…{}", if digits.is_empty() { "0" } else { digits })
        }
        None => shard.to_owned(),
    }
}

/// Two instants without their dates if these are one.
fn without_common_date<'t>(a: &'t str, b: &'t str) -> (&'t str, &'t str) {
    match (a.split_once(' '), b.split_once(' ')) {
        (Some((day, a)), Some((other, b))) if day == other => (a, b),
        _ => (a, b),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{database, sql_check};
    use super::*;

    const LEDGER: &str = "
        INSERT INTO wavetank.input VALUES
          ('joins', 'orders', 'shardId-000000000000', '1', 'k', '2026-01-05 10:20:00', 9, 0, 0, 'purchase T5', 'orders.ndjson', 40, '{\"id\": \"T5\", \"n\": 15}'),
          ('joins', 'orders', 'shardId-000000000001', '2', 'k', '2026-01-05 10:20:00', 9, 0, 0, NULL, NULL, NULL, '{\"id\": \"T55\", \"n\": 5}'),
          ('joins', 'answers', 'shardId-000000000000', '7', 'k', '2026-01-05 10:20:00', 4, 0, 1, NULL, NULL, NULL, '{\"of\": \"T5\", \"sku\": \"a\"}'),
          (NULL, 'orders', 'shardId-000000000000', '9', 'k', '2026-01-05 10:20:00', NULL, NULL, NULL, NULL, NULL, NULL, '{\"id\": \"T9\"}');
        INSERT INTO wavetank.dropped VALUES
          ('joins', 'orders', 'shardId-000000000000', '1', '2026-01-05 10:10:00', '2026-01-05 10:20:00', '2026-01-05 10:10:00', 'symmetricHashJoin', 9, 'late', NULL, NULL);
        INSERT INTO wavetank.state VALUES ('joins', 'answers', 'shardId-000000000000', '7', NULL, 'symmetricHashJoin', false);
    ";

    fn lines(cells: &[(&str, Option<&str>)]) -> Vec<String> {
        let row = cells.iter().map(|(c, v)| ((*c).to_owned(), v.map(str::to_owned))).collect();
        let Verdict::Failed { summary, expected, actual, difference, why: none, unexpected, .. } =
            Verdict::failed("x")
        else {
            unreachable!("it has failed")
        };
        let verdict = Verdict::Failed {
            summary,
            expected,
            actual,
            difference,
            why: none,
            unexpected,
            missing: vec![ReportRow(row)],
        };
        why(&database(LEDGER), &sql_check("SELECT 1"), &verdict)
    }

    #[test]
    fn a_missing_row_leads_to_what_became_of_its_records() {
        assert_eq!(
            lines(&[("id", Some("T5")), ("at", Some("2026-01-05 10:10:00"))]),
            [
                "purchase T5 (orders, shardId-…0, line 40): dropped as late at joins batch 9: event time 10:10:00 <= watermark 10:10:00",
                "T5 (answers, shardId-…0): read at joins batch 4, in the state of symmetricHashJoin, without a match so far",
            ]
        );
    }

    #[test]
    fn a_record_that_nobody_read_is_named() {
        assert_eq!(lines(&[("id", Some("T9"))]), ["T9 (orders, shardId-…0): never read by the job"]);
    }

    #[test]
    fn the_other_side_of_a_match_went_as_far_as_its_partner() {
        let joined = "DELETE FROM wavetank.state; INSERT INTO wavetank.lineage VALUES ('joins', 'orders', 'shardId-000000000001',
          '2', 11, 'symmetricHashJoin', 'joined', 'answers', 'shardId-000000000000', '7');";
        let row = ReportRow(vec![("sku".to_owned(), Some("a".to_owned()))]);
        let expected = "a (answers, shardId-…0): read at joins batch 4, joined at batch 11";
        assert_eq!(fates(&database(&format!("{LEDGER}{joined}")), &row), [expected]);
    }

    #[test]
    fn numbers_are_looked_for_where_there_is_no_name() {
        assert_eq!(
            lines(&[("n", Some("5"))]),
            ["5 (orders, shardId-…1): read at joins batch 9, and nothing more is on file"]
        );
        assert_eq!(lines(&[("n", None), ("b", Some("true"))]), <[&str; 0]>::default());
    }
}
