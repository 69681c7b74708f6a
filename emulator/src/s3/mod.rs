//! S3: buckets, objects with versions, uploads in parts, and the documents that buckets are configured with.
//!
//! Requests and answers are the types that `s3s` makes of AWS's model, so that callers in this process and on the wire
//! share every line below. Content comes as [`Content`], written before the call and beside the emulator's lock, and goes
//! as a [`BodyReader`](crate::BodyReader) that is read after it.
//!
//! ```text
//! content ── put_object ─┐                    ┌─ access, acl        who may
//!          upload_part ──┤                    ├─ conditions         on which conditions
//!   complete_multipart ──┼─ object::put ──────┼─ attributes, tags, encryption, locks
//!          copy_object ──┘    versions        └─ notifications      who is told
//! listing ── list_objects, list_objects_v2, list_object_versions, list_multipart_uploads
//! documents ── one file per kind of document
//! ```
//!
//! Kept and answered without effect: encryption, lifecycle rules, replication, policies, public access blocks, logging,
//! websites, inventories and their like. Not here, and answered so: SelectObjectContent, torrents, access points, MFA
//! delete, directory buckets, metadata tables.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/>.

mod abort_multipart_upload;
mod access;
mod acl;
mod acl_operations;
mod attributes;
mod attributes_shown;
mod bucket;
mod buckets;
mod checksum;
mod complete_multipart_upload;
mod conditions;
mod content;
mod copy_object;
mod copy_source;
mod create_bucket;
mod create_multipart_upload;
mod cross_origin;
mod delete_object;
mod delete_objects;
pub(crate) mod documents;
mod e_tag;
mod encryption;
mod errors;
mod get_object;
mod get_object_attributes;
mod head_object;
pub mod input;
mod integrity;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod listing;
mod locks;
mod multipart;
pub mod notifications;
mod object;
mod object_key;
mod object_lock;
mod object_tagging;
mod owner;
mod preconditions;
mod put_object;
mod restore_object;
mod tags;
mod times;
mod upload_part;
mod upload_part_copy;

pub use s3s::dto;

pub use abort_multipart_upload::AbortMultipartUpload;
pub use acl_operations::{GetBucketAcl, GetObjectAcl, PutBucketAcl, PutObjectAcl};
pub use buckets::{DeleteBucket, GetBucketLocation, GetBucketVersioning, HeadBucket, PutBucketVersioning};
pub use checksum::{ChecksumAlgorithm, Checksums};
pub use complete_multipart_upload::{CompleteMultipartUpload, CompleteMultipartUploadResponse};
pub use content::{Content, ContentWriter, Hashed, Hashing};
pub use copy_object::{CopyObject, CopyObjectRequest, CopyObjectResponse, source as copied_object};
pub use copy_source::{CopySource, Digest, ReadCopySource, SourceContent};
pub use create_bucket::{CreateBucket, CreateBucketRequest};
pub use create_multipart_upload::{CreateMultipartUpload, CreateMultipartUploadRequest};
pub use cross_origin::{CorsAnswer, CorsQuestion, MatchCors};
pub use delete_object::DeleteObject;
pub use delete_objects::DeleteObjects;
pub use get_object::{GetObject, GetObjectResponse};
pub use get_object_attributes::GetObjectAttributes;
pub use head_object::{HeadObject, HeadObjectResponse};
pub use integrity::Integrity;
pub use list_buckets::ListBuckets;
pub use list_multipart_uploads::ListMultipartUploads;
pub use list_object_versions::ListObjectVersions;
pub use list_objects::ListObjects;
pub use list_objects_v2::ListObjectsV2;
pub use list_parts::ListParts;
pub use multipart::UploadAlgorithm;
pub use notifications::{ObjectEvent, ObjectEventsWait, TakeObjectEvents, WatchObjects, WatchObjectsRequest};
pub use object_lock::{GetObjectLegalHold, GetObjectRetention, PutObjectLegalHold, PutObjectRetention};
pub use object_tagging::{DeleteObjectTagging, GetObjectTagging, PutObjectTagging};
pub use owner::Caller;
pub use preconditions::{CheckBucketOwner, CheckPut};
pub use put_object::{CONTENT_BYTES_MAX, PutObject, PutObjectRequest, PutObjectResponse};
pub use restore_object::{RestoreObject, Restored};
pub use upload_part::{UploadPart, UploadPartRequest, UploadPartResponse};
pub use upload_part_copy::{UploadPartCopy, source as copied_part};

use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::Body;

/// Where the content of an object is.
pub(crate) fn find_body(ctx: &Context<'_>, bucket: &str, key: &str) -> Result<Body, ApiError> {
    let (_, object) = object::open(ctx, bucket, key, None, "GET")?;
    Ok(object.body.expect("an object that was opened is no delete marker"))
}

/// The checksums that answers have places for, in the order CRC32, CRC32C, CRC64NVME, SHA1, SHA256.
fn common_checksums(checksums: &Checksums) -> [Option<String>; 5] {
    use ChecksumAlgorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
    [Crc32, Crc32c, Crc64Nvme, Sha1, Sha256].map(|algorithm| checksums.get(algorithm.name()).cloned())
}

/// What was stored does not read.
fn stored(error: impl std::fmt::Display) -> ApiError {
    ApiError::new(ErrorCode::InternalFailure, format!("a stored document does not decode: {error}"))
}
