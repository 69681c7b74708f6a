//! Documents that buckets are configured with: put, answered and deleted alike for every kind of them.
//!
//! A kind is a file of its own: what a request must satisfy, and what is answered where there is none. Most documents
//! are only kept; those that have an effect are read where they have it.

mod accelerate;
mod analytics;
mod cors;
mod encryption;
mod intelligent_tiering;
mod inventory;
mod lifecycle;
mod logging;
mod metrics;
mod notification;
mod object_lock;
mod ownership;
mod policy;
mod public_access;
mod replication;
mod request_payment;
mod tagging;
mod website;

use std::marker::PhantomData;

use s3s::xml::{DeserializeContent, Deserializer, SerializeContent, Serializer};

pub(crate) use accelerate::Accelerate;
pub(crate) use analytics::{Analytics, ListAnalytics};
pub(crate) use cors::Cors;
pub(crate) use encryption::EncryptionKind;
pub(crate) use intelligent_tiering::{IntelligentTiering, ListIntelligentTiering};
pub(crate) use inventory::{Inventory, ListInventories};
pub(crate) use lifecycle::Lifecycle;
pub(crate) use logging::Logging;
pub(crate) use metrics::{ListMetrics, MetricsKind};
pub(crate) use notification::Notification;
pub(crate) use object_lock::ObjectLockKind;
pub(crate) use ownership::Ownership;
pub(super) use ownership::{is_owner_enforced, set_ownership};
pub(crate) use policy::{GetBucketPolicyStatus, PolicyKind};
pub(crate) use public_access::PublicAccess;
pub(crate) use replication::Replication;
pub(crate) use request_payment::RequestPayment;
pub(crate) use tagging::BucketTags;
pub(crate) use website::Website;

use super::access::Permission;
use super::{bucket, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::BucketRow;
use crate::validation::Rule;

/// A kind of document.
pub(crate) trait Kind: Sized + 'static {
    /// What it is kept under.
    const KIND: &'static str;
    /// The operation that puts one.
    const PUT: &'static str;
    /// The operation that answers one.
    const GET: &'static str;
    /// What is kept.
    type Document: SerializeContent + for<'xml> DeserializeContent<'xml>;
    /// What is asked of [`Self::PUT`].
    type Put: 'static;
    /// What is answered by it.
    type PutAnswer: Default;
    /// What is asked of [`Self::GET`].
    type Get: 'static;
    /// What is answered by it.
    type Answer;

    /// The bucket, the document and its id, which is empty where a bucket has one document of the kind.
    fn put(input: Self::Put) -> Put<Self::Document>;

    /// The bucket and the id.
    fn get(input: &Self::Get) -> (&str, &str);

    /// What must hold before it is kept. It may change the bucket too.
    ///
    /// # Errors
    /// What AWS would answer.
    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        _document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        Ok(())
    }

    /// What is answered, with or without a document.
    ///
    /// # Errors
    /// What AWS would answer where there is none.
    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError>;
}

/// A kind of document that can be deleted.
pub(crate) trait Deletable: Kind {
    /// The operation that deletes one.
    const DELETE: &'static str;
    /// What is asked of it.
    type Delete: 'static;
    /// What is answered by it.
    type DeleteAnswer: Default;

    /// The bucket and the id.
    fn delete(input: &Self::Delete) -> (&str, &str);
}

/// A document to be kept.
pub(crate) struct Put<D> {
    /// The bucket's name.
    pub bucket: String,
    /// Empty where a bucket has one document of the kind.
    pub id: String,
    /// The document; none where the request had no body.
    pub document: Option<D>,
}

impl<D> Put<D> {
    fn only(bucket: String, document: D) -> Self {
        Self { bucket, id: String::new(), document: Some(document) }
    }
}

/// Puts a document in place of any other.
pub(crate) struct PutDocument<K>(PhantomData<K>);

impl<K: Kind> Operation for PutDocument<K> {
    const NAME: &'static str = K::PUT;
    const RULES: &'static [Rule<K::Put>] = &[];
    type Request = K::Put;
    type Response = K::PutAnswer;

