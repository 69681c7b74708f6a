//! A server on a free port with a clock that stands still, and a client that sends raw bytes.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wavetank_emulator::athena::SqlRunner;
use wavetank_emulator::http::{Credentials, Server, ServerClock, ServerOptions};
use wavetank_emulator::{Identity, Settings, Storage, Tenants, Timestamp};

/// 2015-08-30T12:36:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_440_938_160_000);

/// Headers of a signed call, as lenient servers take it.
pub const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20150830/us-east-1/kinesis/aws4_request, \
                          SignedHeaders=host, Signature=00\r\nX-Amz-Date: 20150830T123600Z\r\n";
pub const JSON: &str = "Content-Type: application/x-amz-json-1.1\r\n";
pub const CBOR: &str = "Content-Type: application/x-amz-cbor-1.1\r\n";

pub struct Rig {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// An answer taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Runs a test on a runtime of its own.
pub fn run(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(test);
}

impl Rig {
    pub fn start() -> Self {
        Self::with(Storage::Memory, ServerOptions::default())
    }

    /// One whose calls wait for the disk.
    pub fn in_folder(folder: &Path) -> Self {
        Self::with(Storage::Directory(folder.to_owned()), ServerOptions::default())
    }

    pub fn strict(access_key: &str, secret_key: &str) -> Self {
        let credentials =
            Credentials { access_key: access_key.to_owned(), secret_key: secret_key.to_owned() };
        Self::with(
            Storage::Memory,
            ServerOptions { strict_auth: vec![credentials], ..ServerOptions::default() },
        )
    }

    pub fn with_tls(folder: &Path) -> Self {
        Self::with(
            Storage::Memory,
            ServerOptions { tls_folder: Some(folder.to_owned()), ..ServerOptions::default() },
        )
    }

    /// One that runs queries.
    pub fn with_sql(runner: Arc<dyn SqlRunner>) -> Self {
        let (home, settings) = (Identity::default(), Settings::default());
        let tenants = Tenants::with_sql(Storage::Memory, home, settings, runner).unwrap();
        Self::serve(tenants, ServerOptions::default())
    }

    fn with(storage: Storage, options: ServerOptions) -> Self {
        let tenants = Tenants::open(storage, Identity::default(), Settings::default()).unwrap();
        Self::serve(tenants, options)
    }

    fn serve(tenants: Tenants, options: ServerOptions) -> Self {
        let tenants = Arc::new(tenants);
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), options).unwrap();
        let address = server.local_addr().unwrap();
        let clock = Arc::new(ServerClock::new(|| NOW));
        let (stop, stopped) = oneshot::channel();
        let ended = async { stopped.await.unwrap_or_default() };
        let served = tokio::spawn(server.serve(tenants, clock, ended));
        Self { address, stop, served }
    }

    /// Ends the server, and waits until it has ended.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends a request on a connection of its own; headers end in CR LF each.
    pub async fn send(&self, line: &str, headers: &str, body: impl AsRef<[u8]>) -> Answer {
        let mut stream = self.connect().await;
        stream.write_all(&request(line, headers, body.as_ref())).await.unwrap();
        read_answer(&mut stream).await
    }

    /// A signed call of Athena in JSON.
    pub async fn athena(&self, operation: &str, body: &str) -> Answer {
        let headers = format!("{JSON}{SIGNED}X-Amz-Target: AmazonAthena.{operation}\r\n");
        self.send("POST /", &headers, body).await
    }

    /// A signed call of Kinesis in JSON.
    pub async fn kinesis(&self, operation: &str, body: &str) -> Answer {
        let headers = format!("{JSON}{SIGNED}X-Amz-Target: Kinesis_20131202.{operation}\r\n");
        self.send("POST /", &headers, body).await
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Compares the status, the content type and the body.
    #[track_caller]
    pub fn is(&self, status: u16, content_type: Option<&str>, body: &str) -> &Self {
        let found = (self.status, self.header("content-type"), self.text());
        assert_eq!(found, (status, content_type, body), "{self:?}");
        self
    }

    /// An error of an AWS JSON service.
    #[track_caller]
    pub fn is_error(&self, code: &str, message: &str) -> &Self {
        let body = match message {
            "" => format!("{{\"__type\":\"{code}\"}}"),
            message => format!("{{\"__type\":\"{code}\",\"message\":\"{message}\"}}"),
        };
        assert_eq!(self.header("x-amzn-errortype"), Some(code));
        self.is(400, Some("application/x-amz-json-1.1"), &body)
    }
}

/// The bytes of a request.
pub fn request(line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{headers}\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads one answer, whose length its head tells.
pub async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let byte = stream.read_u8().await.unwrap();
        bytes.push(byte);
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or((line.trim_end_matches(':'), ""));
        (name.to_ascii_lowercase(), value.to_owned())
    });
    let mut answer = Answer { status, headers: headers.collect(), body: Vec::new() };
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    answer.body = vec![0; length];
    stream.read_exact(&mut answer.body).await.unwrap();
    answer
}
