//! The content of a new object or part: written as it arrives, held against what the request says of it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use http::request::Parts;

use super::error_body::ErrorAnswer;
use super::exchange::Exchange;
use crate::error::{ApiError, ErrorCode};
use crate::http::auth::s3::S3AuthError;
use crate::http::request::header;
use crate::http::service::run;
use crate::s3::{ChecksumAlgorithm, Checksums, Content, Integrity};
use crate::store::StoreError;

/// The algorithm whose checksum a request brings, in a header or behind its body.
pub(super) fn brought(head: &Parts) -> Result<Option<ChecksumAlgorithm>, ApiError> {
    let announced = head.headers.get_all("x-amz-trailer").iter().filter_map(|value| value.to_str().ok());
    let announced: Vec<String> =
        announced.flat_map(|names| names.split(',')).map(|name| name.trim().to_lowercase()).collect();
    let is_brought = |algorithm: &ChecksumAlgorithm| {
        let name = algorithm.header();
        head.headers.contains_key(name) || announced.iter().any(|announced| announced == name)
    };
    let brought: Vec<_> = ChecksumAlgorithm::ALL.into_iter().filter(is_brought).collect();
    let invalid = |message: &str| Err(ApiError::new(ErrorCode::InvalidRequest, message));
    if brought.len() > 1 {
        return invalid(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        );
    }
    let named = header(head, "x-amz-sdk-checksum-algorithm");
    let Some(named) = named else { return Ok(brought.first().copied()) };
    match (ChecksumAlgorithm::named(named), brought.first()) {
        (None, _) => invalid(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
                              [CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512, MD5, XXHASH64, XXHASH3, XXHASH128]",
        ),
        (Some(named), Some(brought)) if named != *brought => {
            invalid("Value for x-amz-sdk-checksum-algorithm header is invalid.")
        }
        (Some(_), None) if head.method == http::Method::PUT && !head.headers.contains_key("content-md5") => {
            invalid(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers \
             were found.",
            )
        }
        (Some(named), _) => Ok(Some(named)),
    }
}

/// Receives content to its end; its checksum is by the algorithm that the request brings one of, else by another.
pub(super) async fn receive(
    exchange: &Exchange,
    otherwise: Option<ChecksumAlgorithm>,
) -> Result<(Content, Integrity), ErrorAnswer> {
    let brought = brought(&exchange.head)?;
    let algorithm = brought.or(otherwise);
    let mut writer = exchange.emulator.content_writer(algorithm.as_slice());
    let mut integrity = integrity(&exchange.head);
    if let Some(mut source) = exchange.take_source() {
        while let Some(piece) = source.next().await? {
            writer.write(piece).map_err(disk)?;
        }
        let trailers = source.trailers().iter();
        integrity.add_trailers(trailers.map(|(name, value)| (name.as_str(), value.as_str())));
    }
    let content = run(&exchange.emulator, || writer.finish()).map_err(disk)?;
    Ok((content, integrity))
}

/// What the head of a request says that its body comes to.
pub(super) fn integrity(head: &Parts) -> Integrity {
    let checksum = |algorithm: ChecksumAlgorithm| {
        Some((algorithm.name().to_owned(), header(head, algorithm.header())?.to_owned()))
    };
    let checksums: Checksums = ChecksumAlgorithm::ALL.into_iter().filter_map(checksum).collect();
    Integrity { md5: header(head, "content-md5").map(str::to_owned), checksums }
}

fn disk(error: std::io::Error) -> ErrorAnswer {
    ApiError::from(StoreError::Body(error)).into()
}

impl From<super::payload::PayloadError> for ErrorAnswer {
    fn from(error: super::payload::PayloadError) -> Self {
        S3AuthError::from(error).into()
    }
}
