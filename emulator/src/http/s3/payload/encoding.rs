//! `Content-Encoding` as it is kept with an object.

/// What is left of a `Content-Encoding` once `aws-chunked`, which is gone when the body is decoded, is out of it.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>: S3 stores the object without it.
pub(in crate::http) fn content_encoding_without_aws_chunked(value: &str) -> Option<String> {
    let is_aws_chunked = |coding: &str| coding.eq_ignore_ascii_case("aws-chunked");
    if !value.split(',').any(|coding| is_aws_chunked(coding.trim())) {
        return Some(value.to_owned());
    }
    let codings = value.split(',').map(str::trim);
    let kept: Vec<&str> = codings.filter(|coding| !coding.is_empty() && !is_aws_chunked(coding)).collect();
    (!kept.is_empty()).then(|| kept.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aws_chunked_is_left_out() {
        for (value, expected) in [
            ("gzip", Some("gzip")),
            ("deflate,gzip", Some("deflate,gzip")),
            ("", Some("")),
            ("gzip, aws-chunked", Some("gzip")),
            ("aws-chunked,br,gzip", Some("br, gzip")),
            ("AWS-Chunked", None),
            ("aws-chunked, aws-chunked,", None),
        ] {
            assert_eq!(content_encoding_without_aws_chunked(value).as_deref(), expected, "{value}");
        }
    }
}
