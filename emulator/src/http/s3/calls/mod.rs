//! From an operation's input to its output: most go straight to the emulator; those whose content, headers or digests
//! lie outside of s3s's types are put together here.

pub(super) mod bucket;
pub(super) mod copy;
pub(super) mod object;
pub(super) mod upload;

use std::sync::Arc;

use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::error_body::ErrorAnswer;
use super::exchange::Exchange;
use crate::http::service::run;
use crate::operation::Operation;
use crate::s3::{ChecksumAlgorithm, Checksums};

/// An operation that is nothing but a call.
pub(super) async fn call<O: Operation>(request: S3Request<O::Request>) -> S3Result<S3Response<O::Response>> {
    let exchange = exchange(&request)?;
    answered(&exchange, ask::<O>(&exchange, request.input))
}

/// What a request is part of.
fn exchange<T>(request: &S3Request<T>) -> S3Result<Arc<Exchange>> {
    request.extensions.get().cloned().ok_or_else(|| S3Error::new(S3ErrorCode::InternalError))
}

/// Calls the emulator for whoever asks.
fn ask<O: Operation>(exchange: &Exchange, request: O::Request) -> Result<O::Response, ErrorAnswer> {
    let Exchange { emulator, caller, now, .. } = exchange;
    Ok(run(emulator, || emulator.call_as::<O>(caller, *now, request))?)
}

/// What s3s is given: the output, or any error, while the real one is kept.
fn answered<T>(exchange: &Exchange, outcome: Result<T, ErrorAnswer>) -> S3Result<S3Response<T>> {
    outcome.map(S3Response::new).map_err(|error| {
        exchange.fail(error);
        S3Error::new(S3ErrorCode::InternalError)
    })
}

/// Says the checksums that the output has no place for.
fn add_checksums(exchange: &Exchange, checksums: &Checksums) {
    for (name, value) in checksums {
        if let Some(algorithm) = ChecksumAlgorithm::named(name) {
            exchange.add_header(algorithm.header(), value.clone());
        }
    }
}
