//! `CreateBucket`: an empty bucket.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>

use s3s::dto;

use super::acl::{self, Asked};
use super::acl_operations::grants;
use super::{Caller, bucket, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::BucketRow;
use crate::validation::Rule;

/// In the oldest region a bucket can be created again, for compatibility (AWS's page says so).
const REGION_THAT_REPEATS: &str = "us-east-1";

/// See the module.
pub struct CreateBucket;

impl Operation for CreateBucket {
    const NAME: &'static str = "s3:CreateBucket";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = CreateBucketRequest;
    type Response = dto::CreateBucketOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let CreateBucketRequest { input, region } = request;
        if *ctx.caller == Caller::Anonymous {
            return Err(errors::access_denied());
        }
        let endpoint = region;
        let region = endpoint.clone().unwrap_or_else(|| ctx.identity.region.clone());
        if !bucket::is_valid_name(&input.bucket) {
            return Err(errors::invalid_bucket_name(&input.bucket));
        }
        let location = match &endpoint {
            Some(endpoint) => location(&input, endpoint)?,
            None => region.clone(),
        };
        let output = dto::CreateBucketOutput { location: Some(format!("/{}", input.bucket)) };
        let owner = ctx.caller.owner().to_owned();
        if let Some(found) = ctx.store.find_bucket(&input.bucket)? {
            let repeats = region == REGION_THAT_REPEATS && bucket::region(ctx, &found) == REGION_THAT_REPEATS;
            return match found.owner == owner {
                true if repeats => Ok(output),
                true => Err(errors::bucket_already_owned(&input.bucket)),
                false => Err(errors::bucket_already_exists(&input.bucket)),
            };
        }
        let lock = input.object_lock_enabled_for_bucket == Some(true);
        let row = BucketRow {
            name: input.bucket.clone(),
            created: ctx.now,
            owner,
            region: location,
            versioning: lock.then(|| bucket::ENABLED.to_owned()),
            object_lock: lock,
        };
        ctx.store.insert_bucket(&row)?;
        set_acl(ctx, &input, &row)?;
        if let Some(ownership) = &input.object_ownership {
            super::documents::set_ownership(ctx, &row.name, ownership.clone())?;
        }
        Ok(output)
    }
}

/// What `CreateBucket` asks.
#[derive(Debug, Clone, Default)]
pub struct CreateBucketRequest {
    /// The request.
    pub input: dto::CreateBucketInput,
    /// The region whose endpoint it was sent to; the emulator's own when absent.
    pub region: Option<String>,
}

impl CreateBucketRequest {
    /// Creates the bucket of this name in the emulator's region.
    pub fn new(bucket: impl Into<String>) -> Self {
        let input = dto::CreateBucketInput { bucket: bucket.into(), ..Default::default() };
        Self { input, region: None }
    }
}

/// The region that a request names, which must fit the endpoint it was sent to.
fn location(input: &dto::CreateBucketInput, region: &str) -> Result<String, ApiError> {
    let named = input.create_bucket_configuration.as_ref();
    let named = named.and_then(|configuration| configuration.location_constraint.as_ref());
    let named = named
        .map(dto::BucketLocationConstraint::as_str)
        .map(|name| if name == "EU" { "eu-west-1" } else { name });
    match named {
        Some("") | Some(REGION_THAT_REPEATS) if region == REGION_THAT_REPEATS => {
            let message = "The specified location-constraint is not valid";
            Err(ApiError::new(ErrorCode::InvalidLocationConstraint, message))
        }
        None if region == REGION_THAT_REPEATS => Ok(region.to_owned()),
        Some(name) if name == region || region == REGION_THAT_REPEATS => Ok(name.to_owned()),
        other => {
            let name = other.filter(|name| !name.is_empty()).unwrap_or("unspecified");
            let message = format!(
                "The {name} location constraint is incompatible for the region specific endpoint this request was \
                 sent to."
            );
            Err(ApiError::new(ErrorCode::IllegalLocationConstraintException, message))
        }
    }
}

fn set_acl(ctx: &Context<'_>, input: &dto::CreateBucketInput, row: &BucketRow) -> Result<(), ApiError> {
    let asked = Asked {
        canned: input.acl.as_ref().map(dto::BucketCannedACL::as_str),
        headers: grants([
            ("FULL_CONTROL", &input.grant_full_control),
            ("READ", &input.grant_read),
            ("READ_ACP", &input.grant_read_acp),
            ("WRITE", &input.grant_write),
            ("WRITE_ACP", &input.grant_write_acp),
        ]),
        policy: None,
    };
    let list = acl::read(ctx, &asked, &row.owner, row)?;
    acl::set_of_bucket(ctx, &row.name, list.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn create_twice(region: &str) -> Result<dto::CreateBucketOutput, ApiError> {
        let identity = Identity { region: region.to_owned(), ..Identity::default() };
        let emulator = Emulator::open(Storage::Memory, identity).unwrap();
        let request = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, request.clone()).unwrap();
        emulator.call::<CreateBucket>(NOW, request)
    }

    #[test]
    fn creating_again_is_refused_except_in_the_oldest_region() {
        assert_eq!(create_twice("us-east-1").unwrap().location.unwrap(), "/lake");
        let error = create_twice("eu-central-1").unwrap_err();
        assert_eq!(error.code, ErrorCode::BucketAlreadyOwnedByYou);
    }

    #[test]
    fn bad_name_is_refused() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateBucketRequest::new("No");
        let error = emulator.call::<CreateBucket>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidBucketName);
    }
}
