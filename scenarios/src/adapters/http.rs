//! A client of AWS JSON services over HTTP/1.1: one call after the other, on one connection that is kept.
//!
//! The engine waits for every call, so this side waits too: a runtime of its own, on the caller's thread, drives the
//! connection while a call is under way. Plain HTTP only: an emulator on this machine needs no more.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use wavetank_emulator::Timestamp;
use wavetank_emulator::http::{Credentials, SigningScope, sign};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a service is, and who asks.
#[derive(Clone)]
pub struct Endpoint {
    /// Host and port.
    authority: String,
    /// What requests are signed with.
    pub credentials: Credentials,
    /// The region they are signed for.
    pub region: String,
    /// The time they are signed at.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("authority", &self.authority).finish_non_exhaustive()
    }
}

/// A text is not the address of a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no endpoint such as http://127.0.0.1:4566")]
pub struct NoEndpoint(String);

impl Endpoint {
    /// The service at `http://HOST[:PORT]`.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn new(
        url: &str,
        credentials: Credentials,
        region: &str,
        now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Result<Self, NoEndpoint> {
        let refusal = || NoEndpoint(url.to_owned());
        let uri: http::Uri = url.parse().map_err(|_| refusal())?;
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let host = uri.host().filter(|_| uri.scheme_str() == Some("http") && bare).ok_or_else(refusal)?;
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Ok(Self { authority, credentials, region: region.to_owned(), now })
    }
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service refused it.
    #[error("{code}: {message}")]
    Refused {
        /// AWS's name of the error.
        code: String,
        /// AWS's sentence about it.
        message: String,
    },
    /// It could not be made.
    #[error("{operation} at {authority} was not answered")]
    Unanswered {
        /// What was asked.
        operation: &'static str,
        /// Host and port.
        authority: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A connection to an endpoint, made when it is first used and again when it is lost.
pub struct AwsJsonClient {
    endpoint: Endpoint,
    runtime: Runtime,
    connection: Option<SendRequest<Full<Bytes>>>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
    #[serde(default, alias = "Message")]
    message: String,
}

impl AwsJsonClient {
    /// A client that has not called yet.
    ///
    /// # Errors
    /// When the system has no means to wait for sockets.
    pub fn new(endpoint: Endpoint) -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { endpoint, runtime, connection: None })
    }

    /// Calls an operation such as `Kinesis_20131202.ListShards` of the service that is signed as `service`.
    ///
    /// # Errors
    /// What the service refuses, and what keeps the call from being answered.
    pub fn call<Q: Serialize, A: DeserializeOwned>(
        &mut self,
        service: &str,
        operation: &'static str,
        request: &Q,
    ) -> Result<A, CallError> {
        let unanswered = |source: Failure| CallError::Unanswered {
            operation,
            authority: self.endpoint.authority.clone(),
            source,
        };
        let body = serde_json::to_vec(request).map_err(|error| unanswered(error.into()))?;
        let head = self.head(service, operation, &body).map_err(|error| unanswered(error.into()))?;
        let connection = self.connection.take();
        let attempt = exchange(connection, &self.endpoint.authority, head, body.into());
        let answered = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, attempt).await });
        let (connection, status, body) = match answered {
            Ok(answered) => answered.map_err(unanswered)?,
            Err(elapsed) => return Err(unanswered(elapsed.into())),
        };
        self.connection = Some(connection);
        match status.is_success() {
            true => serde_json::from_slice(&body).map_err(|error| self.unanswered(operation, error.into())),
            false => Err(match serde_json::from_slice(&body) {
                Ok(Refusal { code, message }) => CallError::Refused { code, message },
                Err(_) => self.unanswered(operation, format!("it answered {status}").into()),
            }),
        }
    }

    /// Lets real time pass.
    pub fn pause(&self, time: Duration) {
        self.runtime.block_on(tokio::time::sleep(time));
    }

    fn unanswered(&self, operation: &'static str, source: Failure) -> CallError {
        CallError::Unanswered { operation, authority: self.endpoint.authority.clone(), source }
    }

    fn head(&self, service: &str, operation: &str, body: &[u8]) -> http::Result<http::request::Parts> {
        let request = http::Request::post("/")
            .header(http::header::HOST, &self.endpoint.authority)
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", operation)
            .body(())?;
        let (mut head, ()) = request.into_parts();
        let scope = SigningScope { region: &self.endpoint.region, service };
        sign(&mut head, body, &self.endpoint.credentials, &scope, (self.endpoint.now)());
        Ok(head)
    }
}

/// Sends a request and reads its answer, on the connection there is or on a new one.
async fn exchange(
    connection: Option<SendRequest<Full<Bytes>>>,
    authority: &str,
    head: http::request::Parts,
    body: Bytes,
) -> Result<(SendRequest<Full<Bytes>>, http::StatusCode, Bytes), Failure> {
    let mut connection = match connection {
        Some(kept) => kept,
        None => connect(authority).await?,
    };
    if connection.ready().await.is_err() {
        // The other side has closed it since.
        connection = connect(authority).await?;
    }
    let answer = connection.send_request(http::Request::from_parts(head, Full::new(body))).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((connection, status, body))
}

async fn connect(authority: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // It runs while a call is waited for, and ends with the runtime.
    tokio::spawn(connection);
    Ok(sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_plain_http_without_a_path() {
        let keys = Credentials { access_key: "a".to_owned(), secret_key: "b".to_owned() };
        let authority = |url: &str| {
            let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(|| Timestamp::from_millis(0));
            Endpoint::new(url, keys.clone(), "us-east-1", now).map(|endpoint| endpoint.authority)
        };
        assert_eq!(authority("http://127.0.0.1:4566"), Ok("127.0.0.1:4566".to_owned()));
        assert_eq!(authority("http://localhost/"), Ok("localhost:80".to_owned()));
        for url in ["", "localhost:4566", "https://localhost", "http://localhost/a", "http://localhost?x"] {
            assert_eq!(authority(url), Err(NoEndpoint(url.to_owned())));
        }
    }
}
