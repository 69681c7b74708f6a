//! `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`: content and headers beside s3s.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::super::content::receive;
use super::super::error_body::ErrorAnswer;
use super::super::exchange::Exchange;
use super::{add_checksums, answered, ask, exchange};
use crate::s3::{
    ChecksumAlgorithm, CompleteMultipartUpload, CreateMultipartUpload, CreateMultipartUploadRequest,
    UploadAlgorithm, UploadPart, UploadPartRequest,
};

pub(in crate::http::s3) async fn create(
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let exchange = exchange(&request)?;
    let expires = exchange.header("expires").map(str::to_owned);
    let request = CreateMultipartUploadRequest { input: request.input, expires };
    answered(&exchange, ask::<CreateMultipartUpload>(&exchange, request))
}

pub(in crate::http::s3) async fn part(
    request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let exchange = exchange(&request)?;
    let outcome = part_received(&exchange, request.input).await;
    answered(&exchange, outcome)
}

async fn part_received(exchange: &Exchange, input: UploadPartInput) -> Result<UploadPartOutput, ErrorAnswer> {
    let upload = (input.bucket.clone(), input.key.clone(), input.upload_id.clone());
    let chosen: Option<ChecksumAlgorithm> = ask::<UploadAlgorithm>(exchange, upload)?;
    let (content, integrity) = receive(exchange, chosen).await?;
    let response = ask::<UploadPart>(exchange, UploadPartRequest { input, content, integrity })?;
    add_checksums(exchange, &response.checksums);
    Ok(response.output)
}

pub(in crate::http::s3) async fn complete(
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let exchange = exchange(&request)?;
    let outcome = ask::<CompleteMultipartUpload>(&exchange, request.input);
    answered(
        &exchange,
        outcome.map(|response| {
            let mut output = response.output;
            // The address is the one that the request was sent to.
            let host = exchange.header("host").unwrap_or("localhost").to_owned();
            output.location = output.location.map(|path| format!("http://{host}{path}"));
            output
        }),
    )
}
