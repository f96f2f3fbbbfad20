//! A node at work: looks at EC2 whenever something changes, and makes the machine as it says.

use crate::devices::{DeviceError, Devices};
use crate::ec2::{Ec2, Ec2Error, Instance};
use crate::machine::Machine;
use crate::store::{Cloud, Store, StoreError};
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
        Ok(Self {
            ec2,
            machine: Machine {
                instance_id: options.instance_id.clone(),
                root_device: instance.root_device_name.clone(),
                store,
                devices,
            },
            poll_interval: options.poll_interval,
        })
    }

    /// Works for ever.
    pub async fn run(&self) {
        let mut cursor = String::new();
        loop {
            if !self.pass().await {
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            match self.ec2.changed(&cursor).await {
                Ok(Some(next)) => cursor = next,
                // Another endpoint than ours, or one that is away.
                Ok(None) | Err(_) => tokio::time::sleep(self.poll_interval).await,
            }
        }
    }

    /// Looks once and does what is to do; whether all could be done.
    async fn pass(&self) -> bool {
        let machine = self.machine.clone();
        let locked = tokio::task::spawn_blocking(move || machine.store.lock()).await;
        let lock = match locked {
            Ok(Ok(lock)) => lock,
            Ok(Err(error)) => return failed(&error),
            Err(error) => return failed(&error),
        };
        // Under the lock, so that no node acts on what was true before another one acted.
        let view = match self.ec2.view().await {
            Ok(view) => view,
            Err(error) => return failed(&error),
        };
        let machine = self.machine.clone();
        let realised = tokio::task::spawn_blocking(move || {
            let errors = machine.realise(&view);
            drop(lock);
            errors
        });
        match realised.await {
            Ok(errors) => {
                for error in &errors {
                    failed(error);
                }
                errors.is_empty()
            }
            Err(error) => failed(&error),
        }
    }
}

/// Logs an error with all its causes.
fn failed(error: &dyn Error) -> bool {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    tracing::warn!("{text}");
    false
}
