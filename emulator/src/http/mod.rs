//! The services on one port, in the protocols that AWS clients speak.
//!
//! ```text
//! server ─ connection ─ service ─┬─ preflight   CORS, for browsers
//!  accept    TLS, h1, h2   route ├─ control     /_wavetank/…: health, clock, reset, state
//!                                ├─ aws_json    Kinesis, Glue and Athena, in JSON or CBOR
//!                                │    ├ event_stream   SubscribeToShard
//!                                │    └ queries        what StartQueryExecution has left to do
//!                                ├─ sts         GetCallerIdentity, in the query protocol
//!                                └─ s3          REST and XML, bodies piece by piece
//! ```
//!
//! Only this module knows sockets and async code. A request is read whole (but for the content of objects), then answered
//! by plain functions from request to response: calls of the emulator take microseconds to milliseconds, so they run where the request was
//! read. Time comes from the [`ServerClock`] and ids of requests from a seed in [`ServerOptions`]; network timeouts
//! alone are measured in real time.

mod auth;
mod aws_json;
mod clock;
mod connection;
mod control;
mod event_stream;
mod http_date;
mod iso8601;
mod preflight;
mod queries;
mod request;
mod request_id;
mod response;
mod route;
mod s3;
mod server;
mod service;
mod sts;
mod tls;

pub use auth::{Credentials, SigningScope, has_signature, sign};
pub use clock::ServerClock;
pub use server::{Server, ServerOptions};
