//! From a request to its answer, whatever it asks for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use http::StatusCode;
use http::header::ORIGIN;
use hyper::body::Incoming;
use tokio::sync::watch;

use super::auth::{self, AuthError, Claim, Credentials, Expected};
use super::clock::ServerClock;
use super::connection::Shared;
use super::request::{BodyError, Received, read_body};
use super::request_id::{RequestId, RequestIds};
use super::response::{Response, set, whole};
use super::route::{Route, route};
use super::{aws_json, control, preflight, sts};
use crate::emulator::{Emulator, Identity};
use crate::error::{ApiError, ErrorCode};
use crate::tenants::{TenantError, Tenants};

/// All that answers are made from.
pub(super) struct Service {
    pub tenants: Arc<Tenants>,
    pub clock: Arc<ServerClock>,
    /// The keys that requests must be signed with; none where any will do.
    pub strict_auth: Option<Credentials>,
    pub ids: RequestIds,
    /// Whether calls may wait for the disk, and so must not keep others from running.
    pub waits_for_disk: bool,
    /// True once the server is about to end.
    pub stopping: watch::Receiver<bool>,
}

impl Service {
    /// Reads a request to its end and answers it.
    pub async fn answer(shared: Arc<Shared>, request: http::Request<Incoming>) -> Response {
        let (head, body) = request.into_parts();
        let received = match read_body(&head, body).await {
            Ok(body) => Received { head, body },
            Err(error) => return refused_body(error),
        };
        if !shared.service.waits_for_disk {
            return shared.service.respond(received);
        }
        // Only a runtime that is about to end refuses.
        let answered = tokio::task::spawn_blocking(move || shared.service.respond(received)).await;
        answered.unwrap_or_else(|_| whole(StatusCode::SERVICE_UNAVAILABLE, None, ""))
    }

    fn respond(&self, request: Received) -> Response {
        let id = self.ids.mint();
        let route = route(&request.head);
        // A panic has rolled its transaction back, and it has no other state to leave broken.
        let answered = catch_unwind(AssertUnwindSafe(|| match route {
            Route::Control => control::answer(self, &request),
            Route::Preflight => preflight::answer(&request),
            Route::Query => sts::answer(self, &request, &id),
            Route::AwsJson => aws_json::answer(self, &request),
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
        if let Some(credentials) = &self.strict_auth {
            // Clients sign by the real clock, whatever time it is in here.
            let expected = Expected { credentials, service, now: self.clock.real_now() };
            auth::verify(&request.head, &request.body, &claim, &expected)?;
        }
        Ok(claim)
    }

    /// Whose resources a caller means: those of the account that is its key, in the region that it has signed for; of
    /// what it does not say, those at home.
    pub fn identity(&self, claim: &Claim) -> Identity {
        let home = self.tenants.home().identity();
        let account = claim.account().unwrap_or(&home.account).to_owned();
        let region = claim.region().unwrap_or(&home.region).to_owned();
        Identity { account, region }
    }

    /// The emulator that a caller means.
    pub fn emulator(&self, claim: &Claim) -> Result<Arc<Emulator>, ApiError> {
        self.tenants.of(&self.identity(claim)).map_err(|error| {
            let code = match error {
                TenantError::Name(_) => ErrorCode::InvalidArgumentException,
                TenantError::TooMany => ErrorCode::LimitExceededException,
                TenantError::Open(_) => ErrorCode::InternalFailure,
            };
            ApiError::new(code, error.to_string())
        })
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
