//! One request on its way through s3s and back: who asks whom, its content, and what s3s has no place for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use hyper::body::Incoming;

use super::error_body::ErrorAnswer;
use super::form::FormFile;
use super::payload::Payload;
use crate::emulator::Emulator;
use crate::http::auth::s3::S3AuthError;
use crate::s3::Caller;
use crate::store::BodyReader;
use crate::time::Timestamp;

/// See the module. It travels in the extensions of the request.
pub(super) struct Exchange {
    pub emulator: Arc<Emulator>,
    pub now: Timestamp,
    pub caller: Caller,
    /// The region that the request is signed for.
    pub region: Option<String>,
    /// The request as it came.
    pub head: Parts,
    /// What is told to those who are told of a new object.
    pub event: &'static str,
    source: Mutex<Option<Source>>,
    failure: Mutex<Option<ErrorAnswer>>,
    headers: Mutex<Vec<(&'static str, String)>>,
    download: Mutex<Option<BodyReader>>,
    status: Mutex<Option<StatusCode>>,
    bare_e_tag: AtomicBool,
}

/// Where the content of a new object comes from.
pub(super) enum Source {
    Payload(Payload<Incoming>),
    File(FormFile<Incoming>),
}

impl Source {
    /// The next bytes; `None` at the end, when they are known to be what was signed and declared.
    pub async fn next(&mut self) -> Result<Option<Bytes>, S3AuthError> {
        match self {
            Self::Payload(payload) => Ok(payload.next().await?),
            Self::File(file) => file.next().await,
        }
    }

    /// Bytes that there will be, where that is declared.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::Payload(payload) => payload.length(),
            Self::File(_) => None,
        }
    }

    pub fn trailers(&self) -> &[(String, String)] {
        match self {
            Self::Payload(payload) => payload.trailers(),
            Self::File(_) => &[],
        }
    }
}

/// Who asks, and whom.
pub(super) struct Asked {
    pub emulator: Arc<Emulator>,
    pub now: Timestamp,
    pub caller: Caller,
    pub region: Option<String>,
}

impl Exchange {
    pub fn new(asked: Asked, head: Parts, event: &'static str, source: Option<Source>) -> Self {
        let Asked { emulator, now, caller, region } = asked;
        let source = Mutex::new(source);
        Self {
            emulator,
            now,
            caller,
            region,
            head,
            event,
            source,
            failure: Mutex::default(),
            headers: Mutex::default(),
            download: Mutex::default(),
            status: Mutex::default(),
            bare_e_tag: AtomicBool::new(false),
        }
    }

    /// A header of the request, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        crate::http::request::header(&self.head, name)
    }

    /// Whether there is content that was not read.
    pub fn has_source(&self) -> bool {
        lock(&self.source).is_some()
    }

    /// The content, which can be read once.
    pub fn take_source(&self) -> Option<Source> {
        lock(&self.source).take()
    }

    /// Keeps what s3s would not carry of an error.
    pub fn fail(&self, error: ErrorAnswer) {
        *lock(&self.failure) = Some(error);
    }

    pub fn take_failure(&self) -> Option<ErrorAnswer> {
        lock(&self.failure).take()
    }

    /// Adds a header that s3s does not write.
    pub fn add_header(&self, name: &'static str, value: String) {
        lock(&self.headers).push((name, value));
    }

    pub fn take_headers(&self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut *lock(&self.headers))
    }

    /// Answers with another status than s3s would.
    pub fn set_status(&self, status: StatusCode) {
        *lock(&self.status) = Some(status);
    }

    pub fn take_status(&self) -> Option<StatusCode> {
        lock(&self.status).take()
    }

    /// Has the ETag in the answer's document stand without quotes, as in one operation of all.
    pub fn unquote_e_tag(&self) {
        self.bare_e_tag.store(true, Ordering::Relaxed);
    }

    pub fn has_bare_e_tag(&self) -> bool {
        self.bare_e_tag.load(Ordering::Relaxed)
    }

    /// Keeps the content of the answer.
    pub fn set_download(&self, content: BodyReader) {
        *lock(&self.download) = Some(content);
    }

    pub fn take_download(&self) -> Option<BodyReader> {
        lock(&self.download).take()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
