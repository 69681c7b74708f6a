//! Where objects are copied to. They are not: the rules are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html>

use s3s::dto;

use super::{Deletable, Kind, Put, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::{bucket, errors};
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Replication;

impl Kind for Replication {
    const KIND: &'static str = "replication";
    const PUT: &'static str = "s3:PutBucketReplication";
    const GET: &'static str = "s3:GetBucketReplication";
    type Document = dto::ReplicationConfiguration;
    type Put = dto::PutBucketReplicationInput;
    type PutAnswer = dto::PutBucketReplicationOutput;
    type Get = dto::GetBucketReplicationInput;
    type Answer = dto::GetBucketReplicationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.replication_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        ctx: &mut Context<'_>,
        bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        if !bucket::is_versioned(bucket) {
            let message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
            return Err(errors::invalid_request(message).with("BucketName", bucket.name.as_str()));
        }
        for (rule, at) in document.rules.iter_mut().zip(1..) {
            rule.id.get_or_insert_with(|| ctx.ids.next_hex());
            rule.priority.get_or_insert(at);
        }
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(
                ErrorCode::ReplicationConfigurationNotFoundError,
                "The replication configuration was not found",
                bucket,
            )
        })?;
        Ok(Self::Answer { replication_configuration: Some(found) })
    }
}

impl Deletable for Replication {
    const DELETE: &'static str = "s3:DeleteBucketReplication";
    type Delete = dto::DeleteBucketReplicationInput;
    type DeleteAnswer = dto::DeleteBucketReplicationOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}
