//! One of several processes works: the holder of a Lease.

use crate::Args;
use kube::Client;
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use std::future::pending;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long a lease outlives its holder, and how long before its end it is renewed, in seconds.
const DURATION: u64 = 15;
const GRACE: u64 = 5;

/// Why a process does not work, or works no more.
#[derive(Debug, thiserror::Error)]
pub enum LeadershipError {
    /// The lease can be neither read nor made.
    #[error("leader election")]
    Acquire(#[source] LeaseManagerError),
    /// Another process leads.
    #[error("the lease was lost to another process")]
    Lost,
}

/// Works while this process holds the lease `id`, until `stop`. The place in the line is taken when `prepared` is through.
///
/// # Errors
/// When the lease cannot be had, or is lost; then the process must end.
pub async fn lead(
    (client, args, id): (&Client, &Args, &str),
    stop: &CancellationToken,
    prepared: impl Future<Output = ()>,
    work: impl Future<Output = ()>,
) -> Result<(), LeadershipError> {
    let leading = async {
        prepared.await;
        Leadership::acquire(client, args, id).await
    };
    let mut leadership = tokio::select! {
        leadership = leading => leadership.map_err(LeadershipError::Acquire)?,
        () = stop.cancelled() => return Ok(()),
    };
    tokio::select! {
        () = work => {}
        () = leadership.lost() => return Err(LeadershipError::Lost),
    }
    leadership.release().await;
    Ok(())
}

/// The right to work, until [`Leadership::lost`].
struct Leadership {
    lease: Option<Lease>,
}

struct Lease {
    is_leader: watch::Receiver<bool>,
    renewal: JoinHandle<Result<LeaseManager, LeaseManagerError>>,
}

impl Leadership {
    /// Waits until this process holds the lease `id` (or the one of `--leader-election-id`). Without leader election
    /// there is nothing to wait for. Dropping the future gives up the place in the line.
    ///
    /// # Errors
    /// When the lease can be neither read nor made.
    async fn acquire(client: &Client, args: &Args, id: &str) -> Result<Self, LeaseManagerError> {
        if !args.enable_leader_election {
            return Ok(Self { lease: None });
        }
        let namespace = args.lease_namespace(client);
        let manager = LeaseManagerBuilder::new(client.clone(), args.leader_election_id.as_deref().unwrap_or(id))
            .with_namespace(namespace)
            .with_identity(identity(args))
            .with_duration(DURATION)
            .with_grace(GRACE)
            .build()
            .await?;
        let (mut is_leader, renewal) = manager.watch().await;
        // An error means that renewal has ended, which `lost` reports.
        drop(is_leader.wait_for(|leader| *leader).await);
        tracing::info!("leader");
        Ok(Self {
            lease: Some(Lease { is_leader, renewal }),
        })
    }

    /// Waits until the lease is lost; then the process must stop writing, at best by ending.
    async fn lost(&mut self) {
        match &mut self.lease {
            Some(lease) => {
                drop(lease.is_leader.wait_for(|leader| !*leader).await);
            }
            None => pending().await,
        }
    }

    /// Gives the lease to whoever waits for it.
    async fn release(self) {
        if let Some(Lease { is_leader, renewal }) = self.lease {
            drop(is_leader);
            if let Ok(Err(error)) = renewal.await {
                tracing::warn!(error = %crate::chain::Chain(&error), "cannot release the lease; it expires");
            }
        }
    }
}

/// The name of this process among those that want the lease.
#[must_use]
pub fn identity(args: &Args) -> String {
    args.leader_election_identity.clone().unwrap_or_else(|| {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        format!("{}_{}", host.trim(), std::process::id())
    })
}
