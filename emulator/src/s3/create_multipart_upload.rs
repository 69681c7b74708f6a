//! `CreateMultipartUpload`: begins an object that comes in parts.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>

use s3s::dto;

use super::access::Permission;
use super::{ChecksumAlgorithm, attributes, bucket, encryption, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::UploadRow;
use crate::validation::Rule;

/// See the module.
pub struct CreateMultipartUpload;

impl Operation for CreateMultipartUpload {
    const NAME: &'static str = "s3:CreateMultipartUpload";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = CreateMultipartUploadRequest;
    type Response = dto::CreateMultipartUploadOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let CreateMultipartUploadRequest { input, expires } = request;
        attributes::check_key(&input.key)?;
        let bucket = bucket::open(ctx, &input.bucket, Permission::Write)?;
        let (algorithm, composite) = checksum(&input)?;
        let key = input.key.clone();
        let mut attributes = attributes::of_put(ctx, &bucket, &attributes::put_of_upload(input), expires)?;
        attributes.owner = ctx.caller.owner().to_owned();
        attributes.checksum_composite = composite;
        attributes.checksums.extend(algorithm.map(|algorithm| (algorithm.name().to_owned(), String::new())));
        let upload_id = format!("{}{}", ctx.ids.next_hex(), ctx.ids.next_hex());
        let upload = UploadRow { key, upload_id, initiated: ctx.now, attributes };
        ctx.store.insert_upload(&bucket.name, &upload)?;
        let encrypted = &upload.attributes.encryption;
        let kind = if composite { dto::ChecksumType::COMPOSITE } else { dto::ChecksumType::FULL_OBJECT };
        Ok(dto::CreateMultipartUploadOutput {
            bucket: Some(bucket.name),
            bucket_key_enabled: encrypted.bucket_key_enabled,
            checksum_algorithm: algorithm
                .map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
            checksum_type: algorithm.map(|_| dto::ChecksumType::from_static(kind)),
            key: Some(upload.key),
            sse_customer_algorithm: encrypted.customer_algorithm.clone(),
            sse_customer_key_md5: encrypted.customer_key_md5.clone(),
            ssekms_key_id: encrypted.kms_key_id.clone(),
            server_side_encryption: encryption::shown(encrypted),
            upload_id: Some(upload.upload_id),
            ..dto::CreateMultipartUploadOutput::default()
        })
    }
}

/// What `CreateMultipartUpload` asks.
#[derive(Debug, Default)]
pub struct CreateMultipartUploadRequest {
    /// The request.
    pub input: dto::CreateMultipartUploadInput,
    /// The `Expires` header, as it came.
    pub expires: Option<String>,
}

/// The algorithm of the object's checksum, and whether it is that of its parts' checksums.
fn checksum(input: &dto::CreateMultipartUploadInput) -> Result<(Option<ChecksumAlgorithm>, bool), ApiError> {
    let kind = input.checksum_type.as_ref().map(dto::ChecksumType::as_str);
    let Some(asked) = &input.checksum_algorithm else {
        return match kind {
            None => Ok((None, false)),
            Some(_) => Err(errors::invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let Some(algorithm) = ChecksumAlgorithm::named(asked.as_str()) else {
        return Err(errors::invalid_request("Checksum algorithm provided is unsupported."));
    };
    let refusal = |kind: &str| {
        let name = algorithm.name().to_lowercase();
        let message = format!("The {kind} checksum type cannot be used with the {name} checksum algorithm.");
        Err(errors::invalid_request(message))
    };
    match kind {
        None => Ok((Some(algorithm), algorithm.is_composite_by_default())),
        Some("COMPOSITE") if algorithm.can_be_composite() => Ok((Some(algorithm), true)),
        Some("FULL_OBJECT") if algorithm.can_be_full_object() => Ok((Some(algorithm), false)),
        Some(kind @ ("COMPOSITE" | "FULL_OBJECT")) => refusal(kind),
        Some(_) => Err(errors::invalid_request("Value for x-amz-checksum-type header is invalid.")),
    }
}
