//! S3 over HTTP: what stands between hyper and s3s, and between s3s and the emulator.
//!
//! ```text
//! head ─ address ─ auth ─┬─ content   a body that becomes an object: read piece by piece, beside the lock
//!        bucket    who   ├─ document  any other body: read whole
//!                        └─ form      an upload of a browser, made a PUT
//!            s3s: which operation, its input ─ api ─ calls ─ emulator ─ its output, as XML and headers
//!            error_body: S3's errors in full · cors: what browsers may see
//! ```
//!
//! s3s gets requests without their signature and in path style, so that it has nothing to judge but what is asked.

mod address;
mod answer;
mod api;
mod calls;
mod content;
mod cors;
mod document;
mod download;
mod error_body;
mod exchange;
mod form;
mod payload;
mod post;

pub(super) use address::is_virtual_host;
pub(super) use answer::{S3, answer, internal_error};
