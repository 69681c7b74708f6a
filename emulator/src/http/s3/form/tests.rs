//! Forms as browsers and `requests` send them, with the outcomes that Ceph's s3-tests expect.

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha1::Sha1;

use super::*;
use crate::base64;
use crate::http::auth::Credentials;
use crate::http::auth::s3::DeclaredPayload;
use crate::http::s3::payload::sample::Pieces;
use crate::time::Timestamp;

const BUCKET: &str = "lake";
/// 2026-01-05T10:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_767_607_200_000);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const POLICY: &str = r#"{"expiration": "2026-01-05T11:40:00Z", "conditions": [{"bucket": "lake"},
    ["starts-with", "$key", "foo"], {"acl": "private"}, ["starts-with", "$Content-Type", "text/plain"],
    ["content-length-range", 0, 1024]]}"#;

type Fields<'a> = Vec<(&'a str, String)>;

/// What came of a form: its head, and its file.
#[derive(Debug)]
struct Outcome {
    key: String,
    access_key: Option<String>,
    region: Option<String>,
    headers: HeaderMap,
    success: Success,
    file: Vec<u8>,
}

fn part(name: &str, filename: &str, value: &str) -> String {
    format!(
        "--b0undary\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\r\n{value}\r\n"
    )
}

fn body(fields: &[(&str, String)], filename: &str, file: &str) -> String {
    let fields: String = fields.iter().map(|(name, value)| part(name, name, value)).collect();
    format!("{fields}{}--b0undary--\r\n", part("file", filename, file))
}

fn send(body: &[u8], sizes: &[usize], strict: bool) -> Result<Outcome, S3AuthError> {
    let head = http::Request::post("/lake")
        .header("content-type", "multipart/form-data; charset=utf-8; boundary=\"b0undary\"")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    let credentials = [Credentials { access_key: "AKID".to_owned(), secret_key: SECRET.to_owned() }];
    let credentials = if strict { &credentials[..] } else { &[] };
    let expected = S3Expected { credentials, now: NOW, virtual_bucket: None };
    let payload = Payload::new(&head, DeclaredPayload::Unsigned, None, Pieces::cut(body, sizes));
    let outcome = async {
        let mut form = Form::read(&head, payload, BUCKET, &expected).await?;
        let mut file = Vec::new();
        while let Some(piece) = form.file.next().await? {
            assert!(!piece.is_empty());
            file.extend_from_slice(&piece);
        }
        let Form { key, access_key, region, headers, success, .. } = form;
        Ok(Outcome { key, access_key, region, headers, success, file })
    };
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(outcome)
}

/// Sends a form with `bar` in its file to a strict server.
fn post(fields: &Fields<'_>) -> Result<Outcome, S3AuthError> {
    send(body(fields, "file", "bar").as_bytes(), &[usize::MAX], true)
}

#[track_caller]
fn refused(fields: &Fields<'_>, status: u16, code: &str) -> String {
    let error = post(fields).unwrap_err();
    assert_eq!((error.status, error.code), (status, code), "{}", error.message);
    error.message
}

/// A form that is signed with version 2.
fn signed(policy: &str) -> Fields<'static> {
    let policy = base64::encode(policy.as_bytes());
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(policy.as_bytes());
    vec![
        ("key", "foo.txt".to_owned()),
        ("AWSAccessKeyId", "AKID".to_owned()),
        ("acl", "private".to_owned()),
        ("signature", base64::encode(&mac.finalize().into_bytes())),
        ("policy", policy),
        ("Content-Type", "text/plain".to_owned()),
    ]
}

fn with(mut fields: Fields<'static>, name: &'static str, value: &str) -> Fields<'static> {
    fields.retain(|(field, _)| *field != name);
    fields.push((name, value.to_owned()));
    fields
}

