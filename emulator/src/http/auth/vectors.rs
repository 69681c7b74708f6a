//! Signatures that others have computed.
//!
//! Source: AWS's test suite for signatures of version 4 (get-vanilla, post-vanilla, get-vanilla-query-order-key-case),
//! and the signers of botocore 1.44.5 with the same keys and the same time.

use http::request::Parts;

use super::*;
use crate::time::Timestamp;

/// 2015-08-30T12:36:00Z.
const SIGNED_AT: Timestamp = Timestamp::from_millis(1_440_938_160_000);
const STAMP: (&str, &str) = ("x-amz-date", "20150830T123600Z");

fn credentials() -> Credentials {
    Credentials {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
    }
}

fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn authorization(scope: &str, signed: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/{scope}/aws4_request, SignedHeaders={signed}, \
         Signature={signature}"
    )
}

/// Whether a server that takes the keys of the vectors takes the request so much later.
fn outcome(head: &Parts, body: &[u8], later_ms: i64) -> Result<(), AuthError> {
    let other = Credentials { access_key: "AKIDSECOND".to_owned(), secret_key: "b".to_owned() };
    let credentials = [other, credentials()];
    let now = SIGNED_AT.plus_millis(later_ms);
    let expected = Expected { credentials: &credentials, service: None, now };
    claim(head).and_then(|claim| verify(head, body, &claim, &expected))
}

