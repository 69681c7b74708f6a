//! The operations that a request can name, and what does each: s3s finds out which it is and reads it, this table says
//! who answers. What is not in it s3s refuses by its name, with `NotImplemented`.

use std::future::Future;
use std::pin::Pin;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::calls::{bucket, call, copy, object, upload};
use crate::s3::documents::*;
use crate::s3::*;

/// See the module.
pub(super) struct Api;

type Answer<'a, T> = Pin<Box<dyn Future<Output = S3Result<S3Response<T>>> + Send + 'a>>;

/// Writes the trait that s3s asks for: its functions are `async`, which a trait object has in this longer form.
macro_rules! operations {
    ($($name:ident($input:ty) -> $output:ty: $answer:expr,)*) => {
        impl S3 for Api {
            $(fn $name<'a, 'b>(&'a self, request: S3Request<$input>) -> Answer<'b, $output>
            where
                'a: 'b,
                Self: 'b,
            {
                Box::pin($answer(request))
            })*
        }
    };
}

operations! {
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput: call::<AbortMultipartUpload>,
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput: upload::complete,
    copy_object(CopyObjectInput) -> CopyObjectOutput: copy::object,
    create_bucket(CreateBucketInput) -> CreateBucketOutput: bucket::create,
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput: upload::create,
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput: call::<DeleteBucket>,
    delete_bucket_analytics_configuration(DeleteBucketAnalyticsConfigurationInput) -> DeleteBucketAnalyticsConfigurationOutput: call::<DeleteDocument<Analytics>>,
    delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput: call::<DeleteDocument<Cors>>,
    delete_bucket_encryption(DeleteBucketEncryptionInput) -> DeleteBucketEncryptionOutput: call::<DeleteDocument<EncryptionKind>>,
    delete_bucket_intelligent_tiering_configuration(DeleteBucketIntelligentTieringConfigurationInput) -> DeleteBucketIntelligentTieringConfigurationOutput: call::<DeleteDocument<IntelligentTiering>>,
    delete_bucket_inventory_configuration(DeleteBucketInventoryConfigurationInput) -> DeleteBucketInventoryConfigurationOutput: call::<DeleteDocument<Inventory>>,
    delete_bucket_lifecycle(DeleteBucketLifecycleInput) -> DeleteBucketLifecycleOutput: call::<DeleteDocument<Lifecycle>>,
    delete_bucket_metrics_configuration(DeleteBucketMetricsConfigurationInput) -> DeleteBucketMetricsConfigurationOutput: call::<DeleteDocument<MetricsKind>>,
    delete_bucket_ownership_controls(DeleteBucketOwnershipControlsInput) -> DeleteBucketOwnershipControlsOutput: call::<DeleteDocument<Ownership>>,
    delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput: call::<DeleteDocument<PolicyKind>>,
    delete_bucket_replication(DeleteBucketReplicationInput) -> DeleteBucketReplicationOutput: call::<DeleteDocument<Replication>>,
    delete_bucket_tagging(DeleteBucketTaggingInput) -> DeleteBucketTaggingOutput: call::<DeleteDocument<BucketTags>>,
    delete_bucket_website(DeleteBucketWebsiteInput) -> DeleteBucketWebsiteOutput: call::<DeleteDocument<Website>>,
    delete_object(DeleteObjectInput) -> DeleteObjectOutput: call::<DeleteObject>,
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput: call::<DeleteObjectTagging>,
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput: call::<DeleteObjects>,
    delete_public_access_block(DeletePublicAccessBlockInput) -> DeletePublicAccessBlockOutput: call::<DeleteDocument<PublicAccess>>,
    get_bucket_accelerate_configuration(GetBucketAccelerateConfigurationInput) -> GetBucketAccelerateConfigurationOutput: call::<GetDocument<Accelerate>>,
    get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput: call::<GetBucketAcl>,
    get_bucket_analytics_configuration(GetBucketAnalyticsConfigurationInput) -> GetBucketAnalyticsConfigurationOutput: call::<GetDocument<Analytics>>,
    get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput: call::<GetDocument<Cors>>,
    get_bucket_encryption(GetBucketEncryptionInput) -> GetBucketEncryptionOutput: call::<GetDocument<EncryptionKind>>,
    get_bucket_intelligent_tiering_configuration(GetBucketIntelligentTieringConfigurationInput) -> GetBucketIntelligentTieringConfigurationOutput: call::<GetDocument<IntelligentTiering>>,
    get_bucket_inventory_configuration(GetBucketInventoryConfigurationInput) -> GetBucketInventoryConfigurationOutput: call::<GetDocument<Inventory>>,
    get_bucket_lifecycle_configuration(GetBucketLifecycleConfigurationInput) -> GetBucketLifecycleConfigurationOutput: call::<GetDocument<Lifecycle>>,
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput: call::<GetBucketLocation>,
    get_bucket_logging(GetBucketLoggingInput) -> GetBucketLoggingOutput: call::<GetDocument<Logging>>,
    get_bucket_metrics_configuration(GetBucketMetricsConfigurationInput) -> GetBucketMetricsConfigurationOutput: call::<GetDocument<MetricsKind>>,
    get_bucket_notification_configuration(GetBucketNotificationConfigurationInput) -> GetBucketNotificationConfigurationOutput: call::<GetDocument<Notification>>,
    get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput: call::<GetDocument<Ownership>>,
    get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput: call::<GetDocument<PolicyKind>>,
    get_bucket_policy_status(GetBucketPolicyStatusInput) -> GetBucketPolicyStatusOutput: call::<GetBucketPolicyStatus>,
    get_bucket_replication(GetBucketReplicationInput) -> GetBucketReplicationOutput: call::<GetDocument<Replication>>,
    get_bucket_request_payment(GetBucketRequestPaymentInput) -> GetBucketRequestPaymentOutput: call::<GetDocument<RequestPayment>>,
    get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput: call::<GetDocument<BucketTags>>,
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput: call::<GetBucketVersioning>,
    get_bucket_website(GetBucketWebsiteInput) -> GetBucketWebsiteOutput: call::<GetDocument<Website>>,
    get_object(GetObjectInput) -> GetObjectOutput: object::get,
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput: call::<GetObjectAcl>,
    get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput: object::attributes,
    get_object_legal_hold(GetObjectLegalHoldInput) -> GetObjectLegalHoldOutput: call::<GetObjectLegalHold>,
    get_object_lock_configuration(GetObjectLockConfigurationInput) -> GetObjectLockConfigurationOutput: call::<GetDocument<ObjectLockKind>>,
    get_object_retention(GetObjectRetentionInput) -> GetObjectRetentionOutput: call::<GetObjectRetention>,
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput: call::<GetObjectTagging>,
    get_public_access_block(GetPublicAccessBlockInput) -> GetPublicAccessBlockOutput: call::<GetDocument<PublicAccess>>,
    head_bucket(HeadBucketInput) -> HeadBucketOutput: bucket::head,
    head_object(HeadObjectInput) -> HeadObjectOutput: object::head,
    list_bucket_analytics_configurations(ListBucketAnalyticsConfigurationsInput) -> ListBucketAnalyticsConfigurationsOutput: call::<ListAnalytics>,
    list_bucket_intelligent_tiering_configurations(ListBucketIntelligentTieringConfigurationsInput) -> ListBucketIntelligentTieringConfigurationsOutput: call::<ListIntelligentTiering>,
    list_bucket_inventory_configurations(ListBucketInventoryConfigurationsInput) -> ListBucketInventoryConfigurationsOutput: call::<ListInventories>,
    list_bucket_metrics_configurations(ListBucketMetricsConfigurationsInput) -> ListBucketMetricsConfigurationsOutput: call::<ListMetrics>,
    list_buckets(ListBucketsInput) -> ListBucketsOutput: call::<ListBuckets>,
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput: call::<ListMultipartUploads>,
    list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput: call::<ListObjectVersions>,
    list_objects(ListObjectsInput) -> ListObjectsOutput: call::<ListObjects>,
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output: call::<ListObjectsV2>,
    list_parts(ListPartsInput) -> ListPartsOutput: call::<ListParts>,
    put_bucket_accelerate_configuration(PutBucketAccelerateConfigurationInput) -> PutBucketAccelerateConfigurationOutput: call::<PutDocument<Accelerate>>,
    put_bucket_acl(PutBucketAclInput) -> PutBucketAclOutput: call::<PutBucketAcl>,
    put_bucket_analytics_configuration(PutBucketAnalyticsConfigurationInput) -> PutBucketAnalyticsConfigurationOutput: call::<PutDocument<Analytics>>,
    put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput: call::<PutDocument<Cors>>,
    put_bucket_encryption(PutBucketEncryptionInput) -> PutBucketEncryptionOutput: call::<PutDocument<EncryptionKind>>,
    put_bucket_intelligent_tiering_configuration(PutBucketIntelligentTieringConfigurationInput) -> PutBucketIntelligentTieringConfigurationOutput: call::<PutDocument<IntelligentTiering>>,
    put_bucket_inventory_configuration(PutBucketInventoryConfigurationInput) -> PutBucketInventoryConfigurationOutput: call::<PutDocument<Inventory>>,
    put_bucket_lifecycle_configuration(PutBucketLifecycleConfigurationInput) -> PutBucketLifecycleConfigurationOutput: call::<PutDocument<Lifecycle>>,
    put_bucket_logging(PutBucketLoggingInput) -> PutBucketLoggingOutput: call::<PutDocument<Logging>>,
    put_bucket_metrics_configuration(PutBucketMetricsConfigurationInput) -> PutBucketMetricsConfigurationOutput: call::<PutDocument<MetricsKind>>,
    put_bucket_notification_configuration(PutBucketNotificationConfigurationInput) -> PutBucketNotificationConfigurationOutput: call::<PutDocument<Notification>>,
    put_bucket_ownership_controls(PutBucketOwnershipControlsInput) -> PutBucketOwnershipControlsOutput: call::<PutDocument<Ownership>>,
    put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput: call::<PutDocument<PolicyKind>>,
    put_bucket_replication(PutBucketReplicationInput) -> PutBucketReplicationOutput: call::<PutDocument<Replication>>,
    put_bucket_request_payment(PutBucketRequestPaymentInput) -> PutBucketRequestPaymentOutput: call::<PutDocument<RequestPayment>>,
    put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput: bucket::put_tags,
    put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput: call::<PutBucketVersioning>,
    put_bucket_website(PutBucketWebsiteInput) -> PutBucketWebsiteOutput: call::<PutDocument<Website>>,
    put_object(PutObjectInput) -> PutObjectOutput: object::put,
    put_object_acl(PutObjectAclInput) -> PutObjectAclOutput: call::<PutObjectAcl>,
    put_object_legal_hold(PutObjectLegalHoldInput) -> PutObjectLegalHoldOutput: call::<PutObjectLegalHold>,
    put_object_lock_configuration(PutObjectLockConfigurationInput) -> PutObjectLockConfigurationOutput: call::<PutDocument<ObjectLockKind>>,
    put_object_retention(PutObjectRetentionInput) -> PutObjectRetentionOutput: call::<PutObjectRetention>,
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput: call::<PutObjectTagging>,
    put_public_access_block(PutPublicAccessBlockInput) -> PutPublicAccessBlockOutput: call::<PutDocument<PublicAccess>>,
    restore_object(RestoreObjectInput) -> RestoreObjectOutput: object::restore,
    upload_part(UploadPartInput) -> UploadPartOutput: upload::part,
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput: copy::part,
}
