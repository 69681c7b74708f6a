//! How fast content goes to S3 and comes back, beside a bare hyper server that stores and sends the same bytes; and
//! whether a page late in a long listing costs what the first does.
//!
//! Both servers run in this process and are driven by the same client over the same sockets: HTTP/1.1, no TLS, bodies
//! of 1 MiB. The bare server knows nothing but a map from paths to bodies: in memory, or in a file each that is on the
//! disk, with its folder, before the answer goes out. One of them does no more (`bare`), another also makes the
//! MD5 that S3 answers as ETag (`bare-md5`): the difference between the two is what the ETag costs anybody. Ratios are
//! medians of rounds in which the servers take turns.
//!
//! `CONNECTIONS` (comma-separated), `ROUND_REQUESTS` and `OBJECTS` replace the defaults. Under `cargo test` it runs
//! once, small.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use md5::{Digest, Md5};
use tokio::runtime::Runtime;
use wavetank::emulator::http::{Server, ServerClock, ServerOptions};
use wavetank::emulator::s3::{CreateBucket, ListObjectsV2, PutObject, PutObjectRequest, input};
use wavetank::emulator::{Emulator, Identity, Settings, Storage, Tenants, Timestamp};

mod common;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BODY_BYTES: usize = 1024 * 1024;
/// Keys that a connection writes in turn, and reads.
const KEYS: usize = 8;
const ROUNDS: usize = 9;
const BUCKET: &str = "lake";
const NOW: Timestamp = Timestamp::from_millis(1_767_607_200_000);

/// What clients send beside a body; a lenient server takes any signature.
const SIGNED: &str = "host: 127.0.0.1\r\n\
    user-agent: aws-sdk-rust/1.3.14 os/linux lang/rust/1.94.0\r\n\
    x-amz-date: 20260105T100000Z\r\n\
    x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n\
    amz-sdk-invocation-id: 6f2f8d0c-5a8c-4a5e-9a4b-2f8d0c5a8c4a\r\n\
    amz-sdk-request: attempt=1; max=3\r\n\
    authorization: AWS4-HMAC-SHA256 Credential=test/20260105/us-east-1/s3/aws4_request, \
    SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
    Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n";

fn numbers(variable: &str, measured: &str, tried: &str) -> Vec<usize> {
    let default = if common::is_measured() { measured } else { tried };
    let text = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    text.split(',').map(|number| number.trim().parse().expect("a number")).collect()
}

/// Bytes that do not repeat within a body, the same in every run.
fn body() -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..BODY_BYTES / 8).flat_map(|_| next()).collect::<Vec<u8>>().into()
}

/// The bare server: what any server has to do, and nothing else.
struct Bare {
    bodies: Mutex<BTreeMap<String, Body>>,
    folder: Option<PathBuf>,
    with_md5: bool,
    next: AtomicU64,
}

#[derive(Clone)]
enum Body {
    Bytes(Bytes),
    File(PathBuf),
}

impl Bare {
    fn new(folder: Option<PathBuf>, with_md5: bool) -> Self {
        Self { bodies: Mutex::default(), folder, with_md5, next: AtomicU64::new(0) }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        if request.method() == Method::PUT {
            let body = request.into_body().collect().await.expect("the body arrives").to_bytes();
            let e_tag = self.with_md5.then(|| Md5::digest(&body));
            let stored = self.store(body);
            let replaced = self.bodies.lock().expect("nobody panics").insert(path, stored);
            if let Some(Body::File(file)) = replaced {
                fs::remove_file(file).expect("the file is there");
            }
            let mut answer = Response::builder();
            if let Some(e_tag) = e_tag {
                answer = answer.header("etag", quoted(&e_tag));
            }
            return answer.body(Full::default()).expect("the answer is valid");
        }
        let found = self.bodies.lock().expect("nobody panics").get(&path).cloned();
        let bytes = match found {
            Some(Body::Bytes(bytes)) => bytes,
            Some(Body::File(file)) => fs::read(file).expect("the file is there").into(),
            None => {
                let answer = Response::builder().status(StatusCode::NOT_FOUND);
                return answer.body(Full::default()).expect("the answer is valid");
            }
        };
        Response::new(Full::new(bytes))
    }

