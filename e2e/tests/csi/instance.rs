//! The instance that the driver runs on: its devices and its metadata, as seatrial-node makes them.

use anyhow::Result;
use node::ec2::Ec2;
use node::http::Endpoint;
use node::imds::Imds;
use node::metadata::Metadata;
use node::{Agent, Options, Status};
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How long devices may take to go after the last volume was detached.
const GOING: Duration = Duration::from_secs(10);

/// An instance, until it is stopped.
pub(crate) struct Instance {
    options: Options,
    /// URL of instance metadata.
    pub(crate) metadata: String,
    tasks: [JoinHandle<()>; 2],
}

impl Instance {
    /// Makes devices below `<folder>/dev`, with their bytes in `<folder>/state`.
    pub(crate) async fn start(endpoint: &str, region: &str, instance: &str, folder: &Path) -> Result<Self> {
        let ec2 = Ec2::new(Endpoint::parse(endpoint)?, region);
        let options = Options {
            instance_id: instance.to_owned(),
            state_dir: folder.join("state"),
            dev_dir: folder.join("dev"),
            poll_interval: Duration::from_millis(100),
        };
        let facts = ec2.instance(instance).await?;
        let agent = Agent::new(ec2, &facts, &options)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let metadata = format!("http://{}", listener.local_addr()?);
        let imds = Imds::new(Metadata::new(&facts, region), false);
        let tasks = [
            tokio::spawn(imds.serve(listener)),
            tokio::spawn(async move { agent.run(&Status::default()).await }),
        ];
        Ok(Self {
            options,
            metadata,
            tasks,
        })
    }

    /// Waits until no device is left, and takes away what stays; the links of those.
    pub(crate) async fn stop(self) -> Result<Vec<String>> {
        let gone = async {
            while !links(&self.options.dev_dir).is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        // What stays is told by its links.
        let _ = tokio::time::timeout(GOING, gone).await;
        let left = links(&self.options.dev_dir);
        for task in self.tasks {
            task.abort();
        }
        tokio::task::spawn_blocking(move || node::remove(&self.options)).await??;
        Ok(left)
    }
}

/// The names under which volumes have a device.
fn links(dev_dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dev_dir.join("disk/by-id")).into_iter().flatten();
    entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}
