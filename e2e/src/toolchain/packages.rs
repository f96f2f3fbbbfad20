//! Debian packages: what runs containers, configures networks and makes file systems.

use super::ToolchainError;
use crate::host::run_command;
use crate::progress::Progress;
use std::path::Path;
use std::process::Command;

/// A file that a package brings, and the package.
const NEEDED: [(&str, &str); 10] = [
    ("/usr/bin/containerd", "containerd"),
    ("/usr/sbin/runc", "runc"),
    ("/usr/lib/cni/bridge", "containernetworking-plugins"),
    ("/usr/sbin/iptables", "iptables"),
    ("/usr/sbin/conntrack", "conntrack"),
    ("/usr/bin/socat", "socat"),
    ("/usr/sbin/ethtool", "ethtool"),
    ("/usr/bin/ip", "iproute2"),
    ("/usr/sbin/mkfs.ext4", "e2fsprogs"),
    ("/usr/sbin/mkfs.xfs", "xfsprogs"),
];

/// Installs the packages whose files are missing.
pub(super) fn ensure(progress: Progress) -> Result<(), ToolchainError> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let step = progress.step(format!("installing the Debian packages {packages}"));
    apt_get(&["update", "-qq"]).map_err(|source| ToolchainError::Packages {
        packages: packages.clone(),
        source,
    })?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    apt_get(&install).map_err(|source| ToolchainError::Packages { packages, source })?;
    step.done();
    Ok(())
}

fn apt_get(args: &[&str]) -> Result<String, crate::host::HostError> {
    run_command(
        Command::new("apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
