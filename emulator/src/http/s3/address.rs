//! Which bucket a request addresses: in its path, or as the first part of its host.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>

use http::Uri;
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::http::request::header;

/// What follows the bucket in hosts that name one.
const DOMAINS: [&str; 2] = ["localhost", "amazonaws.com"];

/// The host of a request, without its port.
fn host(head: &Parts) -> Option<&str> {
    let named = header(head, http::header::HOST.as_str());
    let host = named.or(head.uri.authority().map(http::uri::Authority::as_str))?;
    // An IPv6 address has colons of its own; it names no bucket either way.
    Some(host.rsplit_once(':').map_or(host, |(host, _)| host))
}

/// Whether a request is for S3 by its host alone.
pub(in crate::http) fn is_virtual_host(head: &Parts) -> bool {
    host(head).is_some_and(|host| of_host(host).is_some())
}

/// The bucket that the host names.
pub(super) fn virtual_bucket(head: &Parts) -> Option<&str> {
    let host = host(head)?;
    // Clients that are given `localhost` as the endpoint put the bucket right before it.
    let before = || host.strip_suffix(".localhost").filter(|bucket| *bucket != "s3");
    of_host(host).or_else(before).filter(|bucket| !bucket.is_empty())
}

/// `bucket.s3.localhost`, `bucket.s3.eu-west-1.amazonaws.com`; empty for `s3.localhost`.
fn of_host(host: &str) -> Option<&str> {
    let domain = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain)?.strip_suffix('.'))?;
    let (before, region) = match domain.rsplit_once('.') {
        Some((before, last)) if last != "s3" => (before, Some(last)),
        _ => (domain, None),
    };
    let is_region = |text: &str| text.split('-').count() >= 3;
    if region.is_some_and(|region| !is_region(region)) {
        return None;
    }
    match before.strip_suffix("s3") {
        Some("") => Some(""),
        Some(bucket) => bucket.strip_suffix('.'),
        None => None,
    }
}

/// The same address with the bucket in its path.
pub(super) fn path_style(uri: &Uri, bucket: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path: Result<PathAndQuery, _> = format!("/{bucket}{}{query}", uri.path()).parse();
    let mut parts = uri.clone().into_parts();
    match path {
        Ok(path) => {
            parts.path_and_query = Some(path);
            Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
        }
        Err(_) => uri.clone(),
    }
}

/// Bucket and key of a path in path style, as they are encoded there.
pub(super) fn encoded_names(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_a_bucket_before_s3() {
        let cases = [
            ("lake.s3.localhost", Some("lake")),
            ("my.lake.s3.localhost", Some("my.lake")),
            ("lake.s3.eu-west-1.amazonaws.com", Some("lake")),
            ("lake.s3.amazonaws.com", Some("lake")),
            ("s3.localhost", Some("")),
            ("s3.us-east-1.amazonaws.com", Some("")),
            ("kinesis.us-east-1.amazonaws.com", None),
            ("localhost", None),
            ("127.0.0.1", None),
            ("lake.localhost", None),
        ];
        for (host, bucket) in cases {
            assert_eq!(of_host(host), bucket, "{host}");
        }
    }

    #[test]
    fn bucket_moves_into_the_path() {
        let uri: Uri = "/a%20b/c?list-type=2".parse().unwrap();
        assert_eq!(path_style(&uri, "lake").to_string(), "/lake/a%20b/c?list-type=2");
        assert_eq!(path_style(&Uri::from_static("/"), "lake").to_string(), "/lake/");
        assert_eq!(encoded_names("/lake/a/b"), ("lake", "a/b"));
        assert_eq!(encoded_names("/lake//a"), ("lake", "/a"));
        assert_eq!(encoded_names("/lake"), ("lake", ""));
    }
}
