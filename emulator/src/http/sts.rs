//! STS in the query protocol, as far as clients ask it who they are: `GetCallerIdentity`.
//!
//! Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use http::StatusCode;

use super::auth::{self, AuthError};
use super::aws_json::undetermined;
use super::request::Received;
use super::request_id::RequestId;
use super::response::{Response, whole, xml_escaped};
use super::service::Service;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
/// The user of AWS's own examples.
const USER_ID: &str = "AKIAIOSFODNN7EXAMPLE";

/// Answers a request in the query protocol.
pub(super) fn answer(service: &Service, request: &Received, id: &RequestId) -> Response {
    let claim = match service.authenticate(request, Some("sts")) {
        Ok(claim) => claim,
        Err(error) => {
            let (status, code, message) = worded(&error);
            return refusal(status, code, &message, id);
        }
    };
    let parameters = parameters(request);
    let parameter = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name == wanted);
        found.map_or("", |(_, value)| value.as_str())
    };
    match parameter("Action") {
        "GetCallerIdentity" => {
            let own = &service.tenants.home().identity().account;
            caller_identity(claim.account().unwrap_or(own), id)
        }
        "" if claim.service() == "sts" => {
            refusal(StatusCode::BAD_REQUEST, "MissingAction", "Missing Action", id)
        }
        // A form that is for no service in particular, as clients sign it that forget the type of their body.
        "" => undetermined(),
        action => {
            let version = parameter("Version");
            let message = format!("Could not find operation {action} for version {version}");
            refusal(StatusCode::BAD_REQUEST, "InvalidAction", &message, id)
        }
    }
}

/// The parameters in the query, and in the body where that is a form.
fn parameters(request: &Received) -> Vec<(String, String)> {
    let spaced = |text: &str| auth::pairs(&text.replace('+', "%20"));
    let mut parameters = request.head.uri.query().map(spaced).unwrap_or_default();
    if let Ok(body) = std::str::from_utf8(&request.body) {
        parameters.extend(spaced(body.trim_end()));
    }
    parameters
}

fn caller_identity(account: &str, id: &RequestId) -> Response {
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    \
         <Arn>arn:aws:iam::{account}:root</Arn>\n    <UserId>{USER_ID}</UserId>\n    \
         <Account>{account}</Account>\n  </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
         <RequestId>{}</RequestId>\n  </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
        id.uuid
    );
    whole(StatusCode::OK, Some("text/xml"), body)
}

/// The refusal of a signature in the codes of the query protocol.
fn worded(error: &AuthError) -> (StatusCode, &'static str, String) {
    let (status, code) = match error.code {
        "MissingAuthenticationTokenException" => (StatusCode::FORBIDDEN, "MissingAuthenticationToken"),
        "UnrecognizedClientException" => (StatusCode::FORBIDDEN, "InvalidClientTokenId"),
        "IncompleteSignatureException" => (StatusCode::BAD_REQUEST, "IncompleteSignature"),
        _ => (StatusCode::FORBIDDEN, "SignatureDoesNotMatch"),
    };
    let message = match code {
        "MissingAuthenticationToken" => "Request is missing Authentication Token".to_owned(),
        _ => error.message.clone(),
    };
    (status, code, message)
}

fn refusal(status: StatusCode, code: &str, message: &str, id: &RequestId) -> Response {
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{code}</Code>\n    \
         <Message>{}</Message>\n  </Error>\n  <RequestId>{}</RequestId>\n</ErrorResponse>\n",
        xml_escaped(message),
        id.uuid
    );
    whole(status, Some("text/xml"), body)
}
