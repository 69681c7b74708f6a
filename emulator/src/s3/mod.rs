//! S3: buckets, and objects stored and read whole or in part.
//!
//! Requests are typed values without a wire form; headers, paths and XML belong to the HTTP side.
//!
//! Not emulated: versions, multipart uploads, copies, tags, access control, storage classes other
//! than `STANDARD`, checksums besides the ETag.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/>.

mod bucket;
mod byte_range;
mod create_bucket;
mod delete_object;
mod errors;
mod etag;
mod get_object;
mod head_bucket;
mod head_object;
mod list_objects_v2;
mod object_key;
mod put_object;

pub use byte_range::{ByteRange, ContentRange};
pub use create_bucket::{CreateBucket, CreateBucketRequest, CreateBucketResponse};
pub use delete_object::{DeleteObject, DeleteObjectRequest};
pub use etag::ETag;
pub use get_object::{GetObject, GetObjectRequest, GetObjectResponse};
pub use head_bucket::{HeadBucket, HeadBucketRequest, HeadBucketResponse};
pub use head_object::{HeadObject, HeadObjectRequest, HeadObjectResponse};
pub use list_objects_v2::{ListObjectsV2, ListObjectsV2Request, ListObjectsV2Response, ListedObject};
pub use put_object::{PutObject, PutObjectRequest, PutObjectResponse};

use crate::error::ApiError;
use crate::operation::Context;
use crate::store::ObjectRow;

/// The object of this key, in a bucket that is there.
pub(crate) fn find_object(ctx: &Context<'_>, bucket: &str, key: &str) -> Result<ObjectRow, ApiError> {
    bucket::check_exists(ctx, bucket)?;
    let object = ctx.store.find_object(bucket, key)?;
    object.ok_or_else(errors::no_such_key)
}
