//! S3 as a whole: what survives a process that is killed, what readers see while writers write, and laws over keys,
//! bodies, versions and events.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

#[path = "s3/bodies.rs"]
mod bodies;
#[path = "s3/child.rs"]
mod child;
#[path = "s3/client.rs"]
mod client;
#[path = "s3/consistency.rs"]
mod consistency;
#[path = "s3/crash.rs"]
mod crash;
#[path = "s3/files.rs"]
mod files;
#[path = "s3/keys.rs"]
mod keys;
#[path = "s3/lake.rs"]
mod lake;
#[path = "s3/notifications.rs"]
mod notifications;
#[path = "s3/server.rs"]
mod server;
#[path = "s3/versions.rs"]
mod versions;
