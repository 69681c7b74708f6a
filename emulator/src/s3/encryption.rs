//! Encryption as requests ask for it and answers say it. Nothing is encrypted: it is said, kept and asked back.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html>

use s3s::dto;

use super::documents::{self, EncryptionKind};
use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{BucketRow, Encryption};

/// How a new object says it is encrypted: as the request asks, else as the bucket is configured, else with S3's keys.
pub(super) fn of_put(
    ctx: &Context<'_>,
    bucket: &BucketRow,
    input: &dto::PutObjectInput,
) -> Result<Encryption, ApiError> {
    if let Some(algorithm) = &input.sse_customer_algorithm {
        if algorithm.as_str() != "AES256" {
            let message = "The encryption request that you specified is not valid. Supported value: AES256.";
            return Err(errors::invalid_named_argument(
                message,
                "x-amz-server-side-encryption",
                algorithm.as_str(),
            ));
        }
        if input.sse_customer_key.is_none() {
            let message = "Requests specifying Server Side Encryption with Customer provided keys must provide an \
                           appropriate secret key.";
            return Err(errors::invalid_argument(message));
        }
        return Ok(Encryption {
            customer_algorithm: Some(algorithm.as_str().to_owned()),
            customer_key_md5: input.sse_customer_key_md5.clone(),
            ..Encryption::default()
        });
    }
    if input.sse_customer_key.is_some() {
        let message = "Requests specifying Server Side Encryption with Customer provided keys must provide a valid \
                       encryption algorithm.";
        return Err(errors::invalid_argument(message));
    }
    let asked = input.server_side_encryption.as_ref().map(|algorithm| algorithm.as_str().to_owned());
    if let Some(algorithm) = &asked {
        check_algorithm(algorithm)?;
    }
    if input.ssekms_key_id.is_some() && !asked.as_deref().is_some_and(|name| name.starts_with("aws:kms")) {
        let message = "Server Side Encryption with AWS KMS managed key requires HTTP header \
                       x-amz-server-side-encryption : aws:kms";
        return Err(errors::invalid_argument(message));
    }
    match asked {
        Some(algorithm) => Ok(Encryption {
            algorithm: Some(algorithm),
            kms_key_id: input.ssekms_key_id.clone(),
            bucket_key_enabled: input.bucket_key_enabled,
            ..Encryption::default()
        }),
        None => of_bucket(ctx, bucket),
    }
}

fn check_algorithm(name: &str) -> Result<(), ApiError> {
    if ["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"].contains(&name) {
        return Ok(());
    }
    let message = "The encryption method specified is not supported";
    Err(errors::invalid_named_argument(message, "x-amz-server-side-encryption", name))
}

fn of_bucket(ctx: &Context<'_>, bucket: &BucketRow) -> Result<Encryption, ApiError> {
    let configured = documents::find::<EncryptionKind>(ctx, &bucket.name)?;
    let rule = configured.and_then(|configured| configured.rules.into_iter().next());
    let Some(rule) = rule else {
        return Ok(Encryption::default());
    };
    let default = rule.apply_server_side_encryption_by_default;
    // Keys of buckets are for KMS alone.
    let uses_kms =
        default.as_ref().is_some_and(|default| default.sse_algorithm.as_str().starts_with("aws:kms"));
    Ok(Encryption {
        algorithm: default.as_ref().map(|default| default.sse_algorithm.as_str().to_owned()),
        kms_key_id: default.and_then(|default| default.kms_master_key_id),
        bucket_key_enabled: rule.bucket_key_enabled.filter(|enabled| uses_kms && *enabled),
        ..Encryption::default()
    })
}

/// Refuses to read what was put with a key of the customer's without that key.
pub(super) fn check_key(
    kept: &Encryption,
    algorithm: Option<&str>,
    key_md5: Option<&str>,
) -> Result<(), ApiError> {
    match (&kept.customer_algorithm, algorithm) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(errors::invalid_request("The encryption parameters are not applicable to this object."))
        }
        (Some(_), None) => Err(errors::invalid_request(
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided \
             to retrieve the object.",
        )),
        (Some(_), Some(_)) if kept.customer_key_md5.as_deref() != key_md5 => Err(errors::access_denied()),
        (Some(_), Some(_)) => Ok(()),
    }
}

/// The algorithm as answers have it: S3's own where nothing was asked for.
pub(super) fn shown(kept: &Encryption) -> Option<dto::ServerSideEncryption> {
    if kept.customer_algorithm.is_some() {
        return None;
    }
    let name = kept.algorithm.clone().unwrap_or_else(|| "AES256".to_owned());
    Some(dto::ServerSideEncryption::from(name))
}
