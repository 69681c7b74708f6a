//! The content of a new object or part: written as it arrives, held against what the request says of it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use bytes::Bytes;
use http::request::Parts;
use tokio::sync::mpsc;

use super::error_body::ErrorAnswer;
use super::exchange::{Exchange, Source};
use crate::emulator::Emulator;
use crate::error::{ApiError, ErrorCode};
use crate::http::auth::s3::S3AuthError;
use crate::http::request::header;
use crate::http::service::run;
use crate::s3::{ChecksumAlgorithm, Checksums, Content, ContentWriter, Integrity};
use crate::store::StoreError;

/// From this length on content for the disk is hashed by a task of its own.
const HASHED_BESIDE_MIN: u64 = 128 * 1024;
/// Pieces that the disk may be ahead of that task, each no longer than what a connection reads at once.
const PIECES_AHEAD: usize = 16;

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
    let Some(mut source) = exchange.take_source() else {
        return Ok((run(&exchange.emulator, || writer.finish()).map_err(disk)?, integrity));
    };
    let is_long = source.length().is_some_and(|length| length >= HASHED_BESIDE_MIN);
    let content = if is_long && exchange.emulator.waits_for_disk() {
        write_and_hash(&exchange.emulator, writer, &mut source).await?
    } else {
        while let Some(piece) = source.next().await? {
            writer.write(piece).map_err(disk)?;
        }
        run(&exchange.emulator, || writer.finish()).map_err(disk)?
    };
    let trailers = source.trailers().iter();
    integrity.add_trailers(trailers.map(|(name, value)| (name.as_str(), value.as_str())));
    Ok((content, integrity))
}

/// Writes content while another task hashes it: MD5 takes longer than all else, and the disk is waited for meanwhile.
async fn write_and_hash(
    emulator: &Emulator,
    writer: ContentWriter,
    source: &mut Source,
) -> Result<Content, ErrorAnswer> {
    let (mut writer, mut hashing) = writer.into_halves();
    let (sender, mut pieces) = mpsc::channel::<Bytes>(PIECES_AHEAD);
    // It ends with its sender, however that ends.
    let hashed = tokio::spawn(async move {
        while let Some(piece) = pieces.recv().await {
            hashing.update(&piece);
        }
        hashing.finish()
    });
    while let Some(piece) = source.next().await? {
        // It is refused only by a task that has panicked, which shows at the end.
        let _ = sender.send(piece.clone()).await;
        writer.write(piece).map_err(disk)?;
    }
    drop(sender);
    let body = run(emulator, || writer.finish()).map_err(disk)?;
    let hashed = hashed.await.map_err(|panicked| disk(panicked.into()))?;
    Ok(Content::of(body, hashed))
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
