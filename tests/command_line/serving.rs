//! `wavetank serve` and `wavetank env`: a server in the user's shell, and how clients find it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr};

use crate::user::{User, interrupt};

/// A server that has said that it is ready.
struct Served {
    child: Child,
    errors: BufReader<ChildStderr>,
    /// What it said.
    ready: String,
}

impl Served {
    /// Serves on a port that is free.
    fn start(user: &User, args: &[&str]) -> Self {
        let mut child = user.command(&[&["serve", "--port", "0"], args].concat()).spawn().expect("it starts");
        let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut ready = String::new();
        while !ready.contains(" serves ") {
            let read = errors.read_line(&mut ready).expect("it prints text");
            assert_ne!(read, 0, "it ended: {ready}");
        }
        Self { child, errors, ready }
    }

    /// Where it listens: host and port.
    fn address(&self) -> &str {
        let (_, rest) = self.ready.split_once("://").expect("it says where");
        rest.split_whitespace().next().expect("it says where")
    }

    /// The answer to one request, head and body.
    fn ask(&self, line: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        let length = body.len();
        let head = format!("{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n");
        stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers text");
        answer
    }

    /// A call of Kinesis, with a signature that nobody has made.
    fn call(&self, operation: &str, body: &str) -> String {
        let headers = format!(
            "Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: Kinesis_20131202.{operation}\r\n\
             X-Amz-Date: 20260105T100000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=test/20260105/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0\r\n"
        );
        self.ask("POST /", &headers, body)
    }

    /// Waits until it says something.
    fn says(&mut self, words: &str) {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert_ne!(
                self.errors.read_line(&mut line).expect("it prints text"),
                0,
                "it never says `{words}`"
            );
        }
    }

    /// Presses Ctrl-C, and returns what it had left to say.
    fn end(mut self) -> String {
        interrupt(self.child.id());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
        let mut rest = String::new();
        self.errors.read_to_string(&mut rest).expect("it prints text");
        rest
    }
}

