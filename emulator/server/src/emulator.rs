//! An emulator from start to end.

use crate::account::Account;
use crate::fault::{Fault, FaultError, Injected};
use crate::journal::{Journal, JournalError};
use crate::{drive, http};
use cloud::{Cloud, Timing, World};
use dataplane::DataPlane;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What to start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to keep the journal; without it, nothing outlives the process.
    pub data_dir: Option<PathBuf>,
    /// What exists at the beginning; the journal's own world, or the built-in one, if absent.
    pub world: Option<World>,
    /// How long transitions take.
    pub timing: Timing,
    /// The data plane; without it, load balancers carry nothing and targets stay `initial`.
    pub data_plane: Option<dataplane::Options>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir: None,
            world: None,
            timing: Timing::Instant,
            data_plane: None,
        }
    }
}

/// Why an emulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error("the journal cannot be used")]
    Journal(#[source] JournalError),
    /// The address.
    #[error("cannot listen on {address}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The data plane.
    #[error("the data plane cannot start")]
    DataPlane(#[source] dataplane::StartError),
}

/// A running emulator. Dropping it stops it without waiting; several can run in one process.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    account: Arc<Account>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Emulator {
    /// Starts an emulator on the current tokio runtime. When this returns it answers.
    ///
    /// # Errors
    /// When the journal, the address or the data plane cannot be had.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config {
            listen,
            data_dir,
            world,
            timing,
            data_plane,
        } = config;
        let (journal, cloud) = match data_dir {
            Some(directory) => {
                let (journal, cloud) = Journal::open(&directory, world, timing).map_err(StartError::Journal)?;
                (Some(journal), cloud)
            }
            None => (None, Cloud::new(world.unwrap_or_default(), timing)),
        };
        let failed = |source| StartError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let account = Arc::new(Account::new(cloud, journal));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        if let Some(options) = data_plane {
            let (plane, health) = DataPlane::start(&options).map_err(StartError::DataPlane)?;
            tasks.spawn(drive::drive(Arc::clone(&account), plane, health, stop.clone()));
        }
        tasks.spawn(http::serve(listener, Arc::clone(&account), stop.clone()));
        tasks.close();
        Ok(Self {
            address,
            account,
            tasks,
            stop,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the cloud without a call.
    pub fn look<T>(&self, at: impl FnOnce(&Cloud) -> T) -> T {
        self.account.look(at)
    }

    /// Calls so far as JSON: `{service: {action: {outcome: calls}}}`, where the outcome of a success is `OK`.
    pub fn counters(&self) -> String {
        self.account.counters().json()
    }

    /// Replaces the list of faults that calls meet, and lets go what the old one holds. An empty list ends them.
    /// [`Effect::Kill`](crate::Effect::Kill) ends the process that this emulator runs in.
    ///
    /// # Errors
    /// When one of them names no action, or its error has no status of an error; the old list then stays.
    pub fn set_faults(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        self.account.faults().replace(faults)
    }

    /// The list of faults, each with how often it has struck.
    pub fn faults(&self) -> Vec<Injected> {
        self.account.faults().list()
    }

    /// Finishes the requests that are running, ends the data plane, and returns when nothing is left.
    pub async fn shutdown(self) {
        // No request waits for a fault to end, or for a change.
        self.account.faults().clear();
        self.account.changes().end();
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.account.changes().end();
        self.stop.cancel();
    }
}