    fn store(&self, body: Bytes) -> Body {
        let Some(folder) = &self.folder else { return Body::Bytes(body) };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = folder.join(format!("{:02x}", id & 0xff));
        tokio::task::block_in_place(|| {
            fs::create_dir_all(&folder).expect("the folder can be made");
            let path = folder.join(format!("{id:016x}"));
            let mut file = File::create(&path).expect("the file can be made");
            file.write_all(&body).expect("the disk has room");
            file.sync_all().expect("the disk works");
            File::open(&folder).and_then(|folder| folder.sync_all()).expect("the disk works");
            Body::File(path)
        })
    }

    /// Serves on a port, which is answered, until the runtime ends.
    fn start(self, runtime: &Runtime) -> SocketAddr {
        let bind = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = runtime.block_on(bind).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let bare = Arc::new(self);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("the socket takes it");
                let bare = bare.clone();
                let answer = service_fn(move |request| {
                    let bare = bare.clone();
                    async move { Ok::<_, Infallible>(bare.answer(request).await) }
                });
                let mut http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.half_close(true).serve_connection(TokioIo::new(stream), answer));
            }
        });
        address
    }
}

/// Serves S3 on a port, which is answered, until the runtime ends.
fn start_wavetank(runtime: &Runtime, storage: Storage) -> SocketAddr {
    let tenants = Tenants::open(storage, Identity::default(), Settings::default()).expect("it opens");
    tenants.home().call::<CreateBucket>(NOW, input::create_bucket(BUCKET)).expect("the bucket is new");
    let _inside = runtime.enter();
    let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), ServerOptions::default());
    let server = server.expect("a port is free");
    let address = server.local_addr().expect("it has an address");
    let clock = Arc::new(ServerClock::new(|| NOW));
    runtime.spawn(server.serve(Arc::new(tenants), clock, std::future::pending()));
    address
}

fn quoted(digest: &[u8]) -> String {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

/// A connection that is kept.
struct Connection {
    stream: BufReader<TcpStream>,
    name: usize,
    /// Of requests that were sent.
    count: usize,
    received: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr, name: usize) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("the socket takes it");
        Self { stream: BufReader::with_capacity(16 * 1024, stream), name, count: 0, received: Vec::new() }
    }

    /// Sends a request for the next key; answers the ETag, if there is one.
    fn send(&mut self, method: &Method, body: &[u8]) -> Option<String> {
        let key = self.count % KEYS;
        self.count += 1;
        let head = format!("{method} /{BUCKET}/{}/{key} HTTP/1.1\r\n{SIGNED}", self.name);
        let length = match *method == Method::PUT {
            true => format!("content-type: application/octet-stream\r\ncontent-length: {}\r\n", body.len()),
            false => String::new(),
        };
        let stream = self.stream.get_mut();
        stream.write_all(format!("{head}{length}\r\n").as_bytes()).expect("the server reads");
        stream.write_all(body).expect("the server reads");
        self.receive()
    }

    fn receive(&mut self) -> Option<String> {
        let (mut line, mut length, mut e_tag) = (String::new(), 0, None);
        self.stream.read_line(&mut line).expect("the server answers");
        assert!(line.starts_with("HTTP/1.1 200"), "{line}");
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("the server answers");
            match line.trim_end().split_once(": ") {
                Some(("content-length", text)) => length = text.parse().expect("a number"),
                Some(("etag", text)) => e_tag = Some(text.to_owned()),
                Some(_) => {}
                None => break,
            }
        }
        self.received.resize(length, 0);
        self.stream.read_exact(&mut self.received).expect("the answer is whole");
        e_tag
    }
}

