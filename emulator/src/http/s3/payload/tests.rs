//! Bodies in every form, cut anywhere.
//!
//! Source of the signatures: the examples of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html> and
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use http_body_util::Full;
use proptest::prelude::*;

use super::sample::{End, Pieces};
use super::*;
use crate::http::auth::SigningScope;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_WITH_TRAILERS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

type Headers<'a> = &'a [(&'a str, &'a str)];
/// What was read, and the trailers behind it.
type Read = Result<(Vec<u8>, Vec<(String, String)>), PayloadError>;

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(test)
}

fn payload<B: Body<Data = Bytes> + Unpin>(
    headers: Headers<'_>,
    signing: Option<ChunkSigning>,
    body: B,
) -> Payload<B> {
    let mut request = http::Request::put("/bucket/key");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let head = request.body(()).unwrap().into_parts().0;
    Payload::new(&head, DeclaredPayload::of(&head.headers).unwrap(), signing, body)
}

async fn collect<B: Body<Data = Bytes> + Unpin>(mut payload: Payload<B>) -> Read {
    let mut data = Vec::new();
    while let Some(piece) = payload.next().await? {
        assert!(!piece.is_empty());
        data.extend_from_slice(&piece);
    }
    assert_eq!(payload.next().await, Ok(None), "the end stays");
    Ok((data, payload.trailers().to_vec()))
}

fn read(headers: Headers<'_>, signing: Option<ChunkSigning>, body: &[u8], sizes: &[usize]) -> Read {
    run(collect(payload(headers, signing, Pieces::cut(body, sizes))))
}

fn sha256(form: &str) -> [(&str, &str); 1] {
    [("x-amz-content-sha256", form)]
}

fn signing(seed: &str) -> ChunkSigning {
    let scope = SigningScope { region: "us-east-1", service: "s3" };
    ChunkSigning::new(SECRET, &scope, "20130524T000000Z", seed)
}

fn trailer(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// AWS's example: 66,560 times `a`, in two chunks.
fn example(signatures: [&str; 3], end: &str) -> Vec<u8> {
    let [first, second, last] = signatures;
    let mut body = format!("10000;chunk-signature={first}\r\n").into_bytes();
    body.extend_from_slice(&[b'a'; 65_536]);
    body.extend_from_slice(format!("\r\n400;chunk-signature={second}\r\n").as_bytes());
    body.extend_from_slice(&[b'a'; 1024]);
    body.extend_from_slice(format!("\r\n0;chunk-signature={last}\r\n{end}").as_bytes());
    body
}

const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const SIGNATURES: [&str; 3] = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];

const SEED_WITH_TRAILERS: &str = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
const SIGNATURES_WITH_TRAILERS: [&str; 3] = [
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
];
const TRAILER_SIGNATURE: &str = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435";

#[test]
fn chunks_of_the_documentation_are_signed_rightly() {
    let body = example(SIGNATURES, "\r\n");
    let headers = [("x-amz-content-sha256", SIGNED), ("x-amz-decoded-content-length", "66560")];
    for sizes in [&[usize::MAX][..], &[1], &[7, 8192, 3]] {
        let (data, trailers) = read(&headers, Some(signing(SEED)), &body, sizes).unwrap();
        assert_eq!((data, trailers), (vec![b'a'; 66_560], Vec::new()));
    }
}

#[test]
fn trailers_of_the_documentation_are_signed_rightly_however_lines_end() {
    let headers =
        [("x-amz-content-sha256", SIGNED_WITH_TRAILERS), ("x-amz-trailer", "X-Amz-Checksum-CRC32C")];
    for [between, end] in [["\r\n", "\r\n\r\n"], ["\n", "\n"], ["\n\r\n\r\n", "\r\n\r\n\r\n"], ["\r\n", ""]] {
        let trailers = format!(
            "x-amz-checksum-crc32c:sOO8/Q=={between}x-amz-trailer-signature:{TRAILER_SIGNATURE}{end}"
        );
        let body = example(SIGNATURES_WITH_TRAILERS, &trailers);
        for sizes in [[usize::MAX], [5000]] {
            let (data, trailers) = read(&headers, Some(signing(SEED_WITH_TRAILERS)), &body, &sizes).unwrap();
            assert_eq!(data.len(), 66_560);
            assert_eq!(trailers, [trailer("x-amz-checksum-crc32c", "sOO8/Q==")]);
        }
    }
}

#[test]
fn wrong_signatures_are_refused_where_they_are_checked() {
    let mut wrong = SIGNATURES;
    wrong[1] = SIGNATURES[0];
    let mut altered = example(SIGNATURES, "\r\n");
    altered[1000] = b'b';
    let unsigned =
        String::from_utf8(example(SIGNATURES, "\r\n")).unwrap().replace(";chunk-signature=", ";x=");
    for body in [&example(wrong, "\r\n")[..], &altered, unsigned.as_bytes()] {
        let headers = sha256(SIGNED);
        let refused = read(&headers, Some(signing(SEED)), body, &[usize::MAX]);
        assert_eq!(refused, Err(PayloadError::SignatureMismatch));
        assert_eq!(read(&headers, None, body, &[usize::MAX]).unwrap().0.len(), 66_560);
    }
    let trailers = format!("x-amz-checksum-crc32c:AAAA\r\nx-amz-trailer-signature:{TRAILER_SIGNATURE}\r\n");
    let body = example(SIGNATURES_WITH_TRAILERS, &trailers);
    let refused =
        read(&sha256(SIGNED_WITH_TRAILERS), Some(signing(SEED_WITH_TRAILERS)), &body, &[usize::MAX]);
    assert_eq!(refused, Err(PayloadError::SignatureMismatch));
}

