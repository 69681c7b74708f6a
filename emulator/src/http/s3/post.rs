//! An upload of a browser: its form is made the PUT that does the same, and the answer what the form asks for.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use http::header::LOCATION;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Uri};
use hyper::body::Incoming;

use super::answer::Answering;
use super::error_body::ErrorAnswer;
use super::exchange::{Asked, Source};
use super::form::{Form, Success};
use super::payload::Payload;
use crate::http::auth;
use crate::http::auth::s3::S3Expected;
use crate::http::response::{Response, whole, xml_escaped};
use crate::s3::CheckPut;

/// A form up to its file.
pub(super) struct Posted(Form<Incoming>);

impl Posted {
    pub async fn read(
        head: &Parts,
        payload: Payload<Incoming>,
        bucket: &str,
        expected: &S3Expected<'_>,
    ) -> Result<Self, ErrorAnswer> {
        Ok(Self(Form::read(head, payload, bucket, expected).await?))
    }

    /// Who has signed the form.
    pub fn access_key(&self) -> Option<&str> {
        self.0.access_key.as_deref()
    }

    pub fn region(&self) -> Option<&str> {
        self.0.region.as_deref()
    }

    /// Stores the file, and says so as the form asks.
    pub async fn answer(
        self,
        answering: &Answering<'_>,
        asked: Asked,
        mut head: Parts,
        bucket: &str,
    ) -> Result<Response, ErrorAnswer> {
        let Form { key, mut headers, success, file, .. } = self.0;
        asked.emulator.call_as::<CheckPut>(&asked.caller, asked.now, bucket.to_owned())?;
        let mut path = format!("/{bucket}/");
        auth::encode_into(&mut path, &key, b"/");
        let uri: Uri = path.parse().map_err(|_| ErrorAnswer {
            status: 400,
            code: "InvalidURI".to_owned(),
            message: "Couldn't parse the specified URI.".to_owned(),
            details: Vec::new(),
        })?;
        let host = head.headers.get(http::header::HOST).cloned();
        headers.extend(host.clone().map(|host| (http::header::HOST, host)));
        (head.method, head.headers) = (Method::PUT, headers);
        let stored = answering.put(asked, head, uri.clone(), Source::File(file)).await;
        if !stored.status().is_success() {
            return Ok(stored);
        }
        Ok(finish(stored, &success, host.as_ref(), (bucket, &key, &uri)))
    }
}

fn finish(
    stored: Response,
    success: &Success,
    host: Option<&HeaderValue>,
    (bucket, key, uri): (&str, &str, &Uri),
) -> Response {
    let e_tag =
        stored.headers().get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let location = format!("http://{host}{}", uri.path());
    let (status, content_type, body) = match success {
        Success::Empty(status) => (*status, None, String::new()),
        Success::Redirect(_) => (303, None, String::new()),
        Success::Created => (
            201,
            Some("application/xml"),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location>\
                 <Bucket>{}</Bucket><Key>{}</Key><ETag>{}</ETag></PostResponse>",
                xml_escaped(&location),
                xml_escaped(bucket),
                xml_escaped(key),
                xml_escaped(&e_tag),
            ),
        ),
    };
    let mut response =
        whole(StatusCode::from_u16(status).unwrap_or(StatusCode::NO_CONTENT), content_type, body);
    for (name, value) in stored.headers() {
        if name != http::header::CONTENT_LENGTH {
            response.headers_mut().entry(name).or_insert(value.clone());
        }
    }
    let location = match success {
        Success::Redirect(to) => to.location(bucket, key, e_tag.trim_matches('"')),
        _ => location,
    };
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
