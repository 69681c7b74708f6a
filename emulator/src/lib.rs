//! Kinesis, S3, the Glue Data Catalog and Athena in one process, on SQLite, with time passed in.
//!
//! A request is a typed value, an answer is a typed value, and nothing in between suspends:
//!
//! ```
//! use wavetank_emulator::kinesis::{CreateStream, CreateStreamRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry};
//! use wavetank_emulator::{Emulator, Identity, Storage, Timestamp};
//!
//! let emulator = Emulator::open(Storage::Memory, Identity::default())?;
//! let now = Timestamp::from_millis(1_700_000_000_000);
//! emulator.call::<CreateStream>(now, CreateStreamRequest::new("orders", 2))?;
//! let entries = vec![PutRecordsRequestEntry::new("customer-7", "{}")];
//! let answer = emulator.call::<PutRecords>(now, PutRecordsRequest::new("orders", entries))?;
//! assert_eq!(answer.failed_record_count, 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Reading order
//!
//! 1. [`operation`]: what one AWS operation is, and how [`Emulator::invoke`] erases its types;
//! 2. [`operations`]: the table of all of them;
//! 3. [`validation`] and [`error`]: AWS's wording of what is wrong with a request;
//! 4. [`kinesis`], [`s3`], [`glue`], [`athena`]: one file per operation, pure arithmetic in files of its own;
//! 5. `store`: the only SQL, and the bodies of objects;
//! 6. [`http`]: all of it on one port.
//!
//! # Invariants
//!
//! - **Time and ids are arguments.** Nothing here reads a clock or a random source: equal calls in
//!   equal order give equal bytes.
//! - **One lock, one transaction per call.** An operation that answers an error leaves no trace.
//! - **Hash ranges tile.** The open shards of a stream cover [0, 2^128) with no gap and no overlap.
//! - **Sequence numbers rise.** Within a shard each is greater than the one before it, whatever
//!   the time passed in does.
//! - **A committed object has its body.** The body is complete under its name before the row that
//!   points to it commits, and is removed only after the row is gone.
//! - Nothing outside `store` knows SQL; nothing outside `http` knows HTTP or async code;
//!   nothing in this crate knows the engine.

#![cfg_attr(test, allow(clippy::unwrap_used))] // In a test, a panic is the report.

pub mod athena;
pub mod base64;
mod codec;
mod emulator;
pub mod error;
pub mod glue;
pub mod http;
mod ids;
pub mod inspect;
pub mod kinesis;
mod opaque;
pub mod operation;
pub mod operations;
pub mod s3;
mod settings;
mod store;
mod tenants;
pub mod time;
pub mod validation;

pub use codec::Codec;
pub use emulator::{Emulator, Identity};
pub use error::{ApiError, ErrorCode, Fault};
pub use operation::{Context, Operation};
pub use operations::OPERATIONS;
pub use settings::{Limits, Settings};
pub use store::{BodyReader, BodyWriter, NewBody, OpenError, Storage};
pub use tenants::{TenantError, Tenants};
pub use time::Timestamp;
