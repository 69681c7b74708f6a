//! Athena's queries of a server: each runs on a thread of its own, a few at a time, beside the calls.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{spawn, spawn_blocking};

use super::clock::ServerClock;
use crate::emulator::Emulator;
use crate::tenants::Tenants;

/// Whose turn it is.
pub(super) struct Queries {
    turns: Arc<Semaphore>,
}

impl Queries {
    /// So many run at a time; the others wait as `QUEUED`.
    pub fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// Has a query run that waits in an emulator, once it is its turn. To be called once for each query that is started;
    /// where another has run it, there is nothing to do.
    pub fn run_one(&self, emulator: Arc<Emulator>, clock: Arc<ServerClock>) {
        let turns = Arc::clone(&self.turns);
        spawn(async move {
            // None once the server is about to end.
            let Ok(_turn) = turns.acquire_owned().await else { return };
            let run = move || emulator.run_next_query(&|| clock.now());
            // What goes wrong with a query is told by its execution; where the store fails, so do the calls that ask.
            let _ = spawn_blocking(run).await;
        });
    }

    /// Lets no more begin, and has those that run end.
    pub fn stop(&self, tenants: &Tenants) {
        self.turns.close();
        tenants.all().iter().for_each(|emulator| emulator.stop_queries());
    }
}
