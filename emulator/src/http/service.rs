//! From a request to its answer, whatever it asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use http::StatusCode;
use http::header::ORIGIN;
use http::request::Parts;
use hyper::body::Incoming;
use tokio::sync::watch;

use super::auth::{self, AuthError, Claim, Credentials, Expected};
use super::clock::ServerClock;
use super::queries::Queries;
use super::request::{BodyError, Received, read_body};
use super::request_id::{RequestId, RequestIds};
use super::response::{Response, set, whole};
use super::route::{Route, route};
use super::s3::{self, S3};
use super::{aws_json, control, preflight, sts};
use crate::emulator::{Emulator, Identity};
use crate::error::{ApiError, ErrorCode};
use crate::tenants::{TenantError, Tenants};

/// All that answers are made from.
pub(super) struct Service {
    pub tenants: Arc<Tenants>,
    pub clock: Arc<ServerClock>,
    /// The keys that requests must be signed with; none where any will do.
    pub strict_auth: Vec<Credentials>,
    pub s3: S3,
    pub ids: RequestIds,
    pub queries: Queries,
    /// True once the server is about to end.
    pub stopping: watch::Receiver<bool>,
}

impl Service {
    /// Reads a request to its end and answers it.
    pub async fn answer(&self, request: http::Request<Incoming>) -> Response {
        let (head, body) = request.into_parts();
        if route(&head) == Route::S3 {
            return self.answer_s3(head, body).await;
        }
        match read_body(&head, body).await {
            Ok(body) => self.respond(Received { head, body }),
            Err(error) => refused_body(error),
        }
    }

    /// Answers a request to S3, whose body is read piece by piece.
    async fn answer_s3(&self, head: Parts, body: Incoming) -> Response {
        let id = self.ids.mint();
        let (method, path) = (head.method.clone(), head.uri.path().to_owned());
        let answered = AssertUnwindSafe(s3::answer(self, head, body, &id)).catch_unwind().await;
        let mut response = answered.unwrap_or_else(|_| s3::internal_error(&method, &path, &id));
        set(&mut response, "x-amz-request-id", &id.uuid);
        set(&mut response, "x-amz-id-2", &id.extended);
        set(&mut response, "server", "AmazonS3");
        response
    }

    fn respond(&self, request: Received) -> Response {
        let id = self.ids.mint();
        let route = route(&request.head);
        // A panic has rolled its transaction back, and it has no other state to leave broken.
        let answered = catch_unwind(AssertUnwindSafe(|| match route {
            Route::Control => control::answer(self, &request),
            Route::Preflight => preflight::answer(&request),
            Route::Query => sts::answer(self, &request, &id),
            Route::AwsJson | Route::S3 => aws_json::answer(self, &request),
        }));
        let mut response = answered.unwrap_or_else(|_| aws_json::internal_failure(&request));
        if route != Route::Control {
            identify(&mut response, &id, route);
            if route != Route::Preflight && request.head.headers.contains_key(ORIGIN) {
                preflight::open(&mut response);
            }
        }
        response
    }

    /// Who sends a request: as it says itself, and true where authentication is strict.
    pub fn authenticate(&self, request: &Received, service: Option<&str>) -> Result<Claim, AuthError> {
        let claim = auth::claim(&request.head)?;
        if !self.strict_auth.is_empty() {
            // Clients sign by the real clock, whatever time it is in here.
            let expected = Expected { credentials: &self.strict_auth, service, now: self.clock.real_now() };
            auth::verify(&request.head, &request.body, &claim, &expected)?;
        }
        Ok(claim)
    }

    /// The emulator that a request means: that of the region it is signed for, in the account that its key stands for.
    pub fn emulator(&self, claim: &Claim) -> Result<Arc<Emulator>, ApiError> {
        let home = self.tenants.home().identity();
        let account = claim.account().unwrap_or(&home.account).to_owned();
        let meant = Identity { account, region: claim.region().to_owned() };
        match self.tenants.of(&meant) {
            Ok(emulator) => Ok(emulator),
            // A scope that names no region means none in particular.
            Err(TenantError::Name(_)) => Ok(Arc::clone(self.tenants.home())),
            Err(error @ TenantError::TooMany) => {
                Err(ApiError::new(ErrorCode::LimitExceededException, error.to_string()))
            }
            Err(error) => Err(ApiError::new(ErrorCode::InternalFailure, error.to_string())),
        }
    }
}

/// Makes a call where it may wait for the disk without keeping others waiting.
pub(super) fn run<T>(emulator: &Emulator, call: impl FnOnce() -> T) -> T {
    match emulator.waits_for_disk() {
        true => tokio::task::block_in_place(call),
        false => call(),
    }
}

fn identify(response: &mut Response, id: &RequestId, route: Route) {
    set(response, "x-amzn-requestid", &id.uuid);
    if route != Route::Preflight {
        set(response, "x-amz-id-2", &id.extended);
    }
}

fn refused_body(error: BodyError) -> Response {
    let status = match error {
        BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
        BodyError::Broken => StatusCode::BAD_REQUEST,
    };
    whole(status, None, "")
}
