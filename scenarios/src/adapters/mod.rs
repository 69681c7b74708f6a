//! Adapters: the engine's ports over the emulator. The only code that sees both sides.

#[cfg(test)]
mod contract;
mod http;
mod http_kinesis;
mod in_process;
mod lake;
mod local_folder;

pub use http::{AwsJsonClient, CallError, Endpoint, NoEndpoint};
pub use http_kinesis::{HttpStreams, Outgoing};
pub use in_process::{BucketStore, GlueCatalog, KinesisStreams, Services};
pub use lake::{GlueTables, Lake};
pub use local_folder::LocalFolder;
