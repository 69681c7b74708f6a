//! One connection: plain or TLS by its first byte, HTTP/1.1 or HTTP/2 by its first bytes, and how long it may idle.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::service::Service;

/// How long a connection may say nothing, between requests and before the first, and how long the head of a request
/// may take. Longer than the 60 s after which the pools of AWS's clients give up idle connections themselves.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a quiet HTTP/2 connection is asked whether it is still there.
const PING_INTERVAL: Duration = Duration::from_secs(30);

const HEADERS_MAX: usize = 100;
const HEAD_BYTES_MAX: u32 = 64 * 1024;
/// What is read at once, and so also the longest head of HTTP/1.
const READ_BUFFER_MAX: usize = 256 * 1024;
const STREAMS_MAX: u32 = 1024;
const STREAM_WINDOW: u32 = 1024 * 1024;
const CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;

/// The first byte of a TLS connection: a record of type handshake (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 0x16;

/// What all connections of a server share.
pub(super) struct Shared {
    pub service: Service,
    pub http: auto::Builder<TokioExecutor>,
    /// None where the server speaks no TLS.
    pub tls: Option<TlsAcceptor>,
}

/// The protocols with their limits.
pub(super) fn http() -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(READ_BUFFER_MAX)
        .half_close(true);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .max_header_list_size(HEAD_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    http
}

/// Serves a connection to its end. Until its first byte has come it costs a socket and a timer.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    let mut stopping = shared.service.stopping.clone();
    let mut first = [0];
    tokio::select! {
        peeked = timeout(IDLE_TIMEOUT, stream.peek(&mut first)) => {
            if !matches!(peeked, Ok(Ok(1))) {
                return;
            }
        }
        _ = stopping.wait_for(|stopping| *stopping) => return,
    }
    // Without it an answer in two writes waits for the client to acknowledge the first.
    let _ = stream.set_nodelay(true);
    match shared.tls.clone().filter(|_| first[0] == TLS_HANDSHAKE) {
        None => serve_http(shared, TokioIo::new(stream), stopping).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
                serve_http(shared, TokioIo::new(stream), stopping).await;
            }
        }
    }
}

async fn serve_http<I>(shared: Arc<Shared>, io: I, mut stopping: watch::Receiver<bool>)
where
    I: Read + Write + Unpin + Send + 'static,
{
    let heard = Arc::new(AtomicBool::new(false));
    let (service, noted) = (shared.clone(), heard.clone());
    let answer = service_fn(move |request| {
        noted.store(true, Ordering::Relaxed);
        let answered = Service::answer(service.clone(), request);
        async move { Ok::<_, std::convert::Infallible>(answered.await) }
    });
    let mut connection = pin!(shared.http.serve_connection(io, answer));
    // Which version of HTTP it is takes a few bytes; nothing else limits how long they may take.
    let mut patience = pin!(sleep(IDLE_TIMEOUT));
    let (mut ending, mut patient) = (false, true);
    loop {
        tokio::select! {
            // How a client breaks off is its own affair.
            _ = connection.as_mut() => return,
            () = patience.as_mut(), if patient => {
                if !heard.load(Ordering::Relaxed) {
                    return;
                }
                patient = false;
            }
            _ = stopping.wait_for(|stopping| *stopping), if !ending => {
                connection.as_mut().graceful_shutdown();
                ending = true;
            }
        }
    }
}
