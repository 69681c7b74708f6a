//! Filter: keeps the rows for which a predicate is true.
//!
//! Schema: unchanged. Every removed row goes into the ledger with the reason that the filter's origin gives.

use arrow::compute::{filter_record_batch, not};
use arrow::record_batch::RecordBatch;

use super::Operator;
use crate::batch::{BatchContext, Output, RecordId, record_ids};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{Loss, LossReason};
use crate::plan::{Column, Expr, FilterOrigin};
use crate::session::Session;

pub(super) struct Filter {
    predicate: CompiledExpr,
    reason: LossReason,
}

impl Filter {
    pub(super) fn new(
        predicate: &Expr,
        origin: FilterOrigin,
        input: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let reason = match origin {
            FilterOrigin::Query => LossReason::Filtered,
            FilterOrigin::NullKey => LossReason::NullKey,
            FilterOrigin::NullEventTime => LossReason::NullEventTime,
            FilterOrigin::NoElements => LossReason::NoElements,
        };
        Ok(Self { predicate: compile(predicate, input, session)?, reason })
    }
}

impl Operator for Filter {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let keep = self.predicate.matches(&input)?;
        if keep.true_count() == input.num_rows() {
            return out(input);
        }
        let ids = record_ids(&input);
        ctx.ledger.losses.extend(not(&keep)?.values().set_indices().map(|row| Loss {
            record: RecordId::unpack(ids.value(row)),
            batch: ctx.batch,
            reason: self.reason,
            operator: "filter",
            event_time: None,
            watermark: None,
        }));
        out(filter_record_batch(&input, &keep)?)
    }
}
