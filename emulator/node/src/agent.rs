//! A node at work: looks at EC2 whenever something changes, and makes the machine as it says.

use crate::devices::{DeviceError, Devices};
use crate::ec2::{Ec2, Ec2Error, Instance};
use crate::machine::{Machine, MachineError};
use crate::status::Status;
use crate::store::{Cloud, Store, StoreError};
use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// How long to rest after something failed.
const AGAIN: Duration = Duration::from_secs(1);

/// What a node is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The instance that it is.
    pub instance_id: String,
    /// Where volumes and snapshots are; nodes of one machine share it.
    pub state_dir: PathBuf,
    /// Where devices appear.
    pub dev_dir: PathBuf,
    /// How often to look at an endpoint that cannot tell of changes.
    pub poll_interval: Duration,
}

/// Why a node cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// EC2 does not know the instance, or does not answer.
    #[error("the instance cannot be read")]
    Instance(#[source] Ec2Error),
    /// The state directory.
    #[error("the state directory cannot be used")]
    Store(#[source] StoreError),
    /// The directory of devices.
    #[error("the directory of devices cannot be used")]
    Devices(#[source] DeviceError),
}

/// Why the devices of a node were not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The state directory.
    #[error("the state directory cannot be used")]
    Store(#[source] StoreError),
    /// The directory of devices.
    #[error("the directory of devices cannot be used")]
    Devices(#[source] DeviceError),
    /// Some of them.
    #[error("{0} devices are left; the log says why")]
    Left(usize),
}

/// Why EC2 was not looked at.
#[derive(Debug, thiserror::Error)]
enum PassError {
    /// The store's lock.
    #[error("the state directory cannot be used")]
    Lock(#[source] StoreError),
    /// EC2.
    #[error("EC2 cannot be looked at")]
    View(#[source] Ec2Error),
    /// A thread.
    #[error("the work ended early")]
    Ended(#[source] tokio::task::JoinError),
}

/// A node.
#[derive(Debug)]
pub struct Agent {
    ec2: Ec2,
    machine: Machine,
    poll_interval: Duration,
}

impl Agent {
    /// A node of an instance that EC2 has.
    ///
    /// # Errors
    /// When its directories cannot be used.
    pub fn new(ec2: Ec2, instance: &Instance, options: &Options) -> Result<Self, StartError> {
        let cloud = Cloud {
            account: instance.account.clone(),
            region: ec2.region().to_owned(),
        };
        let store = Store::open(&options.state_dir, &cloud).map_err(StartError::Store)?;
        let devices = Devices::open(&options.dev_dir, store.node(&options.instance_id)).map_err(StartError::Devices)?;
        let machine = Machine {
            instance_id: options.instance_id.clone(),
            root_device: instance.root_device_name.clone(),
            store,
            devices,
        };
        let lock = machine.store.lock().map_err(StartError::Store)?;
        if let Err(error) = machine.thaw() {
            tracing::warn!("{}", text(&error));
        }
        drop(lock);
        Ok(Self {
            ec2,
            machine,
            poll_interval: options.poll_interval,
        })
    }

    /// Works for ever.
    pub async fn run(&self, status: &Status) {
        let (mut cursor, mut told) = (String::new(), BTreeSet::new());
        loop {
            let failures = self.pass(status).await;
            for failure in failures.difference(&told) {
                tracing::warn!("{failure}");
            }
            told = failures;
            let changed = self.changed(&mut cursor);
            if told.is_empty() {
                changed.await;
            } else {
                // Either is a reason to look again.
                let _ = tokio::time::timeout(AGAIN, changed).await;
            }
        }
    }

    /// Waits until EC2 may look different.
    async fn changed(&self, cursor: &mut String) {
        match self.ec2.changed(cursor).await {
            Ok(Some(next)) => *cursor = next,
            // Another endpoint than ours, or one that is away.
            Ok(None) | Err(_) => tokio::time::sleep(self.poll_interval).await,
        }
    }

    /// Looks once and does what is to do; what could not be done.
    async fn pass(&self, status: &Status) -> BTreeSet<String> {
        match self.look().await {
            Ok(errors) => {
                status.passed(errors.len(), self.machine.devices.made().len());
                errors.iter().map(|error| text(error)).collect()
            }
            Err(error) => {
                status.unanswered();
                BTreeSet::from([text(&error)])
            }
        }
    }

    async fn look(&self) -> Result<Vec<MachineError>, PassError> {
        let store = self.machine.store.clone();
        let locked = tokio::task::spawn_blocking(move || store.lock()).await;
        let lock = locked.map_err(PassError::Ended)?.map_err(PassError::Lock)?;
        // Under the lock, so that no node acts on what was true before another one acted.
        let view = self.ec2.view().await.map_err(PassError::View)?;
        let machine = self.machine.clone();
        let realised = tokio::task::spawn_blocking(move || {
            let errors = machine.realise(&view);
            drop(lock);
            errors
        });
        realised.await.map_err(PassError::Ended)
    }
}

/// Removes the devices of a node that does not run any more; how many. EC2 is not asked.
///
/// # Errors
/// When something stays, such as a device that is mounted.
pub fn remove(options: &Options) -> Result<usize, RemoveError> {
    let store = Store::existing(&options.state_dir).map_err(RemoveError::Store)?;
    let _lock = store.lock().map_err(RemoveError::Store)?;
    let devices = Devices::open(&options.dev_dir, store.node(&options.instance_id)).map_err(RemoveError::Devices)?;
    let machine = Machine {
        instance_id: options.instance_id.clone(),
        root_device: String::new(),
        store,
        devices,
    };
    let (removed, errors) = machine.remove();
    for error in &errors {
        tracing::error!("{}", text(error));
    }
    if errors.is_empty() {
        Ok(removed)
    } else {
        Err(RemoveError::Left(errors.len()))
    }
}

/// An error with all its causes.
fn text(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
