//! One request to S3, from its head to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, EXPIRES, HeaderName, ORIGIN, RANGE,
    TRANSFER_ENCODING,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};
use hyper::body::Incoming;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::validation::NameValidation;

use super::api::Api;
use super::error_body::{self, ErrorAnswer};
use super::exchange::{Asked, Exchange, Source};
use super::payload::{Payload, content_encoding_without_aws_chunked};
use super::{address, cors, document, download, post};
use crate::emulator::Emulator;
use crate::error::{ApiError, ErrorCode};
use crate::http::auth;
use crate::http::auth::s3::{S3AuthError, S3Expected};
use crate::http::request::header;
use crate::http::request_id::RequestId;
use crate::http::response::{Response, whole};
use crate::http::service::Service;
use crate::s3::{Caller, CheckBucketOwner, CheckPut};

/// Parameters that make a PUT to a key something else than new content.
const NOT_CONTENT: [&str; 9] = [
    "acl",
    "annotation",
    "encryption",
    "legal-hold",
    "renameObject",
    "restore",
    "retention",
    "tagging",
    "torrent",
];
/// Sub-resources that are not here, and that no other operation's name tells.
const NOT_THERE: [&str; 9] = [
    "abac",
    "annotation",
    "metadataAnnotationTable",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "renameObject",
    "session",
];
/// Headers whose meaning is not here.
const NOT_TAKEN: [&str; 2] = ["x-amz-bucket-namespace", "x-amz-mfa"];
/// Headers that hold an ETag.
const CONDITIONS: [&str; 4] =
    ["if-match", "if-none-match", "x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match"];
/// Parameters that carry a signature.
const SIGNATURE: [&str; 10] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "AWSAccessKeyId",
    "Expires",
    "Signature",
];
const KEY_BYTES_MAX: usize = 1024;
/// Bytes of a refused body that are read and thrown away, so that a client that sends first gets to read the answer.
const DISCARDED_MAX: usize = 64 * 1024 * 1024;

/// What reads requests and writes answers.
pub(in crate::http) struct S3(S3Service);

impl S3 {
    pub fn new() -> Self {
        let mut service = S3ServiceBuilder::new(Api);
        service.set_validation(AnyName);
        Self(service.build())
    }
}

/// The answer when answering has failed.
pub(in crate::http) fn internal_error(method: &Method, path: &str, id: &RequestId) -> Response {
    let message = "We encountered an internal error. Please try again.";
    error_body::answer(S3AuthError::new("InternalError", 500, message), method, path, id)
}

/// Which names buckets can have is judged where they are made; elsewhere a bucket is there or not.
struct AnyName;

impl NameValidation for AnyName {
    fn validate_bucket_name(&self, _name: &str) -> bool {
        true
    }
}

/// Answers a request.
pub(in crate::http) async fn answer(
    service: &Service,
    head: Parts,
    body: Incoming,
    id: &RequestId,
) -> Response {
    let virtual_bucket = address::virtual_bucket(&head).map(str::to_owned);
    let method = head.method.clone();
    let path = match &virtual_bucket {
        Some(bucket) => address::path_style(&head.uri, bucket),
        None => head.uri.clone(),
    };
    let emulator = service.tenants.home();
    if method == Method::OPTIONS {
        return cors::preflight(emulator, &head, &path)
            .unwrap_or_else(|error| error_body::answer(error, &method, path.path(), id));
    }
    let request = Answering { service, virtual_bucket: virtual_bucket.as_deref(), path: &path, id };
    let waits = head.headers.contains_key(EXPECT);
    let origin = cors::question(&head, &path);
    let mut body = Some(body);
    let outcome = request.judge(head, &mut body).await;
    let mut response = outcome.unwrap_or_else(|error| error_body::answer(error, &method, path.path(), id));
    if let (Some(body), false) = (body, waits) {
        discard(body).await;
    }
    if let Some(question) = origin {
        cors::open(emulator, question, &mut response);
    }
    response
}

/// A request that is being answered.
pub(super) struct Answering<'a> {
    service: &'a Service,
    virtual_bucket: Option<&'a str>,
    /// The address in path style.
    path: &'a Uri,
    id: &'a RequestId,
}

