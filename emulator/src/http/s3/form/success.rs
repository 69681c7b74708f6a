//! How a form wants to be answered when all went well.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html#RESTObjectPOST-requests-form-fields>

use crate::http::auth::encode_into;

/// The answer to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) enum Success {
    /// 204, or 200: without a body.
    Empty(u16),
    /// 201, with a body that says where the object is: `PostResponse` in XML.
    Created,
    /// 303, to a place of the form's choice.
    Redirect(RedirectTo),
}

/// Where a browser goes from a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) struct RedirectTo(String);

impl Success {
    /// What the fields ask for; 204 where that is nothing that there is.
    pub(super) fn of(fields: &[(String, String)]) -> Self {
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let redirect = field("success_action_redirect").or_else(|| field("redirect"));
        let is_address = |text: &&String| {
            let address: Option<http::Uri> = text.parse().ok();
            address.is_some_and(|address| matches!(address.scheme_str(), Some("http" | "https")))
        };
        if let Some(address) = redirect.filter(is_address) {
            return Self::Redirect(RedirectTo(address.clone()));
        }
        match field("success_action_status").map(String::as_str) {
            Some("200") => Self::Empty(200),
            Some("201") => Self::Created,
            _ => Self::Empty(204),
        }
    }
}

impl RedirectTo {
    /// The address, with the object in its query; the ETag is given without its quotes.
    pub fn location(&self, bucket: &str, key: &str, etag: &str) -> String {
        let mut location = self.0.clone();
        location.push(if location.contains('?') { '&' } else { '?' });
        location.push_str("bucket=");
        encode_into(&mut location, bucket, b"");
        location.push_str("&key=");
        encode_into(&mut location, key, b"");
        location.push_str("&etag=%22");
        encode_into(&mut location, etag, b"");
        location.push_str("%22");
        location
    }
}
