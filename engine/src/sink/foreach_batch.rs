//! `foreachBatch`: a function of the user's takes each batch, as Glue calls it.
//!
//! Delivery is at least once: a batch whose commit was lost, or whose function has failed, comes again with the same
//! id and the same rows. A function that writes somewhere keeps the id with what it writes, and skips an id that it
//! has seen. Batches without rows are run and committed, and the function is not called, as Glue has it (Spark itself
//! calls it).
//!
//! Source: `ForeachBatchSink` (Spark 3.5.4); `GlueContext.forEachBatch` (awslabs/aws-glue-libs).

use arrow::record_batch::RecordBatch;

use super::{Sink, SinkReport};
use crate::batch::BatchId;
use crate::error::{EngineError, Result};
use crate::ports::PortResult;

/// Hands batches to a function.
pub struct ForeachBatchSink<F> {
    function: F,
}

impl<F: FnMut(BatchId, &[RecordBatch]) -> PortResult<()>> ForeachBatchSink<F> {
    /// A sink that calls the function with each batch that has rows.
    pub fn new(function: F) -> Self {
        Self { function }
    }
}

impl<F: FnMut(BatchId, &[RecordBatch]) -> PortResult<()>> Sink for ForeachBatchSink<F> {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        let count = rows.iter().map(|rows| rows.num_rows() as u64).sum();
        if count > 0 {
            let failed =
                |source| EngineError::Port { operation: format!("the function for batch {batch}"), source };
            (self.function)(batch, rows).map_err(failed)?;
        }
        Ok(SinkReport { rows: count, ..SinkReport::default() })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::*;

    #[test]
    fn empty_batches_are_not_called_and_failures_say_which_batch() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let rows = RecordBatch::try_from_iter([("v", column)]).unwrap();
        let mut seen = Vec::new();
        let mut sink = ForeachBatchSink::new(|batch: BatchId, rows: &[RecordBatch]| {
            seen.push((batch.0, rows[0].num_rows()));
            if batch.0 == 2 { Err("no space".into()) } else { Ok(()) }
        });
        assert_eq!(sink.write(BatchId(0), &[rows.slice(0, 0)]).unwrap().rows, 0);
        assert_eq!(sink.write(BatchId(1), std::slice::from_ref(&rows)).unwrap().rows, 2);
        let error = sink.write(BatchId(2), &[rows]).unwrap_err();
        assert_eq!(error.to_string(), "the function for batch 2 failed");
        assert_eq!(seen, [(1, 2), (2, 2)]);
    }
}
