//! Requests to S3 as others have signed them.
//!
//! Source: the examples of
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>, and the signers of botocore 1.43.11.

use proptest::prelude::*;

use super::*;

type Headers<'a> = &'a [(&'a str, &'a str)];
/// Method, URI, headers, signature.
type Vector = (&'static str, &'static str, Headers<'static>, &'static str);

/// Of AWS's examples.
fn aws() -> Credentials {
    Credentials {
        access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
    }
}

/// Of the requests that botocore has signed.
fn other() -> Credentials {
    Credentials {
        access_key: "AKIDEXAMPLE".to_owned(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
    }
}

/// 2013-05-24T00:00:00Z, of AWS's examples of version 4.
const V4_SIGNED_AT: i64 = 1_369_353_600;
/// 2015-08-30T12:36:00Z, of botocore's.
const SIGNED_AT: i64 = 1_440_938_160;

fn head(method: &str, uri: &str, headers: Headers<'_>) -> Parts {
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn strict(head: &Parts, now_s: i64, virtual_bucket: Option<&str>) -> Result<S3Caller, S3AuthError> {
    let now = Timestamp::from_millis(now_s * 1000);
    check(head, &S3Expected { credentials: &[aws(), other()], now, virtual_bucket })
}

fn lenient(head: &Parts, now_s: i64) -> Result<S3Caller, S3AuthError> {
    let now = Timestamp::from_millis(now_s * 1000);
    check(head, &S3Expected { credentials: &[], now, virtual_bucket: None })
}

fn with(headers: Headers<'static>, name: &'static str, value: &str) -> Vec<(String, String)> {
    let owned = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    owned.chain([(name.to_owned(), value.to_owned())]).collect()
}

fn signed(vector: &Vector, authorization: &str) -> Parts {
    let (method, uri, headers, _) = *vector;
    let headers = with(headers, "authorization", authorization);
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    head(method, uri, &headers)
}

/// The vector with another first digit in its signature, or as it is.
fn altered(signature: &str, wrong: bool) -> String {
    match wrong {
        false => signature.to_owned(),
        true => format!("{}{}", if signature.starts_with('0') { '1' } else { '0' }, &signature[1..]),
    }
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const V4_OF_AWS: &[Vector] = &[
    (
        "GET",
        "http://examplebucket.s3.amazonaws.com/test.txt",
        &[("range", "bytes=0-9"), ("x-amz-content-sha256", EMPTY), ("x-amz-date", "20130524T000000Z")],
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    (
        "PUT",
        "http://examplebucket.s3.amazonaws.com/test$file.text",
        &[
            ("date", "Fri, 24 May 2013 00:00:00 GMT"),
            ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ],
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    (
        "GET",
        "http://examplebucket.s3.amazonaws.com/?lifecycle",
        &[("x-amz-content-sha256", EMPTY), ("x-amz-date", "20130524T000000Z")],
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    (
        "GET",
        "http://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
        &[("x-amz-content-sha256", EMPTY), ("x-amz-date", "20130524T000000Z")],
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
    (
        "PUT",
        "http://s3.amazonaws.com/examplebucket/chunkObject.txt",
        &[
            ("content-encoding", "aws-chunked"),
            ("content-length", "66824"),
            ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-decoded-content-length", "66560"),
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ],
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    ),
];

const V4_OF_BOTOCORE: &[Vector] = &[
    (
        "PUT",
        "http://127.0.0.1:4566/lake/a%2Bb%20c//d/../%C3%BC~%3D",
        &[
            ("content-type", "text/plain"),
            ("x-amz-content-sha256", EMPTY),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-meta-a", " b   c "),
        ],
        "6f63b5cdb31243c24182d6d5f0a9eda3beb2c42bfafb14dd8bc86abb721f250e",
    ),
    (
        "GET",
        "http://127.0.0.1:4566/lake?prefix=a%20b%2B&delimiter=%2F&list-type=2&uploads",
        &[("x-amz-content-sha256", EMPTY), ("x-amz-date", "20150830T123600Z")],
        "9c9b0dcb954678a57efb4b898694d12fb000f98985834fd1b39c0258eafbf838",
    ),
    (
        "GET",
        "http://lake.localhost:4566/k",
        &[("x-amz-content-sha256", EMPTY), ("x-amz-date", "20150830T123600Z")],
        "0cee3b8634d589518b76ea56966408be39aa6754703fbd67c72b2bb4342d30d3",
    ),
];

fn v4_authorization(headers: Headers<'_>, key: &str, date: &str, signature: &str) -> String {
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).chain(["host"]).collect();
    names.sort_unstable();
    let names = names.join(";");
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/{date}/us-east-1/s3/aws4_request,SignedHeaders={names},\
         Signature={signature}"
    )
}

#[test]
fn headers_of_version_4_are_signed_as_aws_and_botocore_sign_them() {
    let of = |vectors: &'static [Vector], key, date, now_s| {
        vectors.iter().map(move |vector| (vector, key, date, now_s))
    };
    let all = of(V4_OF_AWS, "AKIAIOSFODNN7EXAMPLE", "20130524", V4_SIGNED_AT);
    for (vector, key, date, now_s) in all.chain(of(V4_OF_BOTOCORE, "AKIDEXAMPLE", "20150830", SIGNED_AT)) {
        let authorization = |wrong| v4_authorization(vector.2, key, date, &altered(vector.3, wrong));
        let caller = strict(&signed(vector, &authorization(false)), now_s, None).unwrap();
        assert_eq!(caller.access_key.as_deref(), Some(key));
        assert_eq!(caller.region.as_deref(), Some("us-east-1"));
        assert_eq!(caller.signing.is_some(), vector.1.contains("chunkObject"));
        let wrong = signed(vector, &authorization(true));
        assert_eq!(strict(&wrong, now_s, None).unwrap_err(), S3AuthError::mismatch());
        let believed = lenient(&wrong, 0).unwrap();
        assert_eq!(believed.access_key.as_deref(), Some(key));
        assert!(believed.signing.is_none());
    }
}

#[test]
fn version_4_is_refused_in_the_words_of_s3() {
    let vector = &V4_OF_BOTOCORE[2];
    let authorization = v4_authorization(vector.2, "AKIDEXAMPLE", "20150830", vector.3);
    let check = |from: &str, to: &str, later_s: i64, code: &str, status: u16| {
        let head = signed(vector, &authorization.replace(from, to));
        let error = strict(&head, SIGNED_AT + later_s, None).unwrap_err();
        assert_eq!((error.code, error.status), (code, status), "{from} {to}");
        error.message
    };
    let malformed = "AuthorizationHeaderMalformed";
    check("", "", 901, "RequestTimeTooSkewed", 403);
    check("", "", -901, "RequestTimeTooSkewed", 403);
    check("AKIDEXAMPLE", "AKIDUNKNOWN", 0, "InvalidAccessKeyId", 403);
    check("host;", "", 0, "AccessDenied", 403);
    check("x-amz-date", "date", 0, "AccessDenied", 403);
    check("SignedHeaders", "Headers", 0, malformed, 400);
    check("AKIDEXAMPLE/", "", 0, malformed, 400);
    check("aws4_request", "aws5_request", 0, malformed, 400);
    check("/s3/", "/glue/", 0, malformed, 400);
    let message = check("/20150830/", "/20150831/", 0, malformed, 400);
    assert_eq!(
        message,
        "The authorization header is malformed; Invalid credential date \"20150831\". This date is not the same as \
         X-Amz-Date: \"20150830\"."
    );
    for wrong in ["AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=HAHAHA"] {
        assert_eq!(lenient(&signed(vector, wrong), 0).unwrap_err().code, malformed);
    }
    for wrong in ["Bearer abc", "AWS HAHAHA", "AWS", "AWS4-ECDSA-P256-SHA256 Credential=a"] {
        let error = lenient(&signed(vector, wrong), 0).unwrap_err();
        assert_eq!((error.code, error.status), ("InvalidArgument", 400), "{wrong}");
    }
    let undated =
        head("GET", vector.1, &[("authorization", &authorization), ("x-amz-content-sha256", EMPTY)]);
    assert_eq!(strict(&undated, SIGNED_AT, None).unwrap_err(), no_date());
    let undigested = head("GET", vector.1, &[("authorization", &authorization), vector.2[1]]);
    assert_eq!(strict(&undigested, SIGNED_AT, None).unwrap_err().code, "InvalidRequest");
}

/// A URI as it was signed for so many seconds.
const PRESIGNED: &[(&str, &str, Headers<'_>, i64, i64)] = &[
    (
        "GET",
        "http://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
         X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&\
         X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&\
         X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        &[],
        V4_SIGNED_AT,
        86_400,
    ),
    (
        "PUT",
        "http://127.0.0.1:4566/lake/a%2Bb%20c//d/../%C3%BC~%3D?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
         X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&\
         X-Amz-Expires=300&X-Amz-SignedHeaders=content-type%3Bhost&\
         X-Amz-Signature=f4ed9b79172d931911eb9d85db828e54ebba96cb1f9fb90c810cad05d4f96613",
        &[("content-type", "text/plain")],
        SIGNED_AT,
        300,
    ),
    (
        "GET",
        "http://127.0.0.1:4566/lake?prefix=a%20b%2B&delimiter=%2F&list-type=2&uploads=&\
         X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&\
         X-Amz-Date=20150830T123600Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&\
         X-Amz-Signature=8772573a03bea7c22d29d88c9b13cb54418a7f09daa547704eb22cf1bee75413",
        &[],
        SIGNED_AT,
        300,
    ),
    (
        "PUT",
        "http://127.0.0.1:4566/lake/a%2Bb%20c//d/../%C3%BC?AWSAccessKeyId=AKIDEXAMPLE&\
         Signature=SkfFol0E15oBWEG3v1UPE2i5SPI%3D&content-type=text%2Fplain&x-amz-meta-a=b&\
         content-md5=abc%3D%3D&Expires=1440938460",
        &[("content-type", "text/plain"), ("x-amz-meta-a", "b"), ("content-md5", "abc==")],
        SIGNED_AT,
        300,
    ),
    (
        "GET",
        "http://127.0.0.1:4566/lake/k?response-content-type=text%2Fhtml&versionId=a%2Bb&prefix=x&\
         AWSAccessKeyId=AKIDEXAMPLE&Signature=UTLDDZbSkKONqFdGQqnwDgSSlFA%3D&Expires=1440938460",
        &[],
        SIGNED_AT,
        300,
    ),
];

#[test]
fn signed_uris_hold_until_they_expire_on_lenient_servers_too() {
    for &(method, uri, headers, signed_at, held_s) in PRESIGNED {
        let good = head(method, uri, headers);
        for now in [signed_at, signed_at + held_s] {
            strict(&good, now, None).unwrap();
            lenient(&good, now).unwrap();
        }
        let expired = signed_at + held_s + 1;
        assert_eq!(strict(&good, expired, None).unwrap_err(), has_expired());
        assert_eq!(lenient(&good, expired).unwrap_err(), has_expired());
        let bad = head("DELETE", uri, headers);
        assert_eq!(strict(&bad, signed_at, None).unwrap_err(), S3AuthError::mismatch());
        lenient(&bad, signed_at).unwrap();
    }
}

#[test]
fn broken_signed_uris_are_refused_in_the_words_of_s3() {
    let (_, v4, ..) = PRESIGNED[0];
    let check = |uri: &str, headers: Headers<'_>, code: &str, status: u16| {
        let error = lenient(&head("GET", uri, headers), V4_SIGNED_AT).unwrap_err();
        assert_eq!((error.code, error.status), (code, status), "{uri}");
        error.message
    };
    let malformed = "AuthorizationQueryParametersError";
    for (expires, message) in [
        ("0", "X-Amz-Expires must be non-negative"),
        ("-7", "X-Amz-Expires must be non-negative"),
        ("a", "X-Amz-Expires should be a number"),
        (
            "604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
             than 604800 seconds",
        ),
    ] {
        assert_eq!(check(&v4.replace("86400", expires), &[], malformed, 400), message);
    }
    check(&v4.replace("X-Amz-Date", "Date"), &[], malformed, 400);
    check(&v4.replace("20130524T", "20131324T"), &[], malformed, 400);
    check(&v4.replace("AKIAIOSFODNN7EXAMPLE", ""), &[], malformed, 400);
    check(&v4.replace("=AWS4-HMAC-SHA256", "=AWS4-HMAC-SHA1"), &[], malformed, 400);
    let only_one = check(v4, &[("authorization", "AWS a:b")], "InvalidArgument", 400);
    assert!(only_one.starts_with("Only one auth mechanism allowed"));
    let future = strict(&head("GET", v4, &[]), V4_SIGNED_AT - 1000, None).unwrap_err();
    assert_eq!(future.message, "Request is not yet valid");
    let denied = "AccessDenied";
    check("http://h/a/b?AWSAccessKeyId=a&Signature=b", &[], denied, 403);
    check("http://h/a/b?AWSAccessKeyId=a&Signature=b&Expires=soon", &[], denied, 403);
}

/// Of the bucket that the host names, in the examples of version 2.
const V2_OF_AWS: &[(Vector, Option<&str>, i64)] = &[
    (
        (
            "GET",
            "http://johnsmith.s3.amazonaws.com/photos/puppy.jpg",
            &[("date", "Tue, 27 Mar 2007 19:36:42 +0000")],
            "bWq2s1WEIj+Ydj0vQ697zp+IXMU=",
        ),
        Some("johnsmith"),
        1_175_024_202,
    ),
    (
        (
            "PUT",
            "http://johnsmith.s3.amazonaws.com/photos/puppy.jpg",
            &[
                ("content-type", "image/jpeg"),
                ("content-length", "94328"),
                ("date", "Tue, 27 Mar 2007 21:15:45 +0000"),
            ],
            "MyyxeRY7whkBe+bq8fHCL/2kKUg=",
        ),
        Some("johnsmith"),
        1_175_030_145,
    ),
    (
        (
            "GET",
            "http://johnsmith.s3.amazonaws.com/?prefix=photos&max-keys=50&marker=puppy",
            &[("date", "Tue, 27 Mar 2007 19:42:41 +0000")],
            "htDYFYduRNen8P9ZfE/s9SuKy0U=",
        ),
        Some("johnsmith"),
        1_175_024_561,
    ),
    (
        (
            "GET",
            "http://johnsmith.s3.amazonaws.com/?acl",
            &[("date", "Tue, 27 Mar 2007 19:44:46 +0000")],
            "c2WLPFtWHVgbEmeEG93a4cG37dM=",
        ),
        Some("johnsmith"),
        1_175_024_686,
    ),
    (
        (
            "PUT",
            "http://static.johnsmith.net:8080/db-backup.dat.gz",
            &[
                ("date", "Tue, 27 Mar 2007 21:06:08 +0000"),
                ("x-amz-acl", "public-read"),
                ("content-type", "application/x-download"),
                ("content-md5", "4gJE4saaMU4BqNR0kLY+lw=="),
                ("x-amz-meta-reviewedby", "joe@johnsmith.net"),
                ("x-amz-meta-reviewedby", "jane@johnsmith.net"),
                ("x-amz-meta-filechecksum", "0x02661779"),
                ("x-amz-meta-checksumalgorithm", "crc32"),
            ],
            "ilyl83RwaSoYIEdixDQcA4OnAnc=",
        ),
        Some("static.johnsmith.net"),
        1_175_029_568,
    ),
    (
        (
            "GET",
            "http://s3.amazonaws.com/",
            &[("date", "Wed, 28 Mar 2007 01:29:59 +0000")],
            "qGdzdERIC03wnaRNKh6OqZehG9s=",
        ),
        None,
        1_175_045_399,
    ),
    (
        (
            "GET",
            "http://s3.amazonaws.com/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re",
            &[("date", "Wed, 28 Mar 2007 01:49:49 +0000")],
            "DNEZGsoieTZ92F3bUfSPQcbGmlM=",
        ),
        None,
        1_175_046_589,
    ),
];

#[test]
fn headers_of_version_2_are_signed_as_aws_signs_them() {
    for (vector, bucket, now_s) in V2_OF_AWS {
        let authorization = |wrong| format!("AWS AKIAIOSFODNN7EXAMPLE:{}", altered(vector.3, wrong));
        let good = signed(vector, &authorization(false));
        let caller = strict(&good, *now_s, *bucket).unwrap();
        assert_eq!((caller.access_key.as_deref(), caller.region), (Some("AKIAIOSFODNN7EXAMPLE"), None));
        assert_eq!(strict(&good, now_s + 901, *bucket).unwrap_err().code, "RequestTimeTooSkewed");
        let wrong = signed(vector, &authorization(true));
        assert_eq!(strict(&wrong, *now_s, *bucket).unwrap_err(), S3AuthError::mismatch(), "{}", vector.1);
        lenient(&wrong, 0).unwrap();
    }
    let uri = "http://johnsmith.s3.amazonaws.com/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&\
               Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
    strict(&head("GET", uri, &[]), 1_175_139_620, Some("johnsmith")).unwrap();
}

#[test]
fn version_2_needs_a_date_after_1970() {
    let key = ("authorization", "AWS AKIDEXAMPLE:FWeDfwojDSdS2Ztmpfeubhd9isU=");
    for date in ["Bad Date", "", "Fri, 07 Jul 1950 21:53:04 GMT"] {
        let request = head("PUT", "/b/k", &[key, ("x-amz-date", date)]);
        assert_eq!(strict(&request, SIGNED_AT, None).unwrap_err(), no_date(), "{date}");
    }
    let request = head("PUT", "/b/k", &[key, ("x-amz-date", "Wed, 07 Jul 9999 21:53:04 GMT")]);
    assert_eq!(strict(&request, SIGNED_AT, None).unwrap_err().code, "RequestTimeTooSkewed");
    let unknown = head("PUT", "/b/k", &[("authorization", "AWS AKIAIGR7ZNNBHC5BKSUB:FWeDfwojDSdS2Z=")]);
    assert_eq!(strict(&unknown, SIGNED_AT, None).unwrap_err().code, "InvalidAccessKeyId");
}

#[test]
fn who_does_not_sign_is_anonymous() {
    for headers in [&[][..], &[("authorization", "")]] {
        let caller = strict(&head("GET", "/b/k?list-type=2", headers), 0, None).unwrap();
        assert_eq!((caller.access_key, caller.payload), (None, DeclaredPayload::Unsigned));
    }
}

proptest! {
    #[test]
    fn no_claim_makes_it_panic(
        authorization in "(AWS4-HMAC-SHA256 |AWS )?[ -~ä]{0,40}",
        query in "((X-Amz-(Algorithm|Credential|Date|Expires|Signature|SignedHeaders)|Signature|Expires|\
                  AWSAccessKeyId|acl)=[!-%'-~]{0,20}&){0,8}",
        date in "[ -~ä]{0,30}",
    ) {
        let uri: Result<http::Uri, _> = format!("/b/k?{query}").parse();
        prop_assume!(uri.is_ok());
        let uri = uri.unwrap().to_string();
        for headers in [&[][..], &[("authorization", authorization.as_str()), ("x-amz-date", &date)]] {
            let head = head("GET", &uri, headers);
            let _ = (strict(&head, SIGNED_AT, Some("b")), lenient(&head, SIGNED_AT));
        }
    }
}
