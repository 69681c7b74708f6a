//! HTTP/2, TLS, and the end of a server.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::rig::{JSON, Rig, SIGNED, read_answer, request, run};

const LIST: &str = "X-Amz-Target: Kinesis_20131202.ListStreams\r\n";

/// Makes so many calls side by side on one connection of HTTP/2.
async fn list_over_http2(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, calls: usize) {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(io)).await.unwrap();
    let connection = tokio::spawn(connection);
    let calls: Vec<_> = (0..calls)
        .map(|_| {
            let mut sender = sender.clone();
            tokio::spawn(async move {
                let request = http::Request::post("http://localhost/")
                    .header("content-type", "application/x-amz-json-1.1")
                    .header("x-amz-target", "Kinesis_20131202.ListStreams")
                    .header("authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0")
                    .header("x-amz-date", "20150830T123600Z")
                    .body(Full::new(Bytes::from_static(b"{}")));
                let response = sender.send_request(request.unwrap()).await.unwrap();
                assert_eq!(response.status(), 200);
                let body = response.into_body().collect().await.unwrap().to_bytes();
                assert!(body.starts_with(b"{\"StreamNames\":[]"), "{body:?}");
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    drop(sender);
    connection.await.unwrap().unwrap();
}

async fn tls(
    rig: &Rig,
    certificate: &[u8],
    name: &str,
    protocols: &[&str],
) -> TlsStream<tokio::net::TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, rig.connect().await).await.unwrap()
}

#[test]
fn http2_needs_no_upgrade() {
    run(async {
        let rig = Rig::start();
        list_over_http2(rig.connect().await, 50).await;
        rig.stop().await;
    });
}

#[test]
fn one_port_is_plain_and_encrypted() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let rig = Rig::with_tls(folder.path());
        let certificate = std::fs::read(folder.path().join("localhost.pem")).unwrap();
        assert_eq!(rig.kinesis("ListStreams", "{}").await.status, 200);
        let call = request("POST /", &format!("{JSON}{LIST}{SIGNED}"), b"{}");
        for name in ["localhost", "kinesis.localhost", "lake.s3.localhost", "127.0.0.1"] {
            let mut stream = tls(&rig, &certificate, name, &["http/1.1"]).await;
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            stream.write_all(&call).await.unwrap();
            assert_eq!(read_answer(&mut stream).await.status, 200);
        }
        let mut stream = tls(&rig, &certificate, "localhost", &[]).await;
        stream.write_all(&call).await.unwrap();
        assert_eq!(read_answer(&mut stream).await.status, 200);
        let stream = tls(&rig, &certificate, "localhost", &["h2", "http/1.1"]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        list_over_http2(stream, 10).await;
        list_over_http2(rig.connect().await, 10).await;
        rig.stop().await;
    });
}

#[test]
fn server_that_ends_lets_calls_in_flight_end() {
    run(async {
        let rig = Rig::start();
        let mut idle = rig.connect().await;
        let mut kept = rig.connect().await;
        let call = request("POST /", &format!("{JSON}{LIST}{SIGNED}"), b"{}");
        kept.write_all(&call).await.unwrap();
        assert_eq!(read_answer(&mut kept).await.status, 200);
        // A call of which the head has arrived: the server asks for the rest.
        let mut in_flight = rig.connect().await;
        let head = format!(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n{JSON}{LIST}{SIGNED}\r\n"
        );
        in_flight.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(read_answer(&mut in_flight).await.status, 100);
        let address = rig.address;
        let stopped = tokio::spawn(rig.stop());
        assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
        assert_eq!(kept.read(&mut [0]).await.unwrap(), 0);
        in_flight.write_all(b"{}").await.unwrap();
        let answer = read_answer(&mut in_flight).await;
        assert_eq!(answer.status, 200);
        assert_eq!(in_flight.read(&mut [0]).await.unwrap(), 0);
        stopped.await.unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    });
}
