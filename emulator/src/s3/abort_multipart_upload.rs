//! `AbortMultipartUpload`: an upload and its parts go.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>

use s3s::dto;

use super::multipart;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct AbortMultipartUpload;

impl Operation for AbortMultipartUpload {
    const NAME: &'static str = "s3:AbortMultipartUpload";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::AbortMultipartUploadInput;
    type Response = dto::AbortMultipartUploadOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let (bucket, upload) = multipart::find(ctx, &request.bucket, &request.key, &request.upload_id)?;
        for part in ctx.store.parts(&upload.upload_id)? {
            ctx.store.release_body(&part.body)?;
        }
        ctx.store.delete_upload(&bucket.name, &upload)?;
        Ok(dto::AbortMultipartUploadOutput::default())
    }
}
