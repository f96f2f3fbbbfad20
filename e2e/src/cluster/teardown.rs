//! Stopping, so that nothing is left: no process, mount, link, namespace, route, iptables rule, cgroup.
//!
//! It works from the state folder alone, so it also cleans up after an `up` that was killed.

use super::Cluster;
use crate::host::run;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

impl Cluster {
    /// Stops all processes of the instance and removes all that it made, its state folder included.
    pub async fn stop(&self) {
        let labels = self.processes.labels();
        let (nodes, others): (Vec<String>, Vec<String>) = labels
            .into_iter()
            .partition(|label| label.ends_with("-kubelet") || label.ends_with("-containerd"));
        self.processes.stop(&others, Duration::from_secs(5)).await;
        self.processes.stop(&nodes, Duration::from_secs(2)).await;
        self.kill_containers().await;
        unmount_below(&self.state);
        self.network.remove();
        self.remove_cgroups();
        let _gone_already = fs::remove_dir_all(&self.state);
    }

    /// Shims, which name the state folder, and all that is left in the namespaces and cgroups.
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

    /// Processes that belong to the instance: their command line names its state folder, or a cgroup or namespace of its own holds them.
    fn strays(&self) -> Vec<u32> {
        let state = self.state.display().to_string();
        let cgroup = format!(":{}/", self.cgroup());
        let namespaces: Vec<u64> = self
            .network
            .namespaces()
            .iter()
            .filter_map(|name| inode(&format!("/run/netns/{name}")))
            .collect();
        let ours = |pid: u32| {
            let read = |file: &str| fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
            let command = String::from_utf8_lossy(&read("cmdline")).into_owned();
            !command.is_empty()
                && pid != std::process::id()
                && (command.contains(&format!("{state}/"))
                    || String::from_utf8_lossy(&read("cgroup")).contains(&cgroup)
                    || inode(&format!("/proc/{pid}/ns/net")).is_some_and(|inode| namespaces.contains(&inode)))
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| ours(*pid)).collect()
    }

    /// The instance's cgroups in every hierarchy.
    fn cgroup_folders(&self) -> Vec<PathBuf> {
        let hierarchies = fs::read_dir("/sys/fs/cgroup")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let roots = hierarchies.chain([PathBuf::from("/sys/fs/cgroup")]);
        let ours = roots.map(|root| root.join(self.cgroup().trim_start_matches('/')));
        ours.filter(|folder| folder.is_dir()).collect()
    }

    fn remove_cgroups(&self) {
        for folder in self.cgroup_folders() {
            remove_cgroup(&folder);
        }
    }

    /// What of the instance is still on this host; empty after [`Cluster::stop`].
    #[must_use]
    pub fn leftovers(&self) -> Vec<String> {
        let mut left: Vec<String> = self.strays().iter().map(|pid| format!("process {pid}")).collect();
        left.extend(mounts_below(&self.state).iter().map(|mount| format!("mount {mount}")));
        left.extend(self.network.namespaces().iter().map(|name| format!("namespace {name}")));
        left.extend(
            self.cgroup_folders()
                .iter()
                .map(|folder| format!("cgroup {}", folder.display())),
        );
        let links = run("ip -o link").unwrap_or_default();
        left.extend(
            links
                .lines()
                .filter(|line| line.contains(&format!(": st-{}@", self.name)))
                .map(|line| format!("link {line}")),
        );
        let routes = run("ip -4 route show table all").unwrap_or_default();
        let prefix = self.plan.vpc.to_string();
        left.extend(
            routes
                .lines()
                .filter(|line| line.starts_with(&prefix))
                .map(|line| format!("route {line}")),
        );
        if self.state.exists() {
            left.push(format!("folder {}", self.state.display()));
        }
        left
    }
}

fn inode(path: &str) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| metadata.ino())
}

fn remove_cgroup(folder: &Path) {
    for child in fs::read_dir(folder).into_iter().flatten().flatten() {
        if child.path().is_dir() {
            remove_cgroup(&child.path());
        }
    }
    let _still_used = fs::remove_dir(folder);
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
