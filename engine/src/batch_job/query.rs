//! A query over rows that are all there: the operators of the streaming engine, run once over everything.
//!
//! A micro-batch in complete mode gives what a batch query gives, but for joins, which wait for a watermark that
//! never comes. So the plan is cut at its joins into steps: each step is a tree of operators or a [`Join`], and what
//! it gives is a source of the steps behind it.
//!
//! ```text
//! Project(Aggregate(Join(a, Filter(b))))    steps: 2 = Filter(b), 3 = Join(a, 2), 4 = Project(Aggregate(3))
//! ```

use arrow::record_batch::RecordBatch;

use super::distinct::without_distinct;
use super::join::Join;
use crate::batch::{BatchId, SourceRows};
use crate::error::{EngineError, Result};
use crate::ledger::Ledger;
use crate::operator::{OperatorTree, TreeOptions};
use crate::plan::{LogicalPlan, OutputMode};
use crate::session::Session;
use crate::watermark::Watermark;

/// A query that can be run again and again.
pub(super) struct BatchQuery {
    steps: Vec<Step>,
    /// Number of the rows that the query gives: a source, or a step behind them.
    result: usize,
    session: Session,
}

enum Step {
    Tree {
        plan: Box<LogicalPlan>,
        /// Kept between runs if it keeps nothing itself.
        tree: Option<Box<OperatorTree>>,
    },
    Join(Box<Join>),
}

impl BatchQuery {
    /// The steps of a plan over so many sources.
    ///
    /// # Errors
    /// What a batch job cannot do.
    pub(super) fn new(plan: &LogicalPlan, sources: usize, session: &Session) -> Result<Self> {
        let mut cutter = Cutter { steps: vec![], sources, session };
        let plan = cutter.cut(plan)?;
        let result = cutter.number(plan)?;
        Ok(Self { steps: cutter.steps, result, session: session.clone() })
    }

    /// The rows that the query gives for the rows of each source; the hidden record id is their last column.
    pub(super) fn run(&mut self, inputs: Vec<Vec<RecordBatch>>) -> Result<Vec<RecordBatch>> {
        let mut rows = inputs;
        for step in &mut self.steps {
            let given = match step {
                Step::Join(join) => join.run(&rows)?,
                Step::Tree { plan, tree } => {
                    let mut running = match tree.take() {
                        Some(tree) => tree,
                        None => Box::new(build(plan, &self.session)?),
                    };
                    let zero = Watermark::ZERO;
                    let rows: Vec<&dyn SourceRows> =
                        rows.iter().map(|rows| rows as &dyn SourceRows).collect();
                    let given = running.run(BatchId(0), &rows, Ledger::default(), zero, zero)?.rows;
                    *tree = Some(running).filter(|tree| !tree.is_stateful());
                    given
                }
            };
            rows.push(given);
        }
        Ok(std::mem::take(&mut rows[self.result]))
    }
}

fn build(plan: &LogicalPlan, session: &Session) -> Result<OperatorTree> {
    OperatorTree::build(
        plan,
        &TreeOptions { session, mode: OutputMode::Complete, parallelism: 1, seeded_bug: None },
    )
}

/// Takes a plan apart.
struct Cutter<'a> {
    steps: Vec<Step>,
    sources: usize,
    session: &'a Session,
}

impl Cutter<'_> {
    /// The same plan without joins: what they give is read from a step.
    fn cut(&mut self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        let plan = plan.clone();
        let mut cut = |input: Box<LogicalPlan>| self.cut(&input).map(Box::new);
        Ok(match plan {
            LogicalPlan::Stream { .. } => plan,
            LogicalPlan::Project { input, columns } => LogicalPlan::Project { input: cut(input)?, columns },
            LogicalPlan::Filter { input, predicate, origin } => {
                LogicalPlan::Filter { input: cut(input)?, predicate, origin }
            }
            LogicalPlan::Explode { input, array, outer, column } => {
                LogicalPlan::Explode { input: cut(input)?, array, outer, column }
            }
            // Whether rows are late is no question when all of them are there.
            LogicalPlan::EventTime { input, .. } => *cut(input)?,
            LogicalPlan::Window { input, time, window, column } => {
                LogicalPlan::Window { input: cut(input)?, time, window, column }
            }
            LogicalPlan::Session { input, time, gap, column } => {
                LogicalPlan::Session { input: cut(input)?, time, gap, column }
            }
            LogicalPlan::Aggregate { input, keys, session, aggregates } => {
                without_distinct(cut(input)?, keys, session, aggregates)?
            }
            LogicalPlan::Deduplicate { input, keys, .. } => {
                LogicalPlan::Deduplicate { input: cut(input)?, keys, within_watermark: false }
            }
            LogicalPlan::RowWindow { function, .. } => {
                return Err(EngineError::Refused {
                    message: format!("the row window `{function} OVER (…)` is not supported in a batch job"),
                    help: "group and join with the result, or take min_by(x, time) and max_by(x, time)"
                        .into(),
                });
            }
            LogicalPlan::Union { inputs, columns } => {
                let inputs = inputs.iter().map(|input| self.cut(input)).collect::<Result<_>>()?;
                LogicalPlan::Union { inputs, columns }
            }
            LogicalPlan::Join { ref left, ref right, kind, ref condition } => {
                let (columns, sides) = (plan.columns(), [left.columns(), right.columns()]);
                let left = self.cut(left)?;
                let left = self.number(left)?;
                let right = self.cut(right)?;
                let right = self.number(right)?;
                let join = Join::new(kind, condition.as_ref(), [left, right], sides, self.session)?;
                let source = self.push(Step::Join(Box::new(join)));
                LogicalPlan::Stream { source, columns }
            }
        })
    }

    /// Where the rows of a plan without joins are found when its steps have run.
    fn number(&mut self, plan: LogicalPlan) -> Result<usize> {
        if let LogicalPlan::Stream { source, .. } = plan {
            return Ok(source);
        }
        let tree = Some(Box::new(build(&plan, self.session)?));
        Ok(self.push(Step::Tree { plan: Box::new(plan), tree }))
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.sources + self.steps.len() - 1
    }
}
