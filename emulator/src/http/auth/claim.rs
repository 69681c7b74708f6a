//! What a request says about its sender, and AWS's words when it says too little.
//!
//! Source: kinesalite's tests, recorded against AWS
//! (<https://github.com/mhart/kinesalite/blob/master/test/connection.js>).

use http::header;
use http::request::Parts;

use super::query;

/// A refusal: a code of the AWS JSON services, and a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthError {
    pub code: &'static str,
    pub message: String,
}

impl AuthError {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub fn incomplete(message: impl Into<String>) -> Self {
        Self::new("IncompleteSignatureException", message)
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidSignatureException", message)
    }
}

/// What a request says about its sender: present, but neither well-formed nor true for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub algorithm: String,
    /// `key/date/region/service/aws4_request`.
    pub credential: String,
    /// Names, with semicolons between.
    pub signed_headers: String,
    pub signature: String,
    /// When it was signed.
    pub stamp: String,
    /// Seconds for which a signed URI holds; none for a signed header.
    pub expires: Option<String>,
}

impl Claim {
    pub fn access_key(&self) -> &str {
        self.credential.split('/').next().unwrap_or_default()
    }

    /// The region it is signed for; empty where it names none.
    pub fn region(&self) -> &str {
        self.credential.split('/').nth(2).unwrap_or_default()
    }

    /// The service it is signed for; empty where it names none.
    pub fn service(&self) -> &str {
        self.credential.split('/').nth(3).unwrap_or_default()
    }

    /// The account that the access key stands for: itself, if it looks like one.
    pub fn account(&self) -> Option<&str> {
        let key = self.access_key();
        (key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit())).then_some(key)
    }
}

/// Reads the signature of a request, wherever it stands.
pub(crate) fn claim(head: &Parts) -> Result<Claim, AuthError> {
    let query = head.uri.query().map(query::pairs).unwrap_or_default();
    let signed_query = query.iter().any(|(name, _)| name == "X-Amz-Algorithm");
    match (text(head, header::AUTHORIZATION.as_str()), signed_query) {
        (Some(_), true) => Err(AuthError::invalid(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        )),
        (None, false) => {
            Err(AuthError::new("MissingAuthenticationTokenException", "Missing Authentication Token"))
        }
        (Some(authorization), false) => in_header(head, authorization),
        (None, true) => in_query(&query),
    }
}

fn in_header(head: &Parts, authorization: &str) -> Result<Claim, AuthError> {
    let mut words = authorization.split([',', ' ']);
    let algorithm = words.next().unwrap_or_default().to_owned();
    let parameters: Vec<_> = words.filter_map(|word| word.split_once('=')).collect();
    let mut missing = String::new();
    let mut parameter = |wanted: &str| {
        let found = parameters.iter().rfind(|(name, _)| *name == wanted).map(|(_, value)| *value);
        let found = found.filter(|value| !value.is_empty());
        if found.is_none() {
            missing += &format!("Authorization header requires '{wanted}' parameter. ");
        }
        found.unwrap_or_default().to_owned()
    };
    let credential = parameter("Credential");
    let signature = parameter("Signature");
    let signed_headers = parameter("SignedHeaders");
    let stamp = text(head, "x-amz-date").or_else(|| text(head, header::DATE.as_str()));
    if stamp.is_none() {
        missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if !missing.is_empty() {
        return Err(AuthError::incomplete(format!("{missing}Authorization={authorization}")));
    }
    let stamp = stamp.unwrap_or_default().to_owned();
    Ok(Claim { algorithm, credential, signed_headers, signature, stamp, expires: None })
}

fn in_query(query: &[(String, String)]) -> Result<Claim, AuthError> {
    let value = |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let mut missing = String::new();
    let mut parameter = |wanted: &str| {
        let found = value(wanted).filter(|value| !value.is_empty());
        if found.is_none() {
            missing += &format!("AWS query-string parameters must include '{wanted}'. ");
        }
        found.unwrap_or_default()
    };
    let claim = Claim {
        algorithm: parameter("X-Amz-Algorithm"),
        credential: parameter("X-Amz-Credential"),
        signature: parameter("X-Amz-Signature"),
        signed_headers: parameter("X-Amz-SignedHeaders"),
        stamp: parameter("X-Amz-Date"),
        expires: Some(value("X-Amz-Expires").unwrap_or_default()),
    };
    match missing.as_str() {
        "" => Ok(claim),
        missing => Err(AuthError::incomplete(format!("{missing}Re-examine the query-string parameters."))),
    }
}

/// A header that is there and not empty.
fn text<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[track_caller]
    fn refuses(uri: &str, headers: &[(&str, &str)], code: &str, message: &str) {
        let error = claim(&head(uri, headers)).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    }

    #[test]
    fn what_is_missing_is_listed_as_aws_lists_it() {
        let missing = "MissingAuthenticationTokenException";
        let incomplete = "IncompleteSignatureException";
        refuses("/", &[], missing, "Missing Authentication Token");
        refuses("/?X-Amz-Credential=a&X-Amz-Date=d", &[], missing, "Missing Authentication Token");
        let message = "Authorization header requires 'Credential' parameter. Authorization header requires \
                       'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. \
                       Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
                       Authorization=X";
        refuses("/?X-Amz-Algorith", &[("authorization", "X")], incomplete, message);
        for between in [" ", ",", ", "] {
            let header = format!("AWS4- Signature=b{between}Credential=a");
            let message =
                format!("Authorization header requires 'SignedHeaders' parameter. Authorization={header}");
            refuses("/", &[("authorization", &header), ("date", "a")], incomplete, &message);
        }
        let message = "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the \
                       query-string parameters.";
        let uri = "/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d";
        refuses(uri, &[], incomplete, message);
        let message = "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters \
                       must include 'X-Amz-Credential'. AWS query-string parameters must include \
                       'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS \
                       query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.";
        refuses("/?X-Amz-Algorithm", &[], incomplete, message);
        let message =
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
        refuses("/?X-Amz-Algorithm", &[("authorization", "X")], "InvalidSignatureException", message);
    }

    #[test]
    fn any_words_will_do_where_nobody_checks() {
        let header = "AWS4-HMAC-SHA256 Credential=test/20150830/us-east-1/kinesis/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=ab";
        let found =
            claim(&head("/", &[("authorization", header), ("x-amz-date", "20150830T123600Z")])).unwrap();
        assert_eq!((found.access_key(), found.account(), found.region()), ("test", None, "us-east-1"));
        let account = Claim { credential: "111122223333".to_owned(), ..found.clone() };
        assert_eq!((account.account(), account.region()), (Some("111122223333"), ""));
        assert_eq!(found.signed_headers, "host;x-amz-date");
        assert_eq!((found.algorithm.as_str(), found.signature.as_str()), ("AWS4-HMAC-SHA256", "ab"));
    }
}
