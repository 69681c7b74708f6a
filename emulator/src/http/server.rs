//! The server: a port, and the connections that come in on it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::auth::Credentials;
use super::clock::ServerClock;
use super::connection::{self, Shared};
use super::queries::Queries;
use super::request_id::RequestIds;
use super::s3::S3;
use super::service::Service;
use super::tls;
use crate::tenants::Tenants;

/// Connections at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 16_384;
/// Connections that the system holds ready.
const BACKLOG: u32 = 4096;
/// How long calls in flight may go on once the server is to end.
const GRACE: Duration = Duration::from_secs(5);
/// Queries that run at a time, where nobody says otherwise.
const QUERIES_AT_ONCE: usize = 4;
/// How long to wait when the system has no socket left to give.
const BREATH: Duration = Duration::from_millis(50);

/// What a server may be told beside its address.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The keys that requests must be signed with, each a user's; without any, a signature must be there and may be
    /// anything.
    pub strict_auth: Vec<Credentials>,
    /// The folder of the certificate, which is made there at first use; without one the server speaks no TLS.
    pub tls_folder: Option<PathBuf>,
    /// What the ids of requests are drawn from.
    pub request_id_seed: u64,
    /// Queries of Athena that run at a time, in all accounts and regions together; the others wait.
    pub queries_at_once: usize,
}

impl Default for ServerOptions {
    /// Plain, open to all, and four queries at a time.
    fn default() -> Self {
        Self {
            strict_auth: Vec::new(),
            tls_folder: None,
            request_id_seed: 0,
            queries_at_once: QUERIES_AT_ONCE,
        }
    }
}

/// All services on one port: HTTP/1.1 and HTTP/2, both plain and, where asked for, over TLS.
pub struct Server {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    options: ServerOptions,
}

impl Server {
    /// Takes a port; port 0 takes any that is free. Clients can connect from here on, and wait until the server serves.
    ///
    /// # Errors
    /// When the port is taken or the address is not this machine's; when the certificate cannot be read or made.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O.
    pub fn bind(address: SocketAddr, options: ServerOptions) -> io::Result<Self> {
        let tls = options.tls_folder.as_deref().map(tls::acceptor).transpose()?;
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // On Unix: a server that starts again right after another has ended gets the port. Elsewhere it would share it.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(Self { listener: socket.listen(BACKLOG)?, tls, options })
    }

    /// The address that was taken.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers calls until `shutdown` comes, then takes no more connections and lets calls in flight end, for up to 5 s.
    ///
    /// Calls that wait for the disk need a runtime with several threads; on one with a single thread they fail.
    pub async fn serve(
        self,
        tenants: Arc<Tenants>,
        clock: Arc<ServerClock>,
        shutdown: impl Future<Output = ()>,
    ) {
        let (stop, stopping) = watch::channel(false);
        let ids = RequestIds::new(self.options.request_id_seed);
        let queries = Queries::new(self.options.queries_at_once);
        let strict_auth = self.options.strict_auth;
        let service = Service { tenants, clock, strict_auth, s3: S3::new(), ids, queries, stopping };
        let shared = Arc::new(Shared { service, http: connection::http(), tls: self.tls });
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = shutdown.as_mut() => break,
                // Ended ones are dropped; a connection that panicked has ended as well.
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(connection::serve(shared.clone(), stream))),
                    Err(_) => sleep(BREATH).await,
                },
            }
        }
        drop(self.listener);
        shared.service.queries.stop(&shared.service.tenants);
        // Whoever still listens hears it; nobody else needs to.
        let _ = stop.send(true);
        let _ = timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
        connections.shutdown().await;
    }
}