/// A server under measure.
struct Subject {
    name: &'static str,
    connections: Vec<Connection>,
}

impl Subject {
    /// Connects, and finds the server to answer what it should.
    fn new(name: &'static str, address: SocketAddr, connections: usize, body: &[u8]) -> Self {
        let connections = (0..connections).map(|name| Connection::open(address, name));
        let mut subject = Self { name, connections: connections.collect() };
        let e_tag = quoted(&Md5::digest(body));
        for connection in &mut subject.connections {
            for _ in 0..KEYS {
                let answered = connection.send(&Method::PUT, body);
                assert!(answered.is_none_or(|answered| answered == e_tag), "a wrong answer has no speed");
            }
            connection.send(&Method::GET, &[]);
            assert!(connection.received == body, "a wrong answer has no speed");
            connection.count = 0;
        }
        subject
    }

    /// Sends so many requests over each connection, all at once.
    fn round(&mut self, method: &Method, body: &[u8], requests: usize) -> Duration {
        let body = if *method == Method::PUT { body } else { &[] };
        let started = Instant::now();
        std::thread::scope(|scope| {
            for connection in &mut self.connections {
                scope.spawn(move || {
                    for _ in 0..requests {
                        black_box(connection.send(method, body));
                    }
                });
            }
        });
        started.elapsed()
    }
}

fn content(criterion: &mut Criterion) {
    let body = body();
    println!("answer: ETag {}", quoted(&Md5::digest(&body)));
    let requests = numbers("ROUND_REQUESTS", "48", "1")[0];
    let rounds = if common::is_measured() { ROUNDS } else { 1 };
    for place in ["memory", "directory"] {
        let runtime = Runtime::new().expect("threads can be had");
        let folder = tempfile::tempdir().expect("there is room");
        let on_disk = |name: &str| (place == "directory").then(|| folder.path().join(name));
        let storage = on_disk("wavetank").map_or(Storage::Memory, Storage::Directory);
        let addresses = [
            ("bare", Bare::new(on_disk("bare"), false).start(&runtime)),
            ("bare-md5", Bare::new(on_disk("bare-md5"), true).start(&runtime)),
            ("wavetank", start_wavetank(&runtime, storage)),
        ];
        for connections in numbers("CONNECTIONS", "1,2,8", "2") {
            let subject = |(name, address)| Subject::new(name, address, connections, &body);
            let mut subjects = addresses.map(subject);
            for method in [Method::PUT, Method::GET] {
                let per_connection = requests.div_ceil(connections);
                compare(&format!("{place}/{method}/{connections}"), rounds, &mut subjects, |subject| {
                    subject.round(&method, &body, per_connection)
                });
                let mut group = criterion.benchmark_group(format!("s3 {method} 1 MiB {place}"));
                group.throughput(Throughput::Bytes((connections * BODY_BYTES) as u64));
                group.sample_size(10).warm_up_time(Duration::from_millis(300));
                group.measurement_time(Duration::from_secs(1));
                for subject in &mut subjects {
                    let id = BenchmarkId::new(subject.name, connections);
                    group.bench_function(id, |bencher| {
                        bencher.iter_custom(|requests| subject.round(&method, &body, requests as usize));
                    });
                }
                group.finish();
            }
        }
        runtime.shutdown_background();
    }
}

