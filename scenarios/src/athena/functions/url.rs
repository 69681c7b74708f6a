//! Functions on URLs.
//!
//! Source: <https://trino.io/docs/current/functions/url.html>.

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &[
    "url_decode(varchar) varchar = wt_url_decode({0})",
    "url_encode(varchar) varchar = wt_url_encode({0})",
    "url_extract_fragment(varchar) varchar = wt_url_part({0}, 'fragment')",
    "url_extract_host(varchar) varchar = wt_url_part({0}, 'host')",
    "url_extract_parameter(varchar, varchar) varchar = wt_url_parameter({0}, {1})",
    "url_extract_path(varchar) varchar = wt_url_part({0}, 'path')",
    "url_extract_port(varchar) bigint = wt_url_port({0})",
    "url_extract_protocol(varchar) varchar = wt_url_part({0}, 'protocol')",
    "url_extract_query(varchar) varchar = wt_url_part({0}, 'query')",
];
