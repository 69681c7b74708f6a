//! wavetank's engine: streaming queries with the answers of Spark Structured Streaming.
//!
//! A [`plan::Pipeline`] (from SQL text through [`sql::plan`]) becomes a [`query::StreamingQuery`]; each call of
//! [`query::StreamingQuery::run_batch`] is one micro-batch: offsets are planned and logged, records decoded
//! ([`decode`]), operators run ([`operator`]), the sink written, the watermark advanced ([`watermark`]), the batch
//! committed ([`checkpoint`]). Read in that order.
//!
//! A batch job ([`batch_job`], from SQL text through [`sql::plan_batch`]) runs the same operators over what tables hold
//! at the moment, all at once.
//!
//! Nothing here knows AWS, HTTP or a clock: the world is behind [`ports`], time is an argument.
//!
//! # Invariants
//! - **Watermarks never go back**, neither the global one nor an operator's own.
//! - **Late lags eviction by one batch:** input is late at or before the previous batch's watermark, state leaves
//!   at or before this batch's.
//! - **A batch is in the offset log before anything of it reaches an operator, and in the commit log after the sink
//!   has it.**
//! - **No row is lost without a [`ledger::Loss`]**: what an operator reads it emits, keeps, or reports.
//! - **No clock, no randomness**: the same batches give the same bytes, for any number of threads that decode them.
//! - **Nothing here depends on the emulator.**

pub mod aggregate;
pub mod batch;
pub mod batch_job;
pub mod checkpoint;
pub mod decode;
pub mod error;
pub mod expr;
pub mod frame;
mod hive;
mod input;
pub mod ledger;
#[cfg(test)]
mod memory;
pub mod operator;
mod parallel;
pub mod plan;
pub mod ports;
pub mod profile;
pub mod progress;
pub mod query;
pub mod retry;
#[doc(hidden)]
pub mod seeded_bug;
pub mod session;
pub mod sink;
pub mod source;
pub mod spelling;
pub mod sql;
pub mod time;
pub mod trigger;
pub mod types;
pub mod watermark;
