//! What no honest client sends: the server answers or hangs up, and goes on serving.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{CBOR, JSON, Rig, SIGNED, read_answer, request, run};

const LIMIT: usize = 16 * 1024 * 1024;
const LIST: &str = "X-Amz-Target: Kinesis_20131202.ListStreams\r\n";

#[track_caller]
fn assert_refused(answer: &[u8], status: &str) {
    let text = String::from_utf8_lossy(answer);
    assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
}

/// Sends bytes and reads until the server hangs up.
async fn until_hung_up(rig: &Rig, bytes: &[u8]) -> Vec<u8> {
    let mut stream = rig.connect().await;
    // A server that has heard enough may hang up before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

async fn still_serves(rig: &Rig) {
    assert_eq!(rig.kinesis("ListStreams", "{}").await.status, 200);
}

#[test]
fn bodies_up_to_the_limit_are_read_and_no_more() {
    run(async {
        let rig = Rig::start();
        let headers = format!("{JSON}{LIST}{SIGNED}");
        let mut body = vec![b' '; LIMIT];
        body[LIMIT - 2..].copy_from_slice(b"{}");
        assert_eq!(rig.send("POST /", &headers, &body).await.status, 200);
        body.push(b' ');
        assert_eq!(rig.send("POST /", &headers, &body).await.status, 413);

        let mut stream = rig.connect().await;
        let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{headers}Transfer-Encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..=16 {
            stream.write_all(b"100000\r\n").await.unwrap();
            stream.write_all(&body[..0x10_0000]).await.unwrap();
            stream.write_all(b"\r\n").await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        assert_eq!(read_answer(&mut stream).await.status, 413);
        still_serves(&rig).await;
        rig.stop().await;
    });
}

#[test]
fn clients_that_wait_for_permission_are_answered_before_they_send() {
    run(async {
        let rig = Rig::start();
        let head = |length: usize| {
            format!(
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n{JSON}\r\n"
            )
        };
        let mut stream = rig.connect().await;
        stream.write_all(head(LIMIT + 1).as_bytes()).await.unwrap();
        assert_eq!(read_answer(&mut stream).await.status, 413);
        let mut stream = rig.connect().await;
        stream.write_all(head(2).as_bytes()).await.unwrap();
        assert_eq!(read_answer(&mut stream).await.status, 100);
        stream.write_all(b"{}").await.unwrap();
        assert_eq!(read_answer(&mut stream).await.status, 400);
        rig.stop().await;
    });
}

#[test]
fn broken_bodies_are_serialization_exceptions() {
    run(async {
        let rig = Rig::start();
        let deep_json = [b"{\"a\":".repeat(100_000), b"1".to_vec()].concat();
        let deep_cbor = [vec![0x81; 100_000], vec![0x01]].concat();
        let not_utf8 = b"{\"ExclusiveStartStreamName\":\"\xff\xfe\"}".to_vec();
        let cases =
            [(JSON, deep_json), (CBOR, deep_cbor), (JSON, not_utf8), (JSON, b"{\"a\":\"\\ud800\"".to_vec())];
        for (content_type, body) in cases {
            for signed in [SIGNED, ""] {
                let answer = rig.send("POST /", &format!("{content_type}{LIST}{signed}"), &body).await;
                assert_eq!(answer.status, 400);
                let text = String::from_utf8_lossy(&answer.body);
                let is_refusal = text.contains("SerializationException")
                    || signed.is_empty() && text.contains("MissingAuthenticationTokenException");
                assert!(is_refusal, "{text}");
            }
        }
        still_serves(&rig).await;
        rig.stop().await;
    });
}

#[test]
fn floods_of_headers_are_refused() {
    run(async {
        let rig = Rig::start();
        let many: String = (0..1000).map(|number| format!("X-{number}: a\r\n")).collect();
        assert_refused(&until_hung_up(&rig, &request("POST /", &many, b"")).await, "431");
        let long = format!("X-Long: {}\r\n", "a".repeat(1024 * 1024));
        assert_refused(&until_hung_up(&rig, &request("POST /", &long, b"")).await, "431");
        still_serves(&rig).await;
        rig.stop().await;
    });
}

#[test]
fn what_is_no_http_is_hung_up_on() {
    run(async {
        let rig = Rig::start();
        let cases: [&[u8]; 6] = [
            b"\x16\x03\x01\x00\x05hello\r\n\r\n",
            b"\r\n\r\nnonsense\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nno frames at all, and long enough to be one",
        ];
        for bytes in cases {
            let answer = until_hung_up(&rig, bytes).await;
            let text = String::from_utf8_lossy(&answer);
            assert!(!text.starts_with("HTTP/1.1 200"), "{text}");
        }
        still_serves(&rig).await;
        rig.stop().await;
    });
}

#[test]
fn paths_and_queries_lead_nowhere_else() {
    run(async {
        let rig = Rig::start();
        let headers = format!("{JSON}{LIST}{SIGNED}");
        for path in ["//", "/../../etc/passwd", "/%00", "/%", "/_wavetank%2Freset", "/?%=%&&=&a", "*"] {
            // As AWS, which does not look at the path of such a call.
            assert_eq!(rig.send(&format!("POST {path}"), &headers, "{}").await.status, 200, "{path}");
        }
        rig.stop().await;
    });
}

#[test]
fn requests_in_a_row_are_answered_in_their_order() {
    run(async {
        let rig = Rig::start();
        let headers = format!("{JSON}{LIST}{SIGNED}");
        let mut stream = rig.connect().await;
        let one =
            [request("POST /", &headers, b"{}"), request("POST /", JSON, b"{}"), request("GET /", "", b"")];
        stream.write_all(&one.concat().repeat(20)).await.unwrap();
        for _ in 0..20 {
            for status in [200, 400, 403] {
                assert_eq!(read_answer(&mut stream).await.status, status);
            }
        }
        rig.stop().await;
    });
}

#[test]
fn hundreds_of_idle_and_slow_connections_keep_nobody_waiting() {
    run(async {
        let rig = Rig::start();
        let mut streams: Vec<TcpStream> = Vec::new();
        for index in 0..300 {
            let mut stream = rig.connect().await;
            let said: &[u8] = match index % 4 {
                0 => b"",
                1 => b"P",
                2 => b"POST / HTTP/1.1\r\nHost: h\r\nX-Slow: ",
                _ => b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16000000\r\n\r\n{",
            };
            stream.write_all(said).await.unwrap();
            streams.push(stream);
        }
        still_serves(&rig).await;
        for stream in streams.iter_mut().skip(1).step_by(4) {
            let rest = request("OST /", &format!("{JSON}{LIST}{SIGNED}"), b"{}");
            stream.write_all(&rest).await.unwrap();
            assert_eq!(read_answer(stream).await.status, 200);
        }
        drop(streams);
        rig.stop().await;
    });
}
