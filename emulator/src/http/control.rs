//! What a server is told and asked beside AWS's own calls: `/_wavetank/…`, in JSON and without signatures.
//!
//! | call | does |
//! |---|---|
//! | `GET /_wavetank/health` | names the services and the version |
//! | `GET /_wavetank/clock` | tells the time: `{"now":"2026-01-05T10:00:00Z","millis":1767607200000,"virtual":true}` |
//! | `POST /_wavetank/clock` | `{"set":"2026-01-05T10:00:00Z"}` stops the clock there, `{"advance":"10m"}` moves it ahead, `{"set":null}` gives it back to the real clock; see [`ServerClock`](super::ServerClock) |
//! | `GET /_wavetank/state` | lists the streams with their shards and how many records each holds |
//! | `POST /_wavetank/reset` | removes everything that clients have made; `POST /moto-api/reset` does the same |

use http::{Method, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};

use super::clock::ServerClock;
use super::iso8601;
use super::request::Received;
use super::response::{Response, set, whole};
use super::service::Service;
use crate::error::ApiError;
use crate::inspect::{BucketState, StreamState};

/// What there is, for those who ask for something else.
const CALLS: &[&str] = &[
    "GET /_wavetank/health",
    "GET /_wavetank/clock",
    "POST /_wavetank/clock",
    "GET /_wavetank/state",
    "POST /_wavetank/reset",
    "POST /moto-api/reset",
];

/// Answers a call of the control plane.
pub(super) fn answer(service: &Service, request: &Received) -> Response {
    let path = request.head.uri.path();
    match (&request.head.method, path) {
        (&Method::GET, "/_wavetank/health") => json(StatusCode::OK, &HEALTH),
        (&Method::GET, "/_wavetank/clock") => json(StatusCode::OK, &Time::of(&service.clock)),
        (&Method::POST, "/_wavetank/clock") => set_clock(&service.clock, &request.body),
        (&Method::GET, "/_wavetank/state") => state(service),
        (&Method::POST, "/_wavetank/reset" | "/moto-api/reset") => reset(service),
        (method, _) => {
            let allowed = CALLS.iter().filter_map(|call| call.strip_suffix(path)?.strip_suffix(' '));
            let allowed: Vec<_> = allowed.collect();
            match allowed.is_empty() {
                true => {
                    let message = format!("there is no {method} {path}");
                    json(StatusCode::NOT_FOUND, &Refusal { message, calls: CALLS })
                }
                false => wrong_method(method, path, &allowed.join(", ")),
            }
        }
    }
}

#[derive(Serialize)]
struct Health {
    services: Services,
    version: &'static str,
}

/// By the names that clients call them.
#[derive(Serialize)]
struct Services {
    kinesis: &'static str,
    s3: &'static str,
    glue: &'static str,
    athena: &'static str,
    sts: &'static str,
}

const HEALTH: Health = Health {
    services: Services {
        kinesis: "available",
        s3: "available",
        glue: "available",
        athena: "available",
        sts: "available",
    },
    version: env!("CARGO_PKG_VERSION"),
};

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

#[derive(Serialize)]
struct Refusal {
    message: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    calls: &'static [&'static str],
}

/// What time it is.
#[derive(Serialize)]
struct Time {
    now: String,
    millis: i64,
    #[serde(rename = "virtual")]
    is_virtual: bool,
}

impl Time {
    fn of(clock: &ServerClock) -> Self {
        let now = clock.now();
        Self { now: iso8601::extended(now), millis: now.as_millis(), is_virtual: clock.is_virtual() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    #[serde(default, deserialize_with = "present")]
    set: Option<Option<String>>,
    advance: Option<String>,
}

/// Tells a member that is `null` from one that is not there.
fn present<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(input).map(Some)
}

fn set_clock(clock: &ServerClock, body: &[u8]) -> Response {
    let changed = change(clock, body);
    match changed {
        Ok(()) => json(StatusCode::OK, &Time::of(clock)),
        Err(message) => json(StatusCode::BAD_REQUEST, &Refusal { message, calls: &[] }),
    }
}

fn change(clock: &ServerClock, body: &[u8]) -> Result<(), String> {
    let change: ClockChange = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    match change {
        ClockChange { set: Some(None), advance: None } => clock.set(None),
        ClockChange { set: Some(Some(text)), advance: None } => {
            let time = iso8601::parse_extended(&text)
                .ok_or_else(|| format!("`{text}` is no instant such as 2026-01-05T10:00:00Z"))?;
            clock.set(Some(time));
        }
        ClockChange { set: None, advance: Some(text) } => {
            let millis = iso8601::parse_duration_ms(&text)
                .ok_or_else(|| format!("`{text}` is no duration such as 10m, 1h30m or 500ms"))?;
            clock.advance(millis);
        }
        _ => return Err("say either `set` or `advance`".to_owned()),
    }
    Ok(())
}

#[derive(Serialize)]
struct State {
    streams: Vec<StreamState>,
    buckets: Vec<BucketState>,
}

fn state(service: &Service) -> Response {
    let now = service.clock.now();
    let streams =
        service.tenants.all().iter().map(|emulator| emulator.streams(now)).collect::<Result<Vec<_>, _>>();
    let held = streams.and_then(|streams| Ok((streams, service.tenants.home().buckets()?)));
    match held {
        Ok((streams, buckets)) => {
            json(StatusCode::OK, &State { streams: streams.into_iter().flatten().collect(), buckets })
        }
        Err(error) => failed(&error),
    }
}

fn reset(service: &Service) -> Response {
    match service.tenants.clear() {
        Ok(()) => json(StatusCode::OK, &Status { status: "ok" }),
        Err(error) => failed(&error),
    }
}

fn failed(error: &ApiError) -> Response {
    json(StatusCode::INTERNAL_SERVER_ERROR, &Refusal { message: error.to_string(), calls: &[] })
}

fn wrong_method(method: &Method, path: &str, allowed: &str) -> Response {
    let message = format!("{path} takes {allowed}, not {method}");
    let mut response = json(StatusCode::METHOD_NOT_ALLOWED, &Refusal { message, calls: CALLS });
    set(&mut response, "allow", allowed);
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("answers have text keys and no failing parts");
    whole(status, Some("application/json"), body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn clock_is_told_one_thing_at_a_time() {
        let clock = ServerClock::new(|| Timestamp::from_millis(0));
        let told = |body: &str| change(&clock, body.as_bytes()).map(|()| clock.now().as_millis());
        assert_eq!(told(r#"{"advance":"1h30m"}"#), Ok(5_400_000));
        assert_eq!(told(r#"{"set":"1970-01-01T00:00:07Z"}"#), Ok(7000));
        assert_eq!(told(r#"{"advance":"1s"}"#), Ok(8000));
        assert_eq!(told(r#"{"set":null}"#), Ok(0));
        let wrong = [
            "",
            "{}",
            r#"{"set":"soon"}"#,
            r#"{"advance":"-1s"}"#,
            r#"{"set":null,"advance":"1s"}"#,
            r#"{"stop":true}"#,
            r#"{"set":5}"#,
        ];
        for body in wrong {
            assert!(told(body).is_err(), "{body}");
        }
        assert!(!clock.is_virtual());
    }
}
