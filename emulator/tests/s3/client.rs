//! A client that says what it means byte for byte, on a connection that it keeps.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::BUCKET;

/// Headers of a signed call, as lenient servers take it.
const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20150830/us-east-1/s3/aws4_request, \
                      SignedHeaders=host, Signature=00\r\nX-Amz-Date: 20150830T123600Z\r\n\
                      X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n";

pub struct Client {
    stream: TcpStream,
}

/// An answer taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    /// Sends a request and reads its answer; headers end in CR LF each.
    pub async fn call(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        self.send(method, target, headers, body).await;
        let mut answer = self.read_head().await;
        let bodiless = method == "HEAD" || answer.status == 204 || answer.status == 304;
        answer.body = vec![0; if bodiless { 0 } else { answer.length() }];
        self.read_exact(&mut answer.body).await;
        answer
    }

    pub async fn send(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) {
        self.send_announced(method, target, headers, (body.len(), body)).await;
    }

    /// Sends a request and announces a length of its body that may be another.
    pub async fn send_announced(
        &mut self,
        method: &str,
        target: &str,
        headers: &str,
        (length, body): (usize, &[u8]),
    ) {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{SIGNED}{headers}\r\n"
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.write_all(&bytes).await.unwrap();
    }

    /// The answer without its body.
    pub async fn read_head(&mut self) -> Answer {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(self.stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(bytes).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        });
        Answer { status, headers: headers.collect(), body: Vec::new() }
    }

    pub async fn read_exact(&mut self, bytes: &mut [u8]) {
        self.stream.read_exact(bytes).await.unwrap();
    }

    /// Puts an object whose key needs no encoding.
    pub async fn put(&mut self, key: &str, headers: &str, body: &[u8]) -> Answer {
        self.call("PUT", &format!("/{BUCKET}/{key}"), headers, body).await
    }

    pub async fn get(&mut self, key: &str) -> Answer {
        self.call("GET", &format!("/{BUCKET}/{key}"), "", b"").await
    }

    pub async fn delete(&mut self, key: &str) -> Answer {
        self.call("DELETE", &format!("/{BUCKET}/{key}"), "", b"").await
    }

    /// The keys with a prefix, up to a page of them.
    pub async fn list(&mut self, prefix: &str) -> Vec<String> {
        let target = format!("/{BUCKET}?list-type=2&encoding-type=url&prefix={prefix}");
        let answer = self.call("GET", &target, "", b"").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.elements("Key").into_iter().map(decoded).collect()
    }

    /// Uploads an object in parts and answers its ETag.
    pub async fn upload(&mut self, key: &str, parts: &[&[u8]]) -> String {
        let started = self.call("POST", &format!("/{BUCKET}/{key}?uploads"), "", b"").await;
        let upload_id = started.elements("UploadId")[0].to_owned();
        let mut named = String::new();
        for (part, number) in parts.iter().zip(1..) {
            let target = format!("/{BUCKET}/{key}?partNumber={number}&uploadId={upload_id}");
            let answer = self.call("PUT", &target, "", part).await;
            let e_tag = answer.header("etag").unwrap();
            named += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{e_tag}</ETag></Part>");
        }
        let body = format!("<CompleteMultipartUpload>{named}</CompleteMultipartUpload>");
        let target = format!("/{BUCKET}/{key}?uploadId={upload_id}");
        let answer = self.call("POST", &target, "", body.as_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.elements("ETag")[0].replace("&quot;", "").replace('"', "")
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Bytes of the body, as the head tells.
    pub fn length(&self) -> usize {
        self.header("content-length").map_or(0, |length| length.parse().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The texts of all elements of a name that hold nothing but text.
    pub fn elements(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = self.text().split(open.as_str()).skip(1);
        pieces.map(|piece| piece.split(close.as_str()).next().unwrap()).collect()
    }
}

/// A text in which every byte that is not of the plainest is written as `%XX`, but for slashes.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// The text that was encoded so.
pub fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let length = if *first == b'%' { 2 } else { 0 };
        let (digits, after) = after.split_at(length);
        bytes.push(match std::str::from_utf8(digits).unwrap() {
            "" => *first,
            digits => u8::from_str_radix(digits, 16).unwrap(),
        });
        rest = after;
    }
    String::from_utf8(bytes).unwrap()
}
