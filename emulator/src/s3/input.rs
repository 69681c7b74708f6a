//! Short ways to say what is asked most, for callers in the same process.

use s3s::dto;

use super::CreateBucketRequest;

/// Creates the bucket of this name.
pub fn create_bucket(bucket: impl Into<String>) -> CreateBucketRequest {
    CreateBucketRequest::new(bucket)
}

/// Asks whether a bucket is there.
pub fn head_bucket(bucket: impl Into<String>) -> dto::HeadBucketInput {
    dto::HeadBucketInput { bucket: bucket.into(), ..Default::default() }
}

/// Gets the whole object.
pub fn get_object(bucket: impl Into<String>, key: impl Into<String>) -> dto::GetObjectInput {
    dto::GetObjectInput { bucket: bucket.into(), key: key.into(), ..Default::default() }
}

/// Asks what is known of an object.
pub fn head_object(bucket: impl Into<String>, key: impl Into<String>) -> dto::HeadObjectInput {
    dto::HeadObjectInput { bucket: bucket.into(), key: key.into(), ..Default::default() }
}

/// Deletes the object of this key.
pub fn delete_object(bucket: impl Into<String>, key: impl Into<String>) -> dto::DeleteObjectInput {
    dto::DeleteObjectInput { bucket: bucket.into(), key: key.into(), ..Default::default() }
}

/// Lists what starts with a prefix.
pub fn list_objects(bucket: impl Into<String>, prefix: impl Into<String>) -> dto::ListObjectsV2Input {
    dto::ListObjectsV2Input { bucket: bucket.into(), prefix: Some(prefix.into()), ..Default::default() }
}
