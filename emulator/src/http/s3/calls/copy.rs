//! `CopyObject` and `UploadPartCopy`: what the content comes to is found out beside the emulator's lock.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::super::error_body::ErrorAnswer;
use super::super::exchange::Exchange;
use super::{answered, ask, exchange};
use crate::error::{ApiError, ErrorCode};
use crate::s3::{
    ChecksumAlgorithm, CopyObject, CopyObjectRequest, CopySource, Digest, ReadCopySource, UploadAlgorithm,
    UploadPartCopy, copied_object, copied_part,
};
use crate::store::StoreError;

pub(in crate::http::s3) async fn object(
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let exchange = exchange(&request)?;
    let outcome = copy_object(&exchange, request.input);
    answered(&exchange, outcome)
}

fn copy_object(exchange: &Exchange, input: CopyObjectInput) -> Result<CopyObjectOutput, ErrorAnswer> {
    let named = input.checksum_algorithm.as_ref().and_then(|name| ChecksumAlgorithm::named(name.as_str()));
    // A copy of an object in parts keeps the algorithm of its source, which is one of these.
    let usual = [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Crc64Nvme];
    let algorithms = named.map_or(usual.to_vec(), |named| vec![named]);
    let digest = digest(exchange, copied_object(&input), false, &algorithms)?;
    let expires = exchange.header("expires").map(str::to_owned);
    let (if_match, if_none_match) = (condition(exchange, "if-match")?, condition(exchange, "if-none-match")?);
    ask::<CopyObject>(exchange, CopyObjectRequest { input, expires, digest, if_match, if_none_match })
}

/// A condition on what is replaced.
fn condition(exchange: &Exchange, name: &str) -> Result<Option<ETagCondition>, ErrorAnswer> {
    let parse = |text: &str| ETagCondition::parse_http_header(text.as_bytes());
    let refusal =
        |_| ApiError::new(ErrorCode::InvalidArgument, format!("Invalid value of the header {name}"));
    Ok(exchange.header(name).map(parse).transpose().map_err(refusal)?)
}

pub(in crate::http::s3) async fn part(
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<S3Response<UploadPartCopyOutput>> {
    let exchange = exchange(&request)?;
    let outcome = copy_part(&exchange, request.input);
    answered(&exchange, outcome)
}

fn copy_part(exchange: &Exchange, input: UploadPartCopyInput) -> Result<UploadPartCopyOutput, ErrorAnswer> {
    let upload = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
    let chosen = ask::<UploadAlgorithm>(exchange, upload)?;
    let digest = digest(exchange, copied_part(&input), true, chosen.as_slice())?;
    ask::<UploadPartCopy>(exchange, (input, digest))
}

fn digest(
    exchange: &Exchange,
    source: CopySource,
    is_part: bool,
    algorithms: &[ChecksumAlgorithm],
) -> Result<Option<Digest>, ErrorAnswer> {
    let Some(content) = ask::<ReadCopySource>(exchange, (source, is_part))? else { return Ok(None) };
    // Reading may take seconds.
    let digest = tokio::task::block_in_place(|| content.digest(algorithms));
    Ok(Some(digest.map_err(|error| ApiError::from(StoreError::Body(error)))?))
}
