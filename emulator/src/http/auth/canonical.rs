//! The canonical form of a request: what is signed.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>

use http::HeaderMap;
use http::request::Parts;

use super::query::{self, encode_into};

/// The parameter that carries the signature, and so is not signed.
const SIGNATURE: &str = "X-Amz-Signature";

/// How a path is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathForm {
    /// As it is, each segment encoded once: S3, whose keys may hold `//` and `..`.
    AsIs,
    /// Without empty and dot segments, and what arrives encoded is encoded once more: everything else.
    Normal,
}

impl PathForm {
    pub fn of(service: &str) -> Self {
        if service == "s3" { Self::AsIs } else { Self::Normal }
    }
}

/// The canonical request, with `signed` headers (lower-case, sorted) and the digest of the body.
pub(super) fn request(head: &Parts, signed: &[&str], payload: &str, form: PathForm) -> String {
    let mut out = format!("{}\n", head.method);
    path(&mut out, head.uri.path(), form);
    out.push('\n');
    query_string(&mut out, head.uri.query().unwrap_or_default());
    out.push('\n');
    for name in signed {
        let value = header(head, name).unwrap_or_default();
        out.push_str(&format!("{name}:{value}\n"));
    }
    out.push_str(&format!("\n{}\n{payload}", signed.join(";")));
    out
}

/// The host that a request is for: HTTP/2 has it in the URI.
pub(super) fn host(head: &Parts) -> Option<&str> {
    let named = head.headers.get(http::header::HOST).and_then(|value| value.to_str().ok());
    named.or(head.uri.authority().map(http::uri::Authority::as_str))
}

fn header(head: &Parts, name: &str) -> Option<String> {
    match name {
        "host" => host(head).map(str::to_owned),
        _ => Some(values(&head.headers, name)),
    }
}

/// All values of a header behind each other, runs of spaces made one.
fn values(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).into_iter();
    let trimmed = values.map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    });
    trimmed.collect::<Vec<_>>().join(",")
}

fn path(out: &mut String, path: &str, form: PathForm) {
    match form {
        PathForm::AsIs => encode_into(out, &query::decode(path), b"/"),
        PathForm::Normal => encode_into(out, &normalised(path), b"/"),
    }
}

fn normalised(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let slash_at_end = path.ends_with('/') && !segments.is_empty();
    format!("/{}{}", segments.join("/"), if slash_at_end { "/" } else { "" })
}

fn query_string(out: &mut String, query: &str) {
    let encoded = |text: &str| {
        let mut encoded = String::new();
        encode_into(&mut encoded, text, b"");
        encoded
    };
    let signed = query::pairs(query).into_iter().filter(|(name, _)| name != SIGNATURE);
    let mut pairs: Vec<_> = signed.map(|(name, value)| (encoded(&name), encoded(&value))).collect();
    pairs.sort();
    let texts: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    out.push_str(&texts.join("&"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normal_except_those_of_objects() {
        let canonical = |text: &str, form| {
            let mut out = String::new();
            path(&mut out, text, form);
            out
        };
        let cases = [
            ("/", "/", "/"),
            ("/./", "/", "/./"),
            ("/a//b/../c/", "/a/c/", "/a//b/../c/"),
            ("/%E1%88%B4", "/%25E1%2588%25B4", "/%E1%88%B4"),
            ("/../..", "/", "/../.."),
        ];
        for (text, normal, as_is) in cases {
            assert_eq!(canonical(text, PathForm::Normal), normal);
            assert_eq!(canonical(text, PathForm::AsIs), as_is);
        }
    }
}
