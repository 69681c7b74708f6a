//! A server on a free port with a clock that stands still, and the emulator behind it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wavetank_emulator::http::{Server, ServerClock, ServerOptions};
use wavetank_emulator::{Emulator, Identity, Settings, Storage, Tenants, Timestamp};

use super::client::Client;

/// 2015-08-30T12:36:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_440_938_160_000);

/// The bucket that every server here has.
pub const BUCKET: &str = "lake";

/// A server, while this value lives.
pub struct Running {
    pub address: SocketAddr,
    tenants: Arc<Tenants>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

/// Runs a test on a runtime of its own.
pub fn run(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(4).enable_all().build().unwrap().block_on(test);
}

impl Running {
    /// Serves what is in the storage, and a bucket.
    pub async fn start(storage: Storage) -> Self {
        let tenants = Arc::new(Tenants::open(storage, Identity::default(), Settings::default()).unwrap());
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), ServerOptions::default()).unwrap();
        let address = server.local_addr().unwrap();
        let clock = Arc::new(ServerClock::new(|| NOW));
        let (stop, stopped) = oneshot::channel();
        let ended = async { stopped.await.unwrap_or_default() };
        let served = tokio::spawn(server.serve(Arc::clone(&tenants), clock, ended));
        let running = Self { address, tenants, stop, served };
        let made = running.client().await.call("PUT", &format!("/{BUCKET}"), "", b"").await;
        assert_eq!(made.status, 200, "{made:?}");
        running
    }

    /// A connection of its own.
    pub async fn client(&self) -> Client {
        Client::connect(self.address).await
    }

    /// What is served, for calls within this process.
    pub fn emulator(&self) -> &Emulator {
        self.tenants.home()
    }

    /// Ends the server, and waits until it has ended.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap();
    }
}
