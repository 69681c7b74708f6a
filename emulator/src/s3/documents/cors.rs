//! The rules by which a bucket answers browsers of other sites.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html>

use s3s::dto;

use super::{Deletable, Kind, Put, check_valid, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::errors;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Cors;

impl Kind for Cors {
    const KIND: &'static str = "cors";
    const PUT: &'static str = "s3:PutBucketCors";
    const GET: &'static str = "s3:GetBucketCors";
    type Document = dto::CORSConfiguration;
    type Put = dto::PutBucketCorsInput;
    type PutAnswer = dto::PutBucketCorsOutput;
    type Get = dto::GetBucketCorsInput;
    type Answer = dto::GetBucketCorsOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.cors_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        check_valid((1..=RULES_MAX).contains(&document.cors_rules.len()))?;
        for rule in &document.cors_rules {
            if let Some(method) = rule.allowed_methods.iter().find(|name| !METHODS.contains(&name.as_str())) {
                let message = format!(
                    "Found unsupported HTTP method in CORS config. Unsupported method is {}",
                    method.as_str()
                );
                return Err(errors::invalid_request(message));
            }
            if let Some(origin) = rule.allowed_origins.iter().find(|origin| origin.matches('*').count() > 1) {
                let message = format!("AllowedOrigin \"{origin}\" can not have more than one wildcard.");
                return Err(errors::invalid_request(message));
            }
        }
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let message = "The CORS configuration does not exist";
        let found = document.ok_or_else(|| none(ErrorCode::NoSuchCorsConfiguration, message, bucket))?;
        Ok(Self::Answer { cors_rules: Some(found.cors_rules) })
    }
}

impl Deletable for Cors {
    const DELETE: &'static str = "s3:DeleteBucketCors";
    type Delete = dto::DeleteBucketCorsInput;
    type DeleteAnswer = dto::DeleteBucketCorsOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

const RULES_MAX: usize = 100;
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];