    fn call(ctx: &mut Context<'_>, request: K::Put) -> Result<K::PutAnswer, ApiError> {
        let Put { bucket, id, document } = K::put(request);
        let bucket = bucket::open(ctx, &bucket, Permission::Own)?;
        let mut document = document
            .ok_or_else(|| ApiError::new(ErrorCode::MissingRequestBodyError, "Request Body is empty"))?;
        K::check(ctx, &bucket, &mut document)?;
        ctx.store.put_document(&bucket.name, K::KIND, &id, &written(&document)?)?;
        Ok(K::PutAnswer::default())
    }
}

/// Answers a document.
pub(crate) struct GetDocument<K>(PhantomData<K>);

impl<K: Kind> Operation for GetDocument<K> {
    const NAME: &'static str = K::GET;
    const RULES: &'static [Rule<K::Get>] = &[];
    const READS_ONLY: bool = true;
    type Request = K::Get;
    type Response = K::Answer;

    fn call(ctx: &mut Context<'_>, request: K::Get) -> Result<K::Answer, ApiError> {
        let (name, id) = K::get(&request);
        let bucket = bucket::open(ctx, name, Permission::Own)?;
        let text = ctx.store.find_document(&bucket.name, K::KIND, id)?;
        K::answer(&bucket, text.map(|text| read::<K>(&text)).transpose()?)
    }
}

/// Removes a document, whether there is one or not.
pub(crate) struct DeleteDocument<K>(PhantomData<K>);

impl<K: Deletable> Operation for DeleteDocument<K> {
    const NAME: &'static str = K::DELETE;
    const RULES: &'static [Rule<K::Delete>] = &[];
    type Request = K::Delete;
    type Response = K::DeleteAnswer;

    fn call(ctx: &mut Context<'_>, request: K::Delete) -> Result<K::DeleteAnswer, ApiError> {
        let (name, id) = K::delete(&request);
        let bucket = bucket::open(ctx, name, Permission::Own)?;
        ctx.store.delete_document(&bucket.name, K::KIND, id)?;
        Ok(K::DeleteAnswer::default())
    }
}

/// The document of a bucket that has one of the kind.
pub(super) fn find<K: Kind>(ctx: &Context<'_>, bucket: &str) -> Result<Option<K::Document>, ApiError> {
    let text = ctx.store.find_document(bucket, K::KIND, "")?;
    text.map(|text| read::<K>(&text)).transpose()
}

/// Keeps a document that needs no checking.
pub(super) fn keep<K: Kind>(ctx: &Context<'_>, bucket: &str, document: &K::Document) -> Result<(), ApiError> {
    Ok(ctx.store.put_document(bucket, K::KIND, "", &written(document)?)?)
}

/// All documents of a kind, by id.
fn all<K: Kind>(ctx: &Context<'_>, bucket: &str) -> Result<Vec<K::Document>, ApiError> {
    let texts = ctx.store.documents(bucket, K::KIND)?;
    texts.iter().map(|text| read::<K>(text)).collect()
}

fn written(document: &impl SerializeContent) -> Result<String, ApiError> {
    let mut text = Vec::new();
    let mut serializer = Serializer::new(&mut text);
    serializer.content("Document", document).map_err(super::stored)?;
    String::from_utf8(text).map_err(super::stored)
}

fn read<K: Kind>(text: &str) -> Result<K::Document, ApiError> {
    let mut deserializer = Deserializer::new(text.as_bytes());
    deserializer.named_element("Document", Deserializer::content).map_err(super::stored)
}

/// The answer where a bucket has no document of a kind.
fn none(code: ErrorCode, message: &str, bucket: &BucketRow) -> ApiError {
    ApiError::new(code, message).with("BucketName", bucket.name.as_str())
}

/// Refuses a document that does not validate.
fn check_valid(is_valid: bool) -> Result<(), ApiError> {
    if is_valid { Ok(()) } else { Err(errors::malformed_xml()) }
}
