//! Stopping, so that nothing is left: no process, mount, link, namespace, route, iptables rule, cgroup.
//!
//! It works from the state folder alone, so it also cleans up after an `up` that was killed.

use super::Cluster;
use super::containers::{self, Container};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Cluster {
    /// Stops all processes of the instance and removes all that it made, its state folder last: as long as anything else is left,
    /// the folder stays, so that stopping can be repeated.
    pub async fn stop(&self) {
        let labels = self.processes.labels();
        let (nodes, others): (Vec<String>, Vec<String>) = labels
            .into_iter()
            .partition(|label| label.ends_with("-kubelet") || label.ends_with("-containerd"));
        // The API server waits for its clients and for etcd; none of its data is kept, so neither is waited for.
        self.processes.stop(&others, Duration::from_secs(1)).await;
        self.processes.stop(&nodes, Duration::from_secs(2)).await;
        self.kill_containers().await;
        unmount_below(&self.state);
        self.network.remove();
        let containers = Container::all(&self.state);
        containers::remove_cgroups(&self.cgroups(&containers));
        for file in self.files(&containers) {
            let _gone_already = fs::remove_file(file);
        }
        if self.outside_state().is_empty() {
            let _gone_already = fs::remove_dir_all(&self.state);
        }
    }

    fn cgroups(&self, containers: &[Container]) -> Vec<PathBuf> {
        containers.iter().flat_map(Container::cgroups).collect()
    }

    fn files(&self, containers: &[Container]) -> Vec<PathBuf> {
        let files = containers.iter().flat_map(Container::files);
        files.chain(containers::log_links(&self.state)).collect()
    }

    /// Shims, the processes of containers, and all else in the namespaces.
    async fn kill_containers(&self) {
        let none_left = async {
            loop {
                let left = self.strays();
                if left.is_empty() {
                    return;
                }
                for pid in left.into_iter().filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
                    let _gone_already = kill_process(pid, Signal::KILL);
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _reported_by_leftovers = tokio::time::timeout(Duration::from_secs(10), none_left).await;
    }

    /// Processes that belong to the instance: a shim of its containerd, a root of its containers, or a namespace of its own.
    fn strays(&self) -> Vec<u32> {
        let names = self.network.namespaces();
        let namespaces: Vec<u64> = names
            .iter()
            .filter_map(|name| inode(&format!("/run/netns/{name}")))
            .collect();
        let ours = |pid: u32| {
            pid != std::process::id()
                && (is_shim(pid, &self.state)
                    || containers::roots_in(pid, &self.state)
                    || inode(&format!("/proc/{pid}/ns/net")).is_some_and(|inode| namespaces.contains(&inode)))
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let in_cgroups = Container::all(&self.state)
            .iter()
            .flat_map(Container::processes)
            .collect::<Vec<u32>>();
        pids.filter(|pid| ours(*pid))
            .chain(in_cgroups)
            .collect::<BTreeSet<u32>>()
            .into_iter()
            .collect()
    }

    /// What of the instance is still on this host; empty after [`Cluster::stop`].
    #[must_use]
    pub fn leftovers(&self) -> Vec<String> {
        let mut left = self.outside_state();
        if self.state.exists() {
            left.push(format!("folder {}", self.state.display()));
        }
        left
    }

    fn outside_state(&self) -> Vec<String> {
        let containers = Container::all(&self.state);
        let recorded = self
            .processes
            .labels()
            .into_iter()
            .filter(|label| self.processes.pid(label).is_some());
        let mut left: Vec<String> = recorded.map(|label| format!("process {label}")).collect();
        left.extend(self.strays().iter().map(|pid| format!("process {pid}")));
        left.extend(mounts_below(&self.state).iter().map(|mount| format!("mount {mount}")));
        left.extend(self.network.leftovers());
        left.extend(
            self.cgroups(&containers)
                .iter()
                .map(|folder| format!("cgroup {}", folder.display())),
        );
        left.extend(
            self.files(&containers)
                .iter()
                .map(|file| format!("file {}", file.display())),
        );
        left
    }
}

/// Whether a process is a shim of a containerd below the state folder; its arguments name that containerd's socket.
fn is_shim(pid: u32, state: &Path) -> bool {
    let command = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<&str> = command.split('\0').collect();
    words
        .windows(2)
        .any(|pair| pair[0] == "-address" && Path::new(pair[1]).starts_with(state))
}

fn inode(path: &str) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| metadata.ino())
}

/// Mount points below a folder, the deepest last. See proc(5), `/proc/pid/mountinfo`.
fn mounts_below(folder: &Path) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let points = table.lines().filter_map(|line| line.split(' ').nth(4));
    points
        .filter(|point| point.starts_with(&prefix))
        .map(str::to_owned)
        .collect()
}

fn unmount_below(folder: &Path) {
    for point in mounts_below(folder).iter().rev() {
        let _gone_already = rustix::mount::unmount(point.as_str(), rustix::mount::UnmountFlags::DETACH);
    }
}
