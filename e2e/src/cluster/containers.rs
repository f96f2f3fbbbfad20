//! What the containers of an instance leave on the host outside its state folder, found by their ids.
//!
//! containerd keeps a bundle per container below its state; the names of all else follow from it. Without QoS cgroups the kubelet names no
//! parent, so containers are in `/k8s.io/<id>`, which instances share.

use std::fs;
use std::path::{Path, PathBuf};

/// A container that has a bundle.
pub(super) struct Container {
    id: String,
    bundle: PathBuf,
}

impl Container {
    /// All containers of all nodes.
    pub(super) fn all(state: &Path) -> Vec<Self> {
        let bundles = entries(state).into_iter().flat_map(|node| {
            // The shim's layout, version 2: https://github.com/containerd/containerd/blob/v1.6.20/runtime/v2/README.md
            entries(&node.join("run/io.containerd.runtime.v2.task/k8s.io"))
        });
        let container = |bundle: PathBuf| {
            let id = bundle.file_name()?.to_str()?.to_owned();
            Some(Self { id, bundle })
        };
        bundles.filter_map(container).collect()
    }

    /// Its cgroups, one per hierarchy.
    pub(super) fn cgroups(&self) -> Vec<PathBuf> {
        let folders = hierarchies().into_iter().map(|root| root.join("k8s.io").join(&self.id));
        folders.filter(|folder| folder.is_dir()).collect()
    }

    /// Its processes. Those that are ending are still among them, while their roots are already gone.
    pub(super) fn processes(&self) -> Vec<u32> {
        let lists = self.cgroups().into_iter();
        let lists = lists.map(|folder| fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default());
        lists
            .flat_map(|list| list.lines().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
            .collect()
    }

    /// Its shim's socket and what the CNI library remembers of it.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let address = fs::read_to_string(self.bundle.join("address")).unwrap_or_default();
        let socket = address.trim().strip_prefix("unix://").map(PathBuf::from);
        let result = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.contains(&self.id))
        };
        let results = entries(Path::new("/var/lib/cni/results")).into_iter().filter(result);
        socket.into_iter().chain(results).filter(|path| path.exists()).collect()
    }
}

/// Links to logs of this instance's containers, which the kubelet makes outside of its root.
pub(super) fn log_links(state: &Path) -> Vec<PathBuf> {
    let links = entries(Path::new("/var/log/containers")).into_iter();
    links
        .filter(|link| fs::read_link(link).is_ok_and(|target| target.starts_with(state)))
        .collect()
}

/// Removes container cgroups, and the folder that they shared once it is empty.
pub(super) fn remove_cgroups(cgroups: &[PathBuf]) {
    for folder in cgroups {
        let _still_used = fs::remove_dir(folder);
        if let Some(shared) = folder.parent() {
            let _other_instances_use_it = fs::remove_dir(shared);
        }
    }
}

/// Whether a process's root is a container's root of this instance. See proc(5), `/proc/pid/mountinfo`.
pub(super) fn roots_in(pid: u32, state: &Path) -> bool {
    let table = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap_or_default();
    let root = table.lines().find(|line| line.split(' ').nth(4) == Some("/"));
    root.is_some_and(|line| line.contains(&format!("{}/", state.display())))
}

/// Where cgroups are: one folder per hierarchy of version 1, and that of version 2.
fn hierarchies() -> Vec<PathBuf> {
    let top = Path::new("/sys/fs/cgroup");
    entries(top).into_iter().chain([top.to_owned()]).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