impl Answering<'_> {
    /// Takes the body once it is going to be read.
    async fn judge(&self, mut head: Parts, body: &mut Option<Incoming>) -> Result<Response, ErrorAnswer> {
        let Service { tenants, clock, strict_auth, .. } = self.service;
        let now = clock.real_now();
        let expected = S3Expected { credentials: strict_auth, now, virtual_bucket: self.virtual_bucket };
        let sender = auth::s3::check(&head, &expected)?;
        take_signed_parameters(&mut head);
        let (bucket, key) = address::encoded_names(self.path.path());
        let (bucket, has_key) = (auth::decode(bucket), !key.is_empty());
        let payload = |body: &mut Option<Incoming>, sender: auth::s3::S3Caller| {
            let body = body.take().expect("the body is taken once");
            Payload::new(&head, sender.payload, sender.signing, body)
        };
        let emulator = Arc::clone(tenants.home());
        let mut asked = Asked {
            now: clock.now(),
            caller: self.caller(&emulator, sender.access_key.as_deref()),
            region: sender.region.clone(),
            emulator,
        };
        check_key(self.path.path())?;
        refuse_unknown(&head, has_key)?;
        self.check_owner(&asked, &head, &bucket)?;
        if !has_key && head.method == Method::POST && is_form(&head) {
            let payload = payload(body, sender);
            let form = post::Posted::read(&head, payload, &bucket, &expected).await?;
            asked.caller = self.caller(&asked.emulator, form.access_key());
            asked.region = form.region().map(str::to_owned);
            return form.answer(self, asked, head, &bucket).await;
        }
        if has_key && is_content(&head) {
            check_content(&asked, &head, &bucket)?;
            let payload = payload(body, sender);
            check_length(payload.length())?;
            let source = Source::Payload(payload);
            let uri = unsigned(self.path);
            return Ok(self
                .call(Exchange::new(asked, head, "ObjectCreated:Put", Some(source)), uri, Bytes::new())
                .await);
        }
        let document = document::read(&head, payload(body, sender)).await?;
        let uri = unsigned(self.path);
        Ok(self.call(Exchange::new(asked, head, "ObjectCreated:Put", None), uri, document).await)
    }

    /// Who sends a request with this key: of several users each is an account, and so is a key that looks like one.
    fn caller(&self, emulator: &Emulator, access_key: Option<&str>) -> Caller {
        let Some(key) = access_key else { return Caller::Anonymous };
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        let first = self.service.strict_auth.first().is_none_or(|first| first.access_key == key);
        match (is_account, first) {
            (true, _) if emulator.identity().account != key => Caller::Account(key.to_owned()),
            (false, false) => Caller::Account(key.to_owned()),
            _ => Caller::Home,
        }
    }

    fn check_owner(&self, asked: &Asked, head: &Parts, bucket: &str) -> Result<(), ErrorAnswer> {
        let source = header(head, "x-amz-copy-source").map(|source| {
            let (bucket, _) = address::encoded_names(source);
            auth::decode(bucket)
        });
        let expectations = [
            (Some(bucket.to_owned()), "x-amz-expected-bucket-owner"),
            (source, "x-amz-source-expected-bucket-owner"),
        ];
        for (bucket, name) in expectations {
            if let (Some(bucket), Some(owner)) = (bucket, header(head, name)) {
                let question = (bucket, owner.to_owned());
                asked.emulator.call_as::<CheckBucketOwner>(&asked.caller, asked.now, question)?;
            }
        }
        Ok(())
    }

    /// Has s3s find out what is asked, and answers it.
    pub async fn call(&self, exchange: Exchange, uri: Uri, document: Bytes) -> Response {
        let exchange = Arc::new(exchange);
        let head = &exchange.head;
        let mut request = http::Request::new(s3s::Body::from(document.clone()));
        *request.method_mut() = head.method.clone();
        *request.uri_mut() = uri;
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = plain_headers(&head.headers, document.len());
        request.extensions_mut().insert(Arc::clone(&exchange));
        let answered = self.service.s3.0.call(request).await;
        self.finish(&exchange, answered)
    }

    fn finish(&self, exchange: &Exchange, answered: Result<s3s::HttpResponse, s3s::HttpError>) -> Response {
        let (method, path) = (&exchange.head.method, self.path.path());
        if let Some(error) = exchange.take_failure() {
            return error_body::answer(error, method, path, self.id);
        }
        let Ok(answered) = answered else {
            let error = ApiError::new(ErrorCode::InternalFailure, "the answer could not be written");
            return error_body::answer(error, method, path, self.id);
        };
        let (head, body) = answered.into_parts();
        let text = body.bytes().unwrap_or_default();
        if head.status.is_client_error() || head.status.is_server_error() {
            let error = error_body::of_s3s(head.status, &String::from_utf8_lossy(&text));
            return error_body::answer(error, method, path, self.id);
        }
        let mut response = match exchange.take_download() {
            Some(content) => download::response(content),
            None if exchange.has_bare_e_tag() => whole(StatusCode::OK, None, with_bare_e_tag(&text)),
            None => whole(StatusCode::OK, None, text),
        };
        *response.status_mut() = exchange.take_status().unwrap_or(head.status);
        response.headers_mut().extend(head.headers);
        for (name, value) in exchange.take_headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// A document whose ETag has lost its quotes.
fn with_bare_e_tag(document: &[u8]) -> String {
    let text = String::from_utf8_lossy(document);
    let bare = |text: &str| text.replace("&quot;", "").replace('"', "");
    match text.split_once("<ETag>").and_then(|(before, rest)| Some((before, rest.split_once("</ETag>")?))) {
        Some((before, (e_tag, after))) => format!("{before}<ETag>{}</ETag>{after}", bare(e_tag)),
        None => text.into_owned(),
    }
}

fn is_form(head: &Parts) -> bool {
    let content_type = header(head, CONTENT_TYPE.as_str()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// Whether the body is the content of an object or of a part.
fn is_content(head: &Parts) -> bool {
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    head.method == Method::PUT
        && !head.headers.contains_key("x-amz-copy-source")
        && !query.iter().any(|(name, _)| NOT_CONTENT.contains(&name.as_str()))
}

/// Refuses by name what would be taken for something else.
fn refuse_unknown(head: &Parts, has_key: bool) -> Result<(), ErrorAnswer> {
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    let is_unknown = |name: &str| NOT_THERE.contains(&name) || (has_key && name == "encryption");
    let unknown = query.iter().find(|(name, _)| is_unknown(name)).map(|(name, _)| format!("?{name}"));
    let header =
        NOT_TAKEN.iter().find(|name| head.headers.contains_key(**name)).map(|name| (*name).to_owned());
    match unknown.or(header) {
        None => Ok(()),
        Some(what) => {
            let message = format!("{what} is not implemented");
            Err(ApiError::new(ErrorCode::NotImplemented, message).into())
        }
    }
}

/// A signed address carries headers as parameters, which count where the header itself is not there.
fn take_signed_parameters(head: &mut Parts) {
    for (name, value) in head.uri.query().map(auth::pairs).unwrap_or_default() {
        let name = name.to_ascii_lowercase();
        let is_header =
            name.starts_with("x-amz-") && !SIGNATURE.iter().any(|signed| signed.eq_ignore_ascii_case(&name));
        if let (true, Ok(name), Ok(value)) =
            (is_header, name.parse::<HeaderName>(), HeaderValue::from_str(&value))
        {
            head.headers.entry(name).or_insert(value);
        }
    }
}

/// Refuses a key that is too long, in more words than s3s has.
fn check_key(path: &str) -> Result<(), ErrorAnswer> {
    let length = auth::decode(address::encoded_names(path).1).len();
    if length <= KEY_BYTES_MAX {
        return Ok(());
    }
    let error = ApiError::new(ErrorCode::KeyTooLongError, "Your key is too long");
    Err(error.with("Size", length.to_string()).with("MaxSizeAllowed", KEY_BYTES_MAX.to_string()).into())
}

/// Refuses content before it is read.
fn check_content(asked: &Asked, head: &Parts, bucket: &str) -> Result<(), ErrorAnswer> {
    let announces = head.headers.contains_key(CONTENT_LENGTH) || head.headers.contains_key(TRANSFER_ENCODING);
    if !announces && head.version < Version::HTTP_2 {
        let message = "You must provide the Content-Length HTTP header.";
        return Err(S3AuthError::new("MissingContentLength", 411, message).into());
    }
    asked.emulator.call_as::<CheckPut>(&asked.caller, asked.now, bucket.to_owned())?;
    Ok(())
}

/// Refuses content that says that it is too long.
fn check_length(length: Option<u64>) -> Result<(), ErrorAnswer> {
    if length.is_none_or(|length| length <= crate::s3::CONTENT_BYTES_MAX) {
        return Ok(());
    }
    let message = "Your proposed upload exceeds the maximum allowed size";
    Err(ApiError::new(ErrorCode::EntityTooLarge, message).into())
}

/// The address without its signature.
fn unsigned(uri: &Uri) -> Uri {
    let Some(query) = uri.query() else { return uri.clone() };
    let is_kept = |pair: &&str| !SIGNATURE.contains(&pair.split('=').next().unwrap_or_default());
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    let path = match kept.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), kept.join("&")),
    };
    path.parse().unwrap_or_else(|_| uri.clone())
}