/// Method, URI, headers of its own, body, scope, signed headers, signature.
type Vector =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, [&'static str; 4]);

const KINESIS: &[(&str, &str)] =
    &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Kinesis_20131202.ListStreams")];

const VECTORS: &[Vector] = &[
    (
        "GET",
        "https://example.amazonaws.com/",
        &[],
        "",
        [
            "us-east-1",
            "service",
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ],
    ),
    (
        "POST",
        "https://example.amazonaws.com/",
        &[],
        "",
        [
            "us-east-1",
            "service",
            "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ],
    ),
    (
        "GET",
        "https://example.amazonaws.com/?Param2=value2&Param1=value1",
        &[],
        "",
        [
            "us-east-1",
            "service",
            "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ],
    ),
    (
        "POST",
        "http://127.0.0.1:4566/",
        KINESIS,
        "{}",
        [
            "us-east-1",
            "kinesis",
            "content-type;host;x-amz-date;x-amz-target",
            "b17dc820c667f2535042c4b306ec9e10d3e841bff768c072b389984f39d4139b",
        ],
    ),
    (
        "GET",
        "http://127.0.0.1:4566/lake/a%20b/../%C3%A4%2B.txt",
        &[],
        "",
        [
            "us-east-1",
            "s3",
            "host;x-amz-content-sha256;x-amz-date",
            "f72f8cb0991a46b3120900e5bfd5389849cc511ffc6092eca4aa5a56351c5bf2",
        ],
    ),
];

#[test]
fn signatures_are_those_of_aws_and_of_botocore() {
    for (method, uri, headers, body, [region, service, signed, signature]) in VECTORS {
        let mut head = head(method, uri, headers);
        let scope = SigningScope { region, service };
        sign(&mut head, body.as_bytes(), &credentials(), &scope, SIGNED_AT);
        let expected = authorization(&format!("{region}/{service}"), signed, signature);
        assert_eq!(head.headers["authorization"], expected, "{uri}");
        assert_eq!(head.headers["x-amz-date"], "20150830T123600Z");
        assert_eq!(outcome(&head, body.as_bytes(), 0), Ok(()));
        let error = outcome(&head, b"another body", 0).unwrap_err();
        assert_eq!(error.code, "InvalidSignatureException");
    }
}

#[test]
fn signed_uris_hold_until_they_expire() {
    let sts = "http://127.0.0.1:4566/?Action=GetCallerIdentity&Version=2011-06-15&\
               X-Amz-Algorithm=AWS4-HMAC-SHA256&\
               X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fsts%2Faws4_request&\
               X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&\
               X-Amz-Signature=0a8cb79ef476ea48bb9a147622bd444d7d664dc1047e118aa40ec48f42dafbfb";
    let s3 = "http://127.0.0.1:4566/lake/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
              X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&\
              X-Amz-Date=20150830T123600Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&\
              X-Amz-Signature=064b0c614948c9b0c4cd8111f7726b58d2d309e4eccdda055c280a4ea33ffdf9";
    for (uri, expires_ms) in [(sts, 60_000), (s3, 300_000)] {
        let head = head("GET", uri, &[]);
        assert_eq!(outcome(&head, b"", expires_ms), Ok(()));
        let error = outcome(&head, b"", expires_ms + 1).unwrap_err();
        assert!(error.message.starts_with("Signature expired: "), "{}", error.message);
        let other = self::head("GET", &uri.replace("X-Amz-Expires=", "X-Amz-Expires=1"), &[]);
        assert_eq!(outcome(&other, b"", 0).unwrap_err().code, "InvalidSignatureException");
    }
}

#[test]
fn unsigned_and_streamed_payloads_are_taken_as_signed() {
    for payload in ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"] {
        let uri = "http://localhost/lake/key";
        let head = head("PUT", uri, &[("x-amz-content-sha256", payload), STAMP, ("host", "localhost")]);
        let signed = ["host", "x-amz-content-sha256", "x-amz-date"];
        let canonical = canonical::request(&head, &signed, payload, canonical::PathForm::AsIs);
        let scope = SigningScope { region: "us-east-1", service: "s3" };
        let signature = key::signature(&credentials().secret_key, &scope, STAMP.1, &canonical);
        let mut head = head;
        let value = authorization("us-east-1/s3", &signed.join(";"), &signature);
        head.headers.insert("authorization", value.parse().unwrap());
        assert_eq!(outcome(&head, b"whatever comes", 0), Ok(()));
    }
}

#[test]
fn refusals_are_worded_as_aws_words_them() {
    let signed = |change: fn(String) -> String| {
        let mut head = head("POST", "http://localhost/", KINESIS);
        let scope = SigningScope { region: "us-east-1", service: "kinesis" };
        sign(&mut head, b"{}", &credentials(), &scope, SIGNED_AT);
        let authorization = head.headers["authorization"].to_str().unwrap().to_owned();
        head.headers.insert("authorization", change(authorization).parse().unwrap());
        head
    };
    let check = |change: fn(String) -> String, later_ms: i64, code: &str, message: &str| {
        let error = outcome(&signed(change), b"{}", later_ms).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    };
    const MINUTE_MS: i64 = 60_000;
    assert_eq!(outcome(&signed(|same| same), b"{}", 15 * MINUTE_MS), Ok(()));
    assert_eq!(outcome(&signed(|same| same), b"{}", -15 * MINUTE_MS), Ok(()));
    let invalid = "InvalidSignatureException";
    check(
        |same| same,
        16 * MINUTE_MS,
        invalid,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123700Z (20150830T125200Z - 15 min.)",
    );
    check(
        |same| same,
        -16 * MINUTE_MS,
        invalid,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123500Z \
         (20150830T122000Z + 15 min.)",
    );
    check(
        |same| same.replace("Signature=", "Signature=0"),
        0,
        invalid,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
         Access Key and signing method. Consult the service documentation for details.",
    );
    check(
        |same| same.replace("AKIDEXAMPLE", "AKIDOTHER"),
        0,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    check(
        |same| same.replace("us-east-1/", ""),
        0,
        "IncompleteSignatureException",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
         'AKIDEXAMPLE/20150830/kinesis/aws4_request'",
    );
    check(
        |same| same.replace("aws4_request", "aws5_request"),
        0,
        invalid,
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
    );
    check(
        |same| same.replace("/20150830/", "/20150831/"),
        0,
        invalid,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150831' != \
         '20150830', from '20150830T123600Z'.",
    );
    check(
        |same| same.replace("host;", ""),
        0,
        invalid,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
}
