//! Bodies of requests and responses: bytes ⇄ typed values, in the two forms that clients of AWS JSON services send.
//!
//! The types are described once, by serde. What differs between the forms is asked of the format
//! (`is_human_readable`): binary members are base64 in JSON and byte strings in CBOR; timestamps are seconds with a
//! fraction in JSON, and milliseconds behind tag 1 in CBOR.

pub(crate) mod cbor;
mod integer;
mod json;
mod structure;
mod wording;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use integer::integer;
pub(crate) use structure::{structure, structures};

use crate::error::ApiError;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// `application/x-amz-json-1.1`: what most clients send.
    Json,
    /// `application/x-amz-cbor-1.1`: what Java clients send, so the Kinesis Client Library and Spark's connectors too.
    Cbor,
}

impl Codec {
    /// The codec that a `Content-Type` names, its parameters aside.
    pub fn of_content_type(value: &str) -> Option<Self> {
        let essence = value.split(';').next().unwrap_or_default().trim();
        [Self::Json, Self::Cbor].into_iter().find(|codec| codec.content_type().eq_ignore_ascii_case(essence))
    }

    /// The `Content-Type` of its bodies.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.1",
            Self::Cbor => "application/x-amz-cbor-1.1",
        }
    }

    /// Decodes the body of a request.
    ///
    /// # Errors
    /// `SerializationException`, in AWS's words.
    pub(crate) fn decode<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, ApiError> {
        match self {
            Self::Json => json::decode(body),
            Self::Cbor => cbor::decode(body),
        }
    }

    /// Encodes a response. An operation without output, of type `()`, answers an empty body.
    pub(crate) fn encode<T: Serialize>(self, response: &T) -> Vec<u8> {
        match self {
            Self::Json => json::encode(response),
            Self::Cbor => cbor::encode(response),
        }
    }
}