/// Has the subjects take turns, and prints the median of each rate, and of its ratio to those before in the same round.
fn compare(what: &str, rounds: usize, subjects: &mut [Subject], round: impl Fn(&mut Subject) -> Duration) {
    let mut times = vec![Vec::new(); subjects.len()];
    for _ in 0..rounds {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            times.push(round(subject).as_secs_f64());
        }
    }
    let requests = subjects[0].connections[0].count / rounds;
    let total = (requests * subjects[0].connections.len()) as f64 * BODY_BYTES as f64 / f64::from(1 << 20);
    for (at, own) in times.iter().enumerate() {
        let rate = median(own.iter().map(|seconds| total / seconds));
        let ratio = |other: &[f64]| median(own.iter().zip(other).map(|(own, other)| other / own));
        let ratios = times[..at].iter().zip(&*subjects);
        let ratios = ratios.map(|(other, subject)| format!(", {:.2} of {}", ratio(other), subject.name));
        println!("{what} {}: {rate:.0} MiB/s{}", subjects[at].name, ratios.collect::<String>());
    }
    let connections = subjects.iter_mut().flat_map(|subject| &mut subject.connections);
    connections.for_each(|connection| connection.count = 0);
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A bucket with so many empty objects under one prefix, in groups of a thousand.
fn filled(storage: Storage, objects: usize) -> Emulator {
    let emulator = Emulator::open(storage, Identity::default()).expect("it opens");
    emulator.call::<CreateBucket>(NOW, input::create_bucket(BUCKET)).expect("the bucket is new");
    for n in 0..objects {
        let key = format!("events/{:03}/{:03}", n / 1000, n % 1000);
        emulator.call::<PutObject>(NOW, PutObjectRequest::new(BUCKET, key, "")).expect("the bucket is there");
    }
    emulator
}

fn listing(criterion: &mut Criterion) {
    let objects = numbers("OBJECTS", "100000", "3000")[0];
    let folder = tempfile::tempdir().expect("there is room");
    for (place, storage) in
        [("memory", Storage::Memory), ("directory", Storage::Scratch(folder.path().to_owned()))]
    {
        let started = Instant::now();
        let emulator = filled(storage, objects);
        let rate = objects as f64 / started.elapsed().as_secs_f64();
        println!("listing {place}: {objects} empty objects put, {rate:.0}/s");
        let list = |token: Option<&str>, delimiter: Option<&str>| {
            let mut request = input::list_objects(BUCKET, "events/");
            request.continuation_token = token.map(str::to_owned);
            request.delimiter = delimiter.map(str::to_owned);
            emulator.call::<ListObjectsV2>(NOW, request).expect("the bucket is there")
        };
        // Where each page starts; the hash is of all keys in their order.
        let (mut starts, mut keys, mut hash) = (vec![None], 0, Md5::new());
        loop {
            let page = list(starts.last().expect("there is one").as_deref(), None);
            for object in page.contents.unwrap_or_default() {
                hash.update(object.key.expect("an object has a key"));
                keys += 1;
            }
            match page.next_continuation_token {
                Some(token) => starts.push(Some(token)),
                None => break,
            }
        }
        assert_eq!(keys, objects);
        println!("answer: {keys} keys, {}", quoted(&hash.finalize()));
        let (first, last) = (None, starts.last().expect("there is one").as_deref());
        let time = |token: Option<&str>| {
            let started = Instant::now();
            black_box(list(token, None));
            started.elapsed().as_secs_f64()
        };
        let ratio = median((0..if common::is_measured() { 51 } else { 1 }).map(|_| time(last) / time(first)));
        println!("listing {place}: the last of {} pages takes {ratio:.2} of the first", starts.len());
        let mut group = criterion.benchmark_group(format!("s3 list {place}"));
        group.sample_size(20).measurement_time(Duration::from_secs(2));
        group.bench_function("first page", |bencher| bencher.iter(|| black_box(list(first, None))));
        group.bench_function("last page", |bencher| bencher.iter(|| black_box(list(last, None))));
        let groups = list(None, Some("/")).common_prefixes.map_or(0, |prefixes| prefixes.len());
        assert_eq!(groups, objects.div_ceil(1000));
        let id = BenchmarkId::new("common prefixes", groups);
        group.bench_function(id, |bencher| bencher.iter(|| black_box(list(None, Some("/")))));
        group.finish();
    }
}

criterion_group!(benches, content, listing);
criterion_main!(benches);