fn without(mut fields: Fields<'static>, name: &str) -> Fields<'static> {
    fields.retain(|(field, _)| *field != name);
    fields
}

/// The policy with something else in the place of a part of it.
fn policy(from: &str, to: &str) -> String {
    assert!(POLICY.contains(from), "{from}");
    POLICY.replace(from, to)
}

#[test]
fn anonymous_forms_need_a_key_alone() {
    let fields = vec![("key", "foo.txt".to_owned()), ("acl", "public-read".to_owned())];
    let outcome = post(&fields).unwrap();
    assert_eq!((outcome.key.as_str(), outcome.access_key), ("foo.txt", None));
    assert_eq!(outcome.headers["x-amz-acl"], "public-read");
    assert_eq!((outcome.success, outcome.file), (Success::Empty(204), b"bar".to_vec()));
    refused(&vec![], 400, "InvalidArgument");
    refused(&vec![("key", String::new())], 400, "InvalidArgument");
}

#[test]
fn signed_forms_are_taken_as_their_policy_allows() {
    let outcome = post(&signed(POLICY)).unwrap();
    assert_eq!((outcome.access_key.as_deref(), outcome.region), (Some("AKID"), None));
    assert_eq!(outcome.headers["content-type"], "text/plain");
    post(&with(signed(POLICY), "x-ignore-foo", "bar")).unwrap();
    post(&with(signed(POLICY), "x-amz-checksum-sha256", "aTL9")).unwrap();
    let no_type = policy(r#"["starts-with", "$Content-Type", "text/plain"],"#, "");
    post(&without(signed(&no_type), "Content-Type")).unwrap();
    let shouted = policy("bucket", "bUcKeT").replace("starts-with\", \"$key", "StArTs-WiTh\", \"$KeY");
    let mut fields = signed(&shouted);
    fields[0].0 = "kEy";
    fields[2].0 = "aCl";
    fields[4].0 = "pOLICy";
    post(&fields).unwrap();
    let escaped = policy("\"foo\"", r#""\\$foo""#);
    assert_eq!(post(&with(signed(&escaped), "key", r"\$foo.txt")).unwrap().key, r"\$foo.txt");
    let meta = policy("[{\"b", "[[\"starts-with\", \"$x-amz-meta-foo\", \"bar\"], {\"b");
    let outcome = post(&with(signed(&meta), "x-amz-meta-foo", "barclamp")).unwrap();
    assert_eq!(outcome.headers["x-amz-meta-foo"], "barclamp");
}

#[test]
fn signatures_are_checked_on_strict_servers_and_asked_for_on_each() {
    refused(&with(signed(POLICY), "AWSAccessKeyId", "foo"), 403, "InvalidAccessKeyId");
    let forged = with(signed(POLICY), "signature", "AAAA");
    refused(&forged, 403, "SignatureDoesNotMatch");
    let outcome = send(body(&forged, "file", "bar").as_bytes(), &[usize::MAX], false).unwrap();
    assert_eq!(outcome.access_key.as_deref(), Some("AKID"));
    for field in ["signature", "AWSAccessKeyId", "policy"] {
        let fields = without(signed(POLICY), field);
        refused(&fields, 400, "InvalidArgument");
        let error = send(body(&fields, "file", "bar").as_bytes(), &[usize::MAX], false).unwrap_err();
        assert_eq!((error.status, error.code), (400, "InvalidArgument"));
    }
}

#[test]
fn what_a_policy_forbids_is_denied() {
    let denied = |fields: &Fields<'_>| refused(fields, 403, "AccessDenied");
    let message = denied(&signed(&policy(r#"{"bucket": "lake"},"#, "")));
    assert_eq!(message, "Invalid according to Policy: Extra input fields: bucket");
    let message = denied(&with(signed(POLICY), "x-amz-meta-foo", "bar"));
    assert_eq!(message, "Invalid according to Policy: Extra input fields: x-amz-meta-foo");
    let message = denied(&signed(&policy("[{\"b", "[[\"starts-with\", \"$x-amz-meta-foo\", \"bar\"], {\"b")));
    let failed = "Invalid according to Policy: Policy Condition failed:";
    assert_eq!(message, format!("{failed} [\"starts-with\", \"$x-amz-meta-foo\", \"bar\"]"));
    denied(&with(signed(POLICY), "key", "bar.txt"));
    let message = denied(&signed(&policy("\"lake\"", "\"other\"")));
    assert_eq!(message, format!("{failed} [\"eq\", \"$bucket\", \"other\"]"));
    denied(&signed(&policy(r#"{"acl": "private"}"#, r#"["eq", "$acl", ""]"#)));
    let message = denied(&signed(&policy("T11:40", "T08:20")));
    assert_eq!(message, "Invalid according to Policy: Policy expired.");
}

#[test]
fn broken_policies_are_told_apart_from_broken_forms() {
    let invalid = |policy: &str| refused(&signed(policy), 400, "InvalidPolicyDocument");
    assert_eq!(invalid(&policy("expiration", "EXPIRATION")), "Invalid Policy: Policy missing expiration.");
    assert_eq!(invalid(&policy("conditions", "CONDITIONS")), "Invalid Policy: Policy missing conditions.");
    invalid(&policy("2026-01-05T11:40:00Z", "2026-01-05 11:40:00.123456+00:00"));
    invalid(&policy("0, 1024", "0"));
    invalid(&policy("0, 1024", "-1, 0"));
    invalid(&policy(r#"{"acl": "private"}"#, "{}"));
    invalid(&policy(r#"{"acl": "private"}"#, "[]"));
    invalid(&policy(r#"["starts-with", "$key""#, r#"["starts-with", "key""#));
    invalid(&policy(r#"["starts-with", "$key""#, r#"["ends-with", "$key""#));
    assert_eq!(invalid("{"), "Invalid Policy: Invalid JSON.");
    let fields = with(signed(POLICY), "policy", "%");
    let error = send(body(&fields, "file", "bar").as_bytes(), &[usize::MAX], false).unwrap_err();
    assert_eq!(error.code, "InvalidPolicyDocument");
}

#[test]
fn files_have_the_length_that_the_policy_allows() {
    let with_range = |range| signed(&policy("0, 1024", range));
    refused(&with_range("0, 0"), 400, "EntityTooLarge");
    refused(&with_range("\"4\", \"1000\""), 400, "EntityTooSmall");
    post(&with_range("3, 3")).unwrap();
    let file = "x".repeat(100_000);
    let body = body(&with_range("99999, 100000"), "file", &file);
    assert_eq!(send(body.as_bytes(), &[4096], true).unwrap().file.len(), 100_000);
}

#[test]
fn file_names_stand_where_fields_ask_for_them() {
    let fields = vec![("key", "user/${filename}".to_owned()), ("x-amz-meta-name", "${filename}".to_owned())];
    for (filename, expected) in [
        ("foo.txt", "foo.txt"),
        (r"C:\photos\ä b.txt", "ä b.txt"),
        ("/home/a.txt", "a.txt"),
        (r#"a\"b;c=.txt"#, r#"a"b;c=.txt"#),
        ("x.txt\"; filename*=\"UTF-8''%C3%BC.txt", "ü.txt"),
        ("", ""),
    ] {
        let outcome = send(body(&fields, filename, "bar").as_bytes(), &[usize::MAX], true).unwrap();
        assert_eq!(outcome.key, format!("user/{expected}"));
        assert_eq!(outcome.headers["x-amz-meta-name"].as_bytes(), expected.as_bytes());
    }
}

#[test]
fn fields_say_what_headers_say_and_how_to_answer() {
    let xml = "<Tagging><TagSet><Tag><Key>0</Key><Value>0</Value></Tag><Tag><Key>a b</Key><Value>&amp;</Value></Tag>\
               </TagSet></Tagging>";
    let key = ("key", "foo.txt".to_owned());
    let outcome = post(&vec![key.clone(), ("tagging", xml.to_owned())]).unwrap();
    assert_eq!(outcome.headers["x-amz-tagging"], "0=0&a%20b=%26");
    refused(&vec![key.clone(), ("tagging", "<a>".to_owned())], 400, "MalformedXML");
    refused(&vec![key.clone(), ("content-type", "a\u{1}".to_owned())], 400, "InvalidArgument");
    let success = |name, value: &str| post(&vec![key.clone(), (name, value.to_owned())]).unwrap().success;
    assert_eq!(success("success_action_status", "200"), Success::Empty(200));
    assert_eq!(success("success_action_status", "201"), Success::Created);
    assert_eq!(success("success_action_status", "404"), Success::Empty(204));
    assert_eq!(success("success_action_redirect", "javascript:alert(1)"), Success::Empty(204));
    for (name, to, expected) in [
        ("success_action_redirect", "http://h/lake", "http://h/lake?bucket=lake&key=a%26b&etag=%22ab%22"),
        ("redirect", "https://h/?a=b", "https://h/?a=b&bucket=lake&key=a%26b&etag=%22ab%22"),
    ] {
        let Success::Redirect(redirect) = success(name, to) else { panic!("{name} redirects") };
        assert_eq!(redirect.location("lake", "a&b", "ab"), expected);
    }
}

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html>.
#[test]
fn policies_of_the_documentation_are_signed_rightly_with_version_4() {
    let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6\
                  ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFj\
                  bCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tl\
                  dC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5\
                  cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZl\
                  ci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoN\
                  CiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVx\
                  dWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAx\
                  NTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let fields = [
        field("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
        field("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        field("x-amz-date", "20151229T000000Z"),
        field("policy", policy),
        field("x-amz-signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    ];
    let pair = Credentials { access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret_key: SECRET.to_owned() };
    let expected = S3Expected { credentials: &[pair], now: NOW, virtual_bucket: None };
    let signer = signer::signer(&fields, &expected).unwrap();
    assert_eq!(signer.region.as_deref(), Some("us-east-1"));
    assert_eq!(signer.access_key.as_deref(), Some("AKIAIOSFODNN7EXAMPLE"));
    let mut forged = fields.clone();
    forged[3].1.push('A');
    assert_eq!(signer::signer(&forged, &expected), Err(S3AuthError::mismatch()));
    for missing in 0..fields.len() {
        let mut fields = fields.to_vec();
        fields.remove(missing);
        assert_eq!(signer::signer(&fields, &expected).unwrap_err().code, "InvalidArgument");
    }
    Policy::parse(policy).unwrap();
}

#[test]
fn what_is_no_form_is_refused() {
    let code = |body: &str| send(body.as_bytes(), &[7], true).unwrap_err().code;
    let key = part("key", "", "k");
    assert_eq!(code(""), "MalformedPOSTRequest");
    assert_eq!(code(&key), "MalformedPOSTRequest");
    assert_eq!(code(&format!("{key}--b0undary--\r\n")), "InvalidArgument");
    assert_eq!(code(&format!("{key}{}", part("file", "", "bar"))), "MalformedPOSTRequest");
    assert_eq!(code(&format!("{key}--b0undary\r\nContent-Type: a\r\n\r\nb")), "MalformedPOSTRequest");
    assert_eq!(code(&part("key", "", &"k".repeat(30_000))), "MaxPostPreDataLengthExceeded");
    for wrong in ["multipart/form-data", "text/plain; boundary=a", "multipart/form-data; boundary=", ""] {
        assert_eq!(multipart::boundary(wrong), None, "{wrong}");
    }
    let behind = format!("{key}{}{}--b0undary--\r\n", part("file", "", "bar"), part("acl", "", "private"));
    let outcome = send(behind.as_bytes(), &[5], true).unwrap();
    assert_eq!((outcome.file, outcome.headers.len()), (b"bar".to_vec(), 0));
}

proptest! {
    #[test]
    fn where_a_form_is_cut_does_not_matter(
        file in "[a\r\n-]{0,60}(\r\n--b0)?[a\r\n-]{0,20}(\r\n--b0undar)?[a\r\n-]{0,20}",
        sizes in prop::collection::vec(1usize..30, 1..5),
    ) {
        let fields = vec![("key", "foo".to_owned())];
        let outcome = send(body(&fields, "f", &file).as_bytes(), &sizes, true).unwrap();
        prop_assert_eq!((outcome.key, outcome.file), ("foo".to_owned(), file.into_bytes()));
    }

    #[test]
    fn no_form_makes_it_panic(
        text in "(--b0undary(--)?|\r\n|Content-Disposition: form-data; (file)?name=\"?|file|key|[ -~]|\r\n\r\n){0,40}",
        policy in "(\\{|\"expiration\":|\"conditions\":|\\[|\\]|\\}|\"eq\"|,|\"[$a-z]{0,3}\"|9){0,20}",
        sizes in prop::collection::vec(1usize..30, 1..3),
    ) {
        let whole = send(text.as_bytes(), &[usize::MAX], true).map(|outcome| outcome.file);
        prop_assert_eq!(send(text.as_bytes(), &sizes, true).map(|outcome| outcome.file), whole);
        let _ = Policy::parse(&base64::encode(policy.as_bytes()));
    }
}
