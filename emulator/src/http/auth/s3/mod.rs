//! Who calls S3: by the head of a request alone, for its body may be long.

// Nothing calls some of these yet.
#![allow(dead_code, unused_imports)]

mod chunk;
mod declared;
mod error;

pub(crate) use chunk::ChunkSigning;
pub(crate) use declared::{ChunkedForm, DeclaredPayload};
pub(crate) use error::S3AuthError;
