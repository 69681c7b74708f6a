//! Errors as S3 words them: code, message, what they are about, and the ids of the request.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>

use http::header::HeaderName;
use http::{HeaderValue, Method, StatusCode};

use crate::error::ApiError;
use crate::http::auth::s3::S3AuthError;
use crate::http::request_id::RequestId;
use crate::http::response::{Response, whole, xml_escaped};

/// Parameters that are numbers.
const NUMBERS: [&str; 5] = ["max-keys", "max-parts", "max-uploads", "part-number-marker", "partNumber"];

/// An error on its way out.
#[derive(Debug, Clone, Default)]
pub(super) struct ErrorAnswer {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// Elements of the body, and headers where the name is one.
    pub details: Vec<(&'static str, String)>,
}

impl From<ApiError> for ErrorAnswer {
    fn from(error: ApiError) -> Self {
        let (code, status, _) = error.code.wire();
        Self { status, code: code.to_owned(), message: error.message, details: error.details }
    }
}

impl From<S3AuthError> for ErrorAnswer {
    fn from(error: S3AuthError) -> Self {
        let S3AuthError { code, status, message } = error;
        Self { status, code: code.to_owned(), message, details: Vec::new() }
    }
}

/// Headers have lower-case names here, elements never do.
fn is_header(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_lowercase())
}

/// What s3s itself says is wrong with a request: it has a code and, for most, a message.
pub(super) fn of_s3s(status: StatusCode, body: &str) -> ErrorAnswer {
    let element = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| unescaped(text))
    };
    let code = element("Code").unwrap_or_else(|| "InternalError".to_owned());
    let message = element("Message").unwrap_or_else(|| usual_message(&code).to_owned());
    // s3s says so of numbers, which S3 words by their names.
    let number = message.strip_prefix("invalid query: ").and_then(|rest| rest.split(':').next());
    let message = match number.filter(|name| NUMBERS.contains(name)) {
        Some(name) => format!("Provided {name} not an integer or within integer range"),
        None => message,
    };
    ErrorAnswer { status: status.as_u16(), code, message, details: Vec::new() }
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    named.into_iter().fold(text.to_owned(), |text, (escaped, char)| text.replace(escaped, char))
}

/// S3's sentence for errors that s3s gives none to.
fn usual_message(code: &str) -> &'static str {
    match code {
        "InvalidURI" => "Couldn't parse the specified URI.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header."
        }
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        _ => "We encountered an internal error. Please try again.",
    }
}

/// An answer with an error.
pub(super) fn answer(error: impl Into<ErrorAnswer>, method: &Method, path: &str, id: &RequestId) -> Response {
    let error: ErrorAnswer = error.into();
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut elements = String::new();
    for (name, value) in error.details.iter().filter(|(name, _)| !is_header(name)) {
        elements += &format!("<{name}>{}</{name}>", xml_escaped(value));
    }
    // What is named more closely is not named once more.
    let resource = match elements.is_empty() {
        true => format!("<Resource>{}</Resource>", xml_escaped(path)),
        false => String::new(),
    };
    let bodiless = *method == Method::HEAD || status == StatusCode::NOT_MODIFIED;
    let body = match bodiless {
        true => String::new(),
        false => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{elements}\
             {resource}<RequestId>{}</RequestId><HostId>{}</HostId></Error>",
            error.code,
            xml_escaped(&error.message),
            id.uuid,
            id.extended,
        ),
    };
    let mut response = whole(status, (!bodiless).then_some("application/xml"), body);
    for (name, value) in error.details.iter().filter(|(name, _)| is_header(name)) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
