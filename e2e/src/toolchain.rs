//! The programs that a cluster needs: Debian packages, Go programs from pinned modules, this workspace's binaries, the pods' program.
//!
//! What is built is kept by version in `$SEATRIAL_CACHE` (`~/.cache/seatrial`), outside the checkout.

mod go;
mod packages;
mod python;
mod workspace;

pub use python::peers;
pub use workspace::Binaries;

use crate::host::{HostError, run_command};
use crate::instance::{AWS, CONTROLLERS};
use crate::progress::Progress;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// apt-get failed.
    #[error("could not install the Debian packages {packages}; install them by hand and run again")]
    Packages {
        /// What was to be installed.
        packages: String,
        /// Why.
        source: HostError,
    },
    /// A build failed.
    #[error("could not build {what}")]
    Build {
        /// What was to be built.
        what: String,
        /// Why.
        source: HostError,
    },
    /// A file of the cache could not be written.
    #[error("could not write {path}; check the disk and SEATRIAL_CACHE")]
    Cache {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Where the programs of a cluster are.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// kube-apiserver and its kin.
    pub kubernetes: PathBuf,
    /// etcd.
    pub etcd: PathBuf,
    /// CoreDNS.
    pub coredns: PathBuf,
    /// The pods' program.
    pub pod: PathBuf,
    /// seatrial-aws and the controllers.
    pub binaries: Binaries,
}

/// csi-sanity, built if it is missing.
///
/// # Errors
/// When it cannot be built.
pub fn csi_sanity(progress: Progress) -> Result<PathBuf, ToolchainError> {
    go::csi_sanity(progress)
}

/// The folder of all that is built once.
#[must_use]
pub fn cache() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = || set("HOME").unwrap_or_else(|| PathBuf::from("/root"));
    set("SEATRIAL_CACHE").unwrap_or_else(|| {
        set("XDG_CACHE_HOME")
            .unwrap_or_else(|| home().join(".cache"))
            .join("seatrial")
    })
}

/// The checkout that this program was built from.
#[must_use]
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

impl Toolchain {
    /// Installs and builds what is missing.
    ///
    /// # Errors
    /// When a package cannot be installed or a program cannot be built.
    pub fn ensure(progress: Progress) -> Result<Self, ToolchainError> {
        let toolchain = Self::for_cluster(progress)?;
        let names: Vec<_> = [AWS].into_iter().chain(CONTROLLERS).collect();
        toolchain.binaries.build(&names, progress)?;
        Ok(toolchain)
    }

    /// As [`Toolchain::ensure`], without this workspace's binaries: what a cluster by itself needs.
    ///
    /// # Errors
    /// As [`Toolchain::ensure`].
    pub fn for_cluster(progress: Progress) -> Result<Self, ToolchainError> {
        packages::ensure(progress)?;
        let built = go::ensure(progress)?;
        Ok(Self {
            kubernetes: built.kubernetes,
            etcd: built.etcd,
            coredns: built.coredns,
            pod: ensure_pod(progress)?,
            binaries: Binaries::located(),
        })
    }

    /// One of this workspace's binaries alone, built.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn binary(name: &str, progress: Progress) -> Result<PathBuf, ToolchainError> {
        let binaries = Binaries::located();
        binaries.build(&[name], progress)?;
        Ok(binaries.path(name))
    }

    /// A Kubernetes program, such as `kubectl`.
    #[must_use]
    pub fn kube(&self, program: &str) -> PathBuf {
        self.kubernetes.join(program)
    }
}

/// Compiles the pods' program, static, unless its source has not changed.
fn ensure_pod(progress: Progress) -> Result<PathBuf, ToolchainError> {
    let source = include_str!("../images/pod/main.go");
    let program = cache().join("pod").join(hash(source)).join("pod");
    if program.exists() {
        return Ok(program);
    }
    let step = progress.step("building the pods' program");
    create_parent(&program)?;
    let mut go = Command::new("go");
    go.args(["build", "-trimpath", "-ldflags", "-s -w", "-o"])
        .arg(&program)
        .arg("main.go")
        .current_dir(checkout().join("e2e/images/pod"))
        .env("CGO_ENABLED", "0");
    run_command(&mut go).map_err(|source| ToolchainError::Build {
        what: "the pods' program".into(),
        source,
    })?;
    step.done();
    Ok(program)
}

/// The first 12 hex digits of a text's SHA-256.
pub(crate) fn hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text)
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn create_parent(path: &Path) -> Result<(), ToolchainError> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).map_err(|source| ToolchainError::Cache {
        path: folder.to_owned(),
        source,
    })
}