#[test]
fn bodies_as_they_are_end_with_their_digest() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let none: Read = Ok((b"abc".to_vec(), Vec::new()));
    for declared in [&[][..], &sha256("UNSIGNED-PAYLOAD"), &sha256(abc), &sha256(&abc.to_uppercase())] {
        assert_eq!(run(collect(payload(declared, None, Full::from("abc")))), none);
    }
    let refused = read(&sha256(abc), None, b"abd", &[1]);
    assert_eq!(refused, Err(PayloadError::DigestMismatch));
    let length = payload(&[("content-length", "3")], None, Full::from("abc")).length();
    assert_eq!(length, Some(3));
}

#[test]
fn unsigned_chunks_may_be_small_and_without_a_length() {
    let body = b"3\r\nabc\r\n4;a=b\r\ndefg\r\n0\r\nX-Amz-Checksum-Crc32: AAAAAA== \r\n\r\n";
    let expected: Read = Ok((b"abcdefg".to_vec(), vec![trailer("x-amz-checksum-crc32", "AAAAAA==")]));
    assert_eq!(read(&sha256(UNSIGNED), Some(signing(SEED)), body, &[2]), expected);
    let encoding = [("content-encoding", "aws-chunked"), ("x-amz-trailer", "x-amz-checksum-crc32")];
    assert_eq!(read(&encoding, None, body, &[3]), expected);
}

#[test]
fn broken_chunks_are_named_by_what_is_wrong_with_them() {
    let check = |headers: &[(&str, &str)], body: &str, expected: PayloadError| {
        for sizes in [[usize::MAX], [1]] {
            assert_eq!(read(headers, None, body.as_bytes(), &sizes), Err(expected), "{body}");
        }
    };
    let unsigned = sha256(UNSIGNED);
    for cut in ["", "3", "3\r\nab", "3\r\nabc", "3\r\nabc\r\n"] {
        check(&unsigned, cut, PayloadError::Cut);
    }
    for malformed in ["x\r\n", "\r\n", "+3\r\nabc", "10000000000000000\r\n", "3\r\nabcd\r\n", "3 \r\nabc"] {
        check(&unsigned, malformed, PayloadError::Malformed);
    }
    check(&unsigned, &"1".repeat(2000), PayloadError::Malformed);
    check(&unsigned, "1\r\na\r\nffffffffffffffff\r\n", PayloadError::Malformed);
    check(&unsigned, "0\r\nno trailer\r\n", PayloadError::MalformedTrailer);
    check(&unsigned, "0\r\na b: c\r\n", PayloadError::MalformedTrailer);
    check(&unsigned, &format!("0\r\na:{}", "b".repeat(2000)), PayloadError::MalformedTrailer);
    check(&unsigned, &format!("0\r\n{}", "abc: def\r\n".repeat(2000)), PayloadError::MalformedTrailer);
    let announced = [unsigned[0], ("x-amz-trailer", "x-amz-checksum-sha1")];
    check(&announced, "0\r\n\r\n", PayloadError::MalformedTrailer);
    check(&sha256(SIGNED), "0\r\na:b\r\n", PayloadError::MalformedTrailer);
    check(&sha256(SIGNED), "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", PayloadError::ChunkTooSmall);
    for length in ["2", "4"] {
        let declared = [unsigned[0], ("x-amz-decoded-content-length", length)];
        check(&declared, "3\r\nabc\r\n0\r\n\r\n", PayloadError::Incomplete);
    }
}

#[test]
fn clients_that_go_or_fall_silent_are_told_so_and_stay_told() {
    for (end, expected) in [(End::Broken, PayloadError::Incomplete), (End::Silent, PayloadError::TooSlow)] {
        let body = Pieces { pieces: [Bytes::from("abc")].into(), end };
        let mut payload = payload(&[], None, body);
        payload.patience = Duration::from_millis(1);
        run(async {
            assert_eq!(payload.next().await, Ok(Some(Bytes::from("abc"))));
            assert_eq!(payload.next().await, Err(expected));
            assert_eq!(payload.next().await, Err(expected));
        });
    }
}

#[test]
fn pieces_are_slices_of_what_arrived() {
    let body = Bytes::from("3\r\nabc\r\n0\r\n\r\n");
    let mut payload = payload(&sha256(UNSIGNED), None, Full::new(body.clone()));
    let piece = run(payload.next()).unwrap().unwrap();
    assert_eq!(piece.as_ptr(), body[3..].as_ptr());
}

/// Chunks without signatures, as clients send them.
fn encode(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in chunks {
        body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
    body
}

proptest! {
    #[test]
    fn where_a_body_is_cut_does_not_matter(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..8),
        sizes in prop::collection::vec(1usize..40, 1..6),
    ) {
        let (data, trailers) = read(&sha256(UNSIGNED), None, &encode(&chunks), &sizes).unwrap();
        prop_assert_eq!(data, chunks.concat());
        prop_assert_eq!(trailers, [trailer("x-amz-checksum-crc32", "AAAAAA==")]);
    }

    #[test]
    fn no_bytes_make_it_panic_and_cuts_change_no_outcome(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[0-3a;:=\r\n]{0,60}".prop_map(String::into_bytes),
        ],
        sizes in prop::collection::vec(1usize..10, 1..4),
    ) {
        for form in [UNSIGNED, SIGNED, SIGNED_WITH_TRAILERS] {
            for signing in [None, Some(signing(SEED))] {
                let whole = read(&sha256(form), signing.clone(), &body, &[usize::MAX]);
                prop_assert_eq!(&read(&sha256(form), signing, &body, &sizes), &whole);
            }
        }
    }
}
