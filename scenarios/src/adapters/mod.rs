//! Adapters: the engine's ports over the emulator. The only code that sees both sides.

mod in_process;

pub use in_process::{BucketStore, GlueCatalog, KinesisStreams, Services};
