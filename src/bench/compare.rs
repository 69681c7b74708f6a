//! Two recorded runs of the same workload, figure by figure.

use super::report::Report;

/// How two runs relate.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// Whether both gave the same answer to the same question.
    pub same_answer: bool,
    /// Why the runs cannot be held against each other as they are, if something differs that should not.
    pub differences: Vec<String>,
    /// The figures that both have.
    pub figures: Vec<Figure>,
}

/// One figure of both runs.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// In the first run.
    pub before: f64,
    /// In the second run.
    pub after: f64,
    /// How many times as good the second is: above 1 is better, whichever way the figure runs.
    pub better: f64,
}

/// Compares.
pub fn compare(before: &Report, after: &Report) -> Comparison {
    let (p, q) = (&before.parameters, &after.parameters);
    let rows = |rows: Option<u64>| rows.map_or("any".to_owned(), |rows| rows.to_string());
    let mut differences = differing(&[
        ("workload", before.workload.name().to_owned(), after.workload.name().to_owned()),
        ("events", p.events.to_string(), q.events.to_string()),
        ("late", p.late.to_string(), q.late.to_string()),
        ("keys", p.keys.to_string(), q.keys.to_string()),
        ("skew", p.skew.to_string(), q.skew.to_string()),
        ("seed", p.seed.to_string(), q.seed.to_string()),
        ("batch events", p.batch_events.to_string(), q.batch_events.to_string()),
        ("state rows", rows(p.state_rows), rows(q.state_rows)),
    ]);
    // The same question has one answer, however many threads look for it.
    let same_question = differences.is_empty();
    let machine = |report: &Report| {
        let machine = &report.machine;
        let processor = machine.processor.as_deref().unwrap_or("unknown processor");
        format!("{processor}, {} cores, {}", machine.cores, machine.system)
    };
    differences.extend(differing(&[
        ("threads", p.parallelism.to_string(), q.parallelism.to_string()),
        ("machine", machine(before), machine(after)),
    ]));
    let same_answer = !same_question || before.results.answer == after.results.answer;
    Comparison { same_answer, differences, figures: figures(before, after) }
}

/// What is not the same in both, in words.
fn differing(both: &[(&str, String, String)]) -> Vec<String> {
    both.iter().filter(|(_, a, b)| a != b).map(|(what, a, b)| format!("{what}: {a} and {b}")).collect()
}

fn figures(before: &Report, after: &Report) -> Vec<Figure> {
    let (a, b) = (&before.results, &after.results);
    let mut figures = vec![
        more("events/s", Some(a.events_per_second), Some(b.events_per_second)),
        more("MB/s", Some(a.megabytes_per_second), Some(b.megabytes_per_second)),
        less("batch p50 ms", a.batches.map(|l| l.p50_millis), b.batches.map(|l| l.p50_millis)),
        less("batch p99 ms", a.batches.map(|l| l.p99_millis), b.batches.map(|l| l.p99_millis)),
        less("peak memory MB", a.peak_memory_bytes.map(mega), b.peak_memory_bytes.map(mega)),
        less("bytes/state row", a.state.map(|s| s.bytes_per_row()), b.state.map(|s| s.bytes_per_row())),
        less("table MB", a.written.map(|w| mega(w.table_bytes)), b.written.map(|w| mega(w.table_bytes))),
    ];
    for part in &a.parts {
        let other = b.parts.iter().find(|other| other.name == part.name);
        let name = format!("{} /s", part.name);
        figures.push(more(&name, Some(part.events_per_second), other.map(|p| p.events_per_second)));
    }
    figures.into_iter().flatten().collect()
}

fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn more(name: &str, before: Option<f64>, after: Option<f64>) -> Option<Figure> {
    let (before, after) = (before?, after?);
    (before > 0.0).then(|| Figure { name: name.to_owned(), before, after, better: after / before })
}

fn less(name: &str, before: Option<f64>, after: Option<f64>) -> Option<Figure> {
    let (before, after) = (before?, after?);
    (after > 0.0).then(|| Figure { name: name.to_owned(), before, after, better: before / after })
}

#[cfg(test)]
mod tests {
    use super::super::answer::Digest;
    use super::super::report::{Machine, Results};
    use super::super::{Parameters, Workload};
    use super::*;

    fn report(seconds: f64, threads: usize, answer: u64) -> Report {
        let parameters = Parameters {
            events: 100,
            late: 0.0,
            batch_events: 10,
            parallelism: threads,
            seed: 1,
            ..Parameters::default()
        };
        let results = Results {
            peak_memory_bytes: Some((seconds * 1e6) as u64),
            answer: Digest(answer),
            ..Results::new(100, 1000, seconds)
        };
        Report::new(Workload::Join, parameters, Machine::this(), results)
    }

    #[test]
    fn better_is_above_one_whichever_way_a_figure_runs() {
        let comparison = compare(&report(2.0, 1, 7), &report(1.0, 1, 7));
        assert!(comparison.same_answer && comparison.differences.is_empty());
        let better: Vec<(&str, f64)> =
            comparison.figures.iter().map(|figure| (figure.name.as_str(), figure.better)).collect();
        assert_eq!(better, [("events/s", 2.0), ("MB/s", 2.0), ("peak memory MB", 2.0)]);
    }

    #[test]
    fn another_answer_to_the_same_question_is_told_however_many_threads_gave_it() {
        let comparison = compare(&report(2.0, 1, 7), &report(1.0, 2, 8));
        assert!(!comparison.same_answer);
        assert_eq!(comparison.differences, ["threads: 1 and 2"]);
    }

    #[test]
    fn another_question_may_have_another_answer() {
        let mut other = report(1.0, 1, 8);
        other.parameters.seed = 2;
        let comparison = compare(&report(2.0, 1, 7), &other);
        assert!(comparison.same_answer);
        assert_eq!(comparison.differences, ["seed: 1 and 2"]);
    }
}
