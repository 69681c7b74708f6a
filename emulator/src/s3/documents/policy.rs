//! The policy of a bucket, as it was given. It is kept and answered; nobody is judged by it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html>

use s3s::dto;

use super::{Deletable, Kind, Put, find, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::operation::Operation;
use crate::s3::access::Permission;
use crate::s3::bucket;
use crate::store::BucketRow;
use crate::validation::Rule;

/// See the module.
pub(crate) struct PolicyKind;

impl Kind for PolicyKind {
    const KIND: &'static str = "policy";
    const PUT: &'static str = "s3:PutBucketPolicy";
    const GET: &'static str = "s3:GetBucketPolicy";
    type Document = String;
    type Put = dto::PutBucketPolicyInput;
    type PutAnswer = dto::PutBucketPolicyOutput;
    type Get = dto::GetBucketPolicyInput;
    type Answer = dto::GetBucketPolicyOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.policy)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(document);
        let has_statements = parsed.is_ok_and(|policy| policy.get("Statement").is_some());
        if has_statements {
            return Ok(());
        }
        let message = "Policies must be valid JSON and the first byte must be '{'";
        Err(ApiError::new(ErrorCode::MalformedPolicy, message))
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document
            .ok_or_else(|| none(ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist", bucket))?;
        Ok(Self::Answer { policy: Some(found) })
    }
}

impl Deletable for PolicyKind {
    const DELETE: &'static str = "s3:DeleteBucketPolicy";
    type Delete = dto::DeleteBucketPolicyInput;
    type DeleteAnswer = dto::DeleteBucketPolicyOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

/// `GetBucketPolicyStatus`: whether a policy lets everybody in.
pub(crate) struct GetBucketPolicyStatus;

impl Operation for GetBucketPolicyStatus {
    const NAME: &'static str = "s3:GetBucketPolicyStatus";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetBucketPolicyStatusInput;
    type Response = dto::GetBucketPolicyStatusOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Own)?;
        let message = "The bucket policy does not exist";
        let policy = find::<PolicyKind>(ctx, &bucket.name)?;
        let policy = policy.ok_or_else(|| none(ErrorCode::NoSuchBucketPolicy, message, &bucket))?;
        let status = dto::PolicyStatus { is_public: Some(is_public(&policy)) };
        Ok(dto::GetBucketPolicyStatusOutput { policy_status: Some(status) })
    }
}

/// A policy, as far as it says whom it lets in.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    statement: OneOrMany<Statement>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: String,
    principal: Option<Principal>,
    condition: Option<serde::de::IgnoredAny>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Principal {
    Name(String),
    Accounts {
        #[serde(rename = "AWS")]
        aws: OneOrMany<String>,
    },
    Other(serde::de::IgnoredAny),
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

fn is_public(policy: &str) -> bool {
    let everybody = |principal: &Principal| match principal {
        Principal::Name(name) => name == "*",
        Principal::Accounts { aws: OneOrMany::One(name) } => name == "*",
        Principal::Accounts { aws: OneOrMany::Many(names) } => names.iter().any(|name| name == "*"),
        Principal::Other(_) => false,
    };
    let lets_in = |statement: &Statement| {
        statement.effect == "Allow"
            && statement.condition.is_none()
            && statement.principal.as_ref().is_some_and(everybody)
    };
    match serde_json::from_str(policy) {
        Ok(Document { statement: OneOrMany::One(statement) }) => lets_in(&statement),
        Ok(Document { statement: OneOrMany::Many(statements) }) => statements.iter().any(lets_in),
        Err(_) => false,
    }
}
