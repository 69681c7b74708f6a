//! wavetank: a local-first emulator and test harness for AWS streaming pipelines.
//!
//! Three crates, to be read in this order:
//!
//! 1. [`emulator`]: Kinesis, S3 and the Glue Data Catalog in one process, time passed in.
//! 2. [`engine`]: streaming queries with the answers of Spark Structured Streaming, behind small ports.
//! 3. [`scenarios`]: the harness that joins both under one virtual clock and judges the result with DuckDB.
//!
//! The command line is in `main.rs` beside this file; `README.md` is the architecture document.
//!
//! ```
//! use wavetank::scenarios::{run, scenario::Scenario};
//!
//! let folder = tempfile::tempdir()?;
//! let scenario = Scenario::load("nested-join")?;
//! let options =
//!     run::RunOptions { events: Some(100), ..run::RunOptions::new(folder.path()) };
//! let report = run::run(&scenario, options, &mut ())?;
//! assert!(report.passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bench;
pub mod proptest;

pub use wavetank_emulator as emulator;
pub use wavetank_engine as engine;
pub use wavetank_scenarios as scenarios;
