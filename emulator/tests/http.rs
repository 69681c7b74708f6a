//! The services over real sockets: what clients send, byte for byte, and what they get.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "http/control.rs"]
mod control;
#[path = "http/hostile.rs"]
mod hostile;
#[path = "http/protocol.rs"]
mod protocol;
#[path = "http/queries.rs"]
mod queries;
#[path = "http/rig.rs"]
mod rig;
#[path = "http/signed.rs"]
mod signed;
#[path = "http/subscriptions.rs"]
mod subscriptions;
#[path = "http/transport.rs"]
mod transport;
