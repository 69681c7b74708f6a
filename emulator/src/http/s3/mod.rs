//! S3 over HTTP: what stands between hyper and s3s.

// Nothing calls these yet.
#![allow(dead_code, unused_imports)]

mod form;
mod payload;
