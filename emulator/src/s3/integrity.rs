//! What a request says its content comes to, checked against what arrived.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use super::checksum::{ChecksumAlgorithm, Checksums};
use super::{Content, errors};
use crate::base64;
use crate::error::{ApiError, ErrorCode};

const MD5_BYTES: usize = 16;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Integrity {
    /// The `Content-MD5` header.
    pub md5: Option<String>,
    /// Checksums from headers or trailers.
    pub checksums: Checksums,
}

impl Integrity {
    /// Takes the checksums among the trailers of a body, by their lower-case names.
    pub fn add_trailers<'a>(&mut self, trailers: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (name, value) in trailers {
            let named = ChecksumAlgorithm::ALL.into_iter().find(|algorithm| algorithm.header() == name);
            self.checksums.extend(named.map(|algorithm| (algorithm.name().to_owned(), value.to_owned())));
        }
    }

    /// What checksums are needed to check content.
    pub fn algorithms(&self) -> impl Iterator<Item = ChecksumAlgorithm> {
        self.checksums.keys().filter_map(|name| ChecksumAlgorithm::named(name))
    }

    /// Refuses content that is not what was meant.
    ///
    /// # Errors
    /// `InvalidDigest` for what is no digest, `BadDigest` for another one.
    pub fn check(&self, content: &Content) -> Result<(), ApiError> {
        if let Some(md5) = &self.md5 {
            let is_digest = base64::decode(md5).is_ok_and(|bytes| bytes.len() == MD5_BYTES);
            if !is_digest {
                let message = "The Content-MD5 you specified is not valid.";
                return Err(
                    ApiError::new(ErrorCode::InvalidDigest, message).with("Content-MD5", md5.as_str())
                );
            }
            if *md5 != content.md5_base64() {
                let message = "The Content-MD5 you specified did not match what we received.";
                let error = ApiError::new(ErrorCode::BadDigest, message).with("ExpectedDigest", md5.as_str());
                return Err(error.with("CalculatedDigest", content.md5_base64()));
            }
        }
        for (name, expected) in &self.checksums {
            check_form(name, expected)?;
            if content.checksums().get(name) != Some(expected) {
                let message = format!("The {name} you specified did not match the calculated checksum.");
                return Err(ApiError::new(ErrorCode::BadDigest, message));
            }
        }
        Ok(())
    }
}

/// Refuses what is no checksum of its algorithm.
pub(super) fn check_form(name: &str, value: &str) -> Result<(), ApiError> {
    let length = ChecksumAlgorithm::named(name).map(ChecksumAlgorithm::length);
    let fits = base64::decode(value).is_ok_and(|bytes| Some(bytes.len()) == length);
    if fits {
        return Ok(());
    }
    let header = format!("x-amz-checksum-{}", name.to_lowercase());
    Err(errors::invalid_request(format!("Value for {header} header is invalid.")))
}