/// The headers that are left when the body is read: none of its framing, none of the signature.
fn plain_headers(came: &HeaderMap, length: usize) -> HeaderMap {
    let mut headers = came.clone();
    for name in ["authorization", "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer"] {
        headers.remove(name);
    }
    for name in [EXPECT, TRANSFER_ENCODING, EXPIRES, ORIGIN] {
        headers.remove(name);
    }
    if let Some(encoding) = headers.remove(CONTENT_ENCODING) {
        let kept = encoding.to_str().ok().and_then(content_encoding_without_aws_chunked);
        headers.extend(
            kept.and_then(|kept| HeaderValue::from_str(&kept).ok()).map(|kept| (CONTENT_ENCODING, kept)),
        );
    }
    // ETags come with and without quotes; s3s takes them with.
    for name in CONDITIONS {
        let bare = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| *value != "*");
        let quoted =
            bare.and_then(|bare| HeaderValue::from_str(&format!("\"{}\"", bare.replace('"', ""))).ok());
        if let Some(quoted) = quoted {
            headers.insert(name, quoted);
        }
    }
    // A range that makes no sense is as if it were not there.
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    if range.is_some_and(|range| !is_range(range)) {
        headers.remove(RANGE);
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers
}

/// Whether it is one range of bytes (RFC 9110 §14.1.2) whose ends are in order.
fn is_range(text: &str) -> bool {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return false;
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok());
    match (number(first), number(last)) {
        (Some(Some(first)), Some(Some(last))) => first <= last,
        (Some(Some(_)), Some(None)) => last.is_empty(),
        (Some(None), Some(Some(_))) => first.is_empty(),
        _ => false,
    }
}

