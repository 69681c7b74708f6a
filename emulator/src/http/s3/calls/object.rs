//! `PutObject`, `GetObject`, `HeadObject`, `RestoreObject`: content and headers beside s3s.

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::super::content::receive;
use super::super::error_body::ErrorAnswer;
use super::super::exchange::Exchange;
use super::{add_checksums, answered, ask, exchange};
use crate::error::{ApiError, ErrorCode};
use crate::s3::{
    ChecksumAlgorithm, GetObject, GetObjectAttributes, HeadObject, PutObject, PutObjectRequest, RestoreObject,
};

pub(in crate::http::s3) async fn put(
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let exchange = exchange(&request)?;
    let outcome = put_received(&exchange, request.input).await;
    answered(&exchange, outcome)
}

async fn put_received(exchange: &Exchange, input: PutObjectInput) -> Result<PutObjectOutput, ErrorAnswer> {
    if !exchange.has_source() {
        // Whatever it is that s3s takes for new content, it is none.
        return Err(ApiError::new(ErrorCode::NotImplemented, "this request is not implemented").into());
    }
    // Without any other, S3 makes this checksum itself.
    let (content, integrity) = receive(exchange, Some(ChecksumAlgorithm::Crc64Nvme)).await?;
    let expires = exchange.header("expires").map(str::to_owned);
    let event = exchange.event.to_owned();
    let response =
        ask::<PutObject>(exchange, PutObjectRequest { input, content, integrity, expires, event })?;
    add_checksums(exchange, &response.checksums);
    Ok(response.output)
}

pub(in crate::http::s3) async fn get(
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let exchange = exchange(&request)?;
    let expires = request.input.response_expires.clone();
    let outcome = ask::<GetObject>(&exchange, request.input);
    answered(
        &exchange,
        outcome.map(|mut response| {
            add_checksums(&exchange, &response.checksums);
            let is_part = response.output.content_range.is_some();
            exchange.set_status(if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
            say_expires(&exchange, expires.is_none().then_some(response.expires).flatten());
            response.output.expires = expires;
            exchange.set_download(response.content);
            response.output
        }),
    )
}

pub(in crate::http::s3) async fn head(
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let exchange = exchange(&request)?;
    let outcome = ask::<HeadObject>(&exchange, request.input).map(|response| {
        add_checksums(&exchange, &response.checksums);
        let is_part = response.output.content_range.is_some();
        exchange.set_status(if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
        say_expires(&exchange, response.expires);
        if response.tag_count > 0 {
            exchange.add_header("x-amz-tagging-count", response.tag_count.to_string());
        }
        response.output
    });
    answered(&exchange, outcome)
}

fn say_expires(exchange: &Exchange, expires: Option<String>) {
    if let Some(expires) = expires {
        exchange.add_header("expires", expires);
    }
}

pub(in crate::http::s3) async fn attributes(
    request: S3Request<GetObjectAttributesInput>,
) -> S3Result<S3Response<GetObjectAttributesOutput>> {
    let exchange = exchange(&request)?;
    let outcome = ask::<GetObjectAttributes>(&exchange, request.input);
    exchange.unquote_e_tag();
    answered(&exchange, outcome)
}

pub(in crate::http::s3) async fn restore(
    request: S3Request<RestoreObjectInput>,
) -> S3Result<S3Response<RestoreObjectOutput>> {
    let exchange = exchange(&request)?;
    let restored = ask::<RestoreObject>(&exchange, request.input);
    answered(
        &exchange,
        restored.map(|restored| {
            exchange.set_status(if restored.was_there { StatusCode::OK } else { StatusCode::ACCEPTED });
            RestoreObjectOutput::default()
        }),
    )
}
