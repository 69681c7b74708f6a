//! Every batch does what the slow model does with the same records: rows, losses, watermarks and counters; and batches
//! without data run when the model says so.

use wavetank_engine::ledger::Loss;

use super::{History, Subject, difference, texts};
use crate::model::{Model, ModelBatch};
use crate::property::coverage::{Coverage, Event};
use crate::property::tank::Ran;

pub(super) fn judge(subject: &Subject, history: &History, coverage: &mut Coverage) -> Option<String> {
    let mut model = match Model::new(&subject.pipeline, &subject.options) {
        Ok(model) => model,
        Err(error) => return Some(format!("the model refuses what the engine runs: {error}")),
    };
    for ran in history.batches.iter().take_while(|ran| !ran.at_the_end) {
        if let Some(reason) = batch(subject, &mut model, ran, coverage) {
            return Some(format!("batch {}: {reason}", ran.report.progress.batch));
        }
    }
    match model.needs_batch() {
        Ok(false) => None,
        Ok(true) if history.rests_anew => None,
        Ok(true) => Some("at rest: a batch without data has not run".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

fn batch(subject: &Subject, model: &mut Model, ran: &Ran, coverage: &mut Coverage) -> Option<String> {
    let report = &ran.report;
    let records = ran.records();
    let without_data = records.iter().all(Vec::is_empty);
    if without_data && !ran.restarted && !model.needs_batch().unwrap_or(false) {
        return Some("it runs without data, and changes nothing".to_owned());
    }
    let (session, id) = (&subject.options.session, report.progress.batch);
    let decoded = ModelBatch::decode(&subject.pipeline, session, id, &records, ran.restarted);
    let outcome = match decoded.and_then(|batch| model.run(batch)) {
        Ok(outcome) => outcome,
        Err(error) => return Some(format!("the model fails: {error}")),
    };
    let at_the_bound = outcome.losses.iter().filter(|loss| is_at_its_bound(loss)).count();
    coverage.add(Event::EvictedAtTheBound, at_the_bound as u64);
    difference("rows", &texts(&outcome.rows), &texts(&ran.rows))
        .or_else(|| difference("losses", &losses(&outcome.losses), &losses(&report.ledger.losses)))
        .or_else(|| {
            let (expected, found) = (outcome.watermark, report.progress.watermark);
            (expected != found).then(|| format!("the watermark is {found}, not {expected}"))
        })
        .or_else(|| {
            let (expected, found) = (outcome.next_watermark, report.progress.next_watermark);
            (expected != found).then(|| format!("the next watermark is {found}, not {expected}"))
        })
        .or_else(|| {
            let (expected, found) = (&outcome.state, &report.progress.state);
            (expected != found).then(|| format!("the state counts {found:?}, not {expected:?}"))
        })
}

/// Whether a row has left the moment that it could.
fn is_at_its_bound(loss: &Loss) -> bool {
    let mark = loss.watermark.map(|mark| mark.micros());
    loss.reason == wavetank_engine::ledger::LossReason::EvictedUnmatched
        && loss.event_time.zip(mark).is_some_and(|(time, mark)| (mark - time) % 1_000_000 <= 1000)
}

fn losses(losses: &[Loss]) -> Vec<String> {
    let mut texts: Vec<String> = losses
        .iter()
        .map(|loss| {
            let record = loss.record;
            let place = format!("{}.{}.{}", record.batch, record.source, record.index);
            format!("{place} {} {} {:?}", loss.reason.name(), loss.operator, loss.event_time)
        })
        .collect();
    texts.sort_unstable();
    texts
}