async fn discard(mut body: Incoming) {
    use http_body_util::BodyExt;
    let mut discarded = 0;
    while let Some(Ok(frame)) = body.frame().await {
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > DISCARDED_MAX {
            break;
        }
    }
}

impl Answering<'_> {
    /// The emulator's answer to a PUT that a form stands for.
    pub async fn put(&self, asked: Asked, head: Parts, uri: Uri, source: Source) -> Response {
        self.call(Exchange::new(asked, head, "ObjectCreated:Post", Some(source)), uri, Bytes::new()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_one_range_of_bytes_in_order() {
        for text in ["bytes=0-0", "bytes=5-", "bytes=-5", "bytes=-0"] {
            assert!(is_range(text), "{text}");
        }
        for text in ["bytes=-", "bytes=-1-", "bytes=0--1", "bytes=0-1,3-4", "bytes=5-4", "0-4", "bytes=a-b"] {
            assert!(!is_range(text), "{text}");
        }
    }

    #[test]
    fn address_loses_its_signature_and_nothing_else() {
        let unsigned = |text: &str| super::unsigned(&text.parse().unwrap()).to_string();
        assert_eq!(unsigned("/b/k?X-Amz-Signature=1&versionId=2&X-Amz-Date=3"), "/b/k?versionId=2");
        assert_eq!(unsigned("/b/k?AWSAccessKeyId=1&Expires=2&Signature=3"), "/b/k");
        assert_eq!(unsigned("/b/k%20?uploads"), "/b/k%20?uploads");
    }
}
