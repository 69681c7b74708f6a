//! Watermarks never go back: a batch runs with what the batch before has left, and leaves no less.

use super::History;

pub(super) fn judge(history: &History) -> Option<String> {
    let marks = history.batches.iter().map(|ran| {
        let progress = &ran.report.progress;
        (progress.batch, progress.watermark, progress.next_watermark, ran.at_the_end)
    });
    let marks: Vec<_> = marks.collect();
    for (batch, watermark, next, _) in &marks {
        if next < watermark {
            return Some(format!("batch {batch} ran with {watermark} and leaves {next}"));
        }
    }
    marks.windows(2).find_map(|pair| {
        let ((batch, _, left, _), (_, runs_with, _, at_the_end)) = (&pair[0], &pair[1]);
        (left != runs_with && !at_the_end)
            .then(|| format!("batch {batch} leaves {left}; the next runs with {runs_with}"))
    })
}