#[test]
fn server_says_where_it_is_and_ends_well_on_interrupt() {
    let user = User::new();
    let before = user.belongings();
    let served = Served::start(&user, &[]);
    let expected =
        format!("wavetank serves kinesis, s3, glue, athena on http://{} (memory)\n", served.address());
    assert_eq!(served.ready, expected);
    assert!(served.address().starts_with("127.0.0.1:"));
    assert!(served.ask("GET /_wavetank/health", "", "").contains("\"kinesis\":\"available\""));
    assert!(served.call("ListStreams", "{}").starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(served.end(), "");
    assert_eq!(user.belongings(), before);
}

#[test]
fn data_stay_in_their_folder_and_only_there() {
    let user = User::new();
    let args = ["--data-dir", "lake"];
    let served = Served::start(&user, &args);
    assert!(served.ready.ends_with(" (lake)\n"), "{}", served.ready);
    let create = served.call("CreateStream", r#"{"StreamName":"orders","ShardCount":1}"#);
    assert!(create.starts_with("HTTP/1.1 200 OK\r\n"), "{create}");
    let second = user.says(&["serve", "--port", "0", "--data-dir", "lake"]);
    second.ended(4);
    assert!(second.err.contains("in use by another process"), "{}", second.err);
    served.end();
    let served = Served::start(&user, &args);
    assert!(served.call("ListStreams", "{}").contains("\"orders\""));
    served.end();
}

#[test]
fn port_that_is_taken_is_named() {
    let user = User::new();
    let served = Served::start(&user, &[]);
    let (_, port) = served.address().rsplit_once(':').expect("it has a port");
    let answer = user.says(&["serve", "--port", port]);
    answer.ended(4);
    let expected =
        format!("error: port {port} is in use\n  help: `--port` takes another; 0 takes any that is free\n");
    assert_eq!(answer.err, expected);
    served.end();
}

#[test]
fn what_others_can_reach_is_warned_of() {
    let user = User::new();
    let served = Served::start(&user, &["--host", "0.0.0.0"]);
    assert!(served.ready.starts_with("warning: 0.0.0.0 is not loopback: "), "{}", served.ready);
    served.end();
}

#[test]
fn signatures_are_verified_where_they_are_to_be() {
    let user = User::new();
    let served = Served::start(&user, &["--strict-auth", "key:secret", "--strict-auth", "second:secret"]);
    let answer = served.call("ListStreams", "{}");
    assert!(answer.contains("UnrecognizedClientException"), "{answer}");
    served.end();
}

#[test]
fn mistakes_of_a_server_are_usage_errors() {
    let user = User::new();
    user.write("file", "");
    let cases: [(&[&str], &str); 6] = [
        (&["--data-dir", "file/lake"], "cannot create the directory 'file/lake/objects': "),
        (&["--strict-auth", "key"], "KEY:SECRET"),
        (&["--account", "12"], "12 digits"),
        (&["--port", "70000"], "70000"),
        (&["--host", "no such host"], "`no such host` is no address"),
        (&["--limits", "some"], "'some'"),
    ];
    for (args, named) in cases {
        let answer = user.says(&[&["serve"], args].concat());
        answer.ended(4);
        assert!(answer.err.contains(named), "{args:?}: {}", answer.err);
    }
}

#[test]
fn shells_can_evaluate_the_environment() {
    let user = User::new();
    let expected = "export AWS_ENDPOINT_URL='http://127.0.0.1:9'\nexport AWS_ACCESS_KEY_ID='test'\n\
                    export AWS_SECRET_ACCESS_KEY='test'\nexport AWS_DEFAULT_REGION='us-east-1'\n";
    assert_eq!(user.says(&["env", "--port", "9"]).ended(0).out, expected);
}

/// Presses Ctrl-C; exit code and what was printed.
fn end_with(mut served: Served) -> (Option<i32>, String) {
    interrupt(served.child.id());
    let mut printed = String::new();
    let mut out = served.child.stdout.take().expect("it is piped");
    out.read_to_string(&mut printed).expect("it prints text");
    (served.child.wait().expect("it ends").code(), printed)
}

#[test]
fn jobs_beside_servers_read_what_clients_put_in_process_and_over_http() {
    let user = User::new();
    user.says(&["init", "shop"]).ended(0);
    // Nothing of the story is sent here, so nothing of it is asked.
    let file = user.folder().join("shop/orders.wt.yaml");
    let text = std::fs::read_to_string(&file).expect("it is there");
    let (story, _) = text.split_once("checks:").expect("it has checks");
    let live = format!("{story}checks:\n  - invariant: same_as_batch\n  - invariant: no_unexplained_loss\n");
    std::fs::write(&file, live).expect("it can be written");
    let near = Served::start(&user, &["--job", "shop/orders.wt.yaml", "--keep", "near"]);
    let url = format!("http://{}", near.address());
    let far = Served::start(&user, &["--job", "shop/orders.wt.yaml", "--streams", &url, "--keep", "far"]);
    let put = user.says(&["gen", "shop/orders.wt.yaml", "--endpoint", &url]);
    put.ended(0);
    assert_eq!(put.out, "6 records put into orders\n");
    // The far one reads at the near one.
    for mut served in [far, near] {
        // One trigger reads what was put, and the next one writes the window that is over by then.
        for said in ["6 records read, 0 rows written", "0 records read, 1 row written"] {
            served.ask("POST /_wavetank/clock", "", r#"{"advance":"1m"}"#);
            served.says(said);
        }
        let (code, printed) = end_with(served);
        assert_eq!(code, Some(0), "{printed}");
        let read = printed.lines().find(|line| line.starts_with("  orders ")).expect("a stream");
        assert!(read.trim_end().ends_with(" 6"), "{printed}");
        assert!(printed.contains("2 of 2 checks passed"), "{printed}");
    }
    for kept in ["near", "far"] {
        let query = ["query", "SELECT orders FROM sales", "--run", kept, "--format", "json"];
        let rows = user.says(&query);
        rows.ended(0);
        // All came in one batch, so nothing was late.
        assert!(rows.out.contains("3"), "{}", rows.out);
    }
}

#[test]
fn endpoints_that_are_none_are_named() {
    let user = User::new();
    let put = user.says(&["gen", "nested-join-happy", "--endpoint", "https://localhost"]);
    put.ended(4);
    assert_eq!(put.err, "error: `https://localhost` is no endpoint such as http://127.0.0.1:4566\n");
    let nobody = user.says(&["gen", "nested-join-happy", "--endpoint", "http://127.0.0.1:9"]);
    nobody.ended(3);
    assert!(nobody.err.contains("PutRecords at 127.0.0.1:9 was not answered"), "{}", nobody.err);
    let alone = user.says(&["serve", "--keep", "out"]);
    alone.ended(4);
    assert!(alone.err.contains("--job"), "{}", alone.err);
}
