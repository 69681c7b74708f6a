//! Who is told of new and of deleted objects: see [`crate::s3::notifications`].
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html>

use s3s::dto;

use super::{Kind, Put};
use crate::error::ApiError;
use crate::operation::Context;
use crate::s3::notifications;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Notification;

impl Kind for Notification {
    const KIND: &'static str = "notification";
    const PUT: &'static str = "s3:PutBucketNotificationConfiguration";
    const GET: &'static str = "s3:GetBucketNotificationConfiguration";
    type Document = dto::NotificationConfiguration;
    type Put = dto::PutBucketNotificationConfigurationInput;
    type PutAnswer = dto::PutBucketNotificationConfigurationOutput;
    type Get = dto::GetBucketNotificationConfigurationInput;
    type Answer = dto::GetBucketNotificationConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.notification_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        ctx: &mut Context<'_>,
        bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        notifications::check(ctx, bucket, document)
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let _ = bucket;
        let found = document.unwrap_or_default();
        Ok(Self::Answer {
            event_bridge_configuration: found.event_bridge_configuration,
            lambda_function_configurations: found.lambda_function_configurations,
            queue_configurations: found.queue_configurations,
            topic_configurations: found.topic_configurations,
        })
    }
}
