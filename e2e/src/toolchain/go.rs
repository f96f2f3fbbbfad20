//! Go programs, built from the pinned modules in `e2e/tools`.

use super::{ToolchainError, cache, checkout, create_parent};
use crate::host::run_command;
use crate::progress::Progress;
use std::path::PathBuf;
use std::process::Command;

/// A tools module and what is built from it.
struct Module {
    name: &'static str,
    version: &'static str,
    packages: &'static [&'static str],
    ldflags: &'static str,
    minutes: &'static str,
}

const ETCD: Module = Module {
    name: "etcd",
    version: "3.6.5",
    packages: &["go.etcd.io/etcd/server/v3"],
    ldflags: "-s -w",
    minutes: "half a minute",
};

const KUBERNETES: Module = Module {
    name: "kubernetes",
    version: "1.34.2",
    packages: &[
        "k8s.io/kubernetes/cmd/kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-scheduler",
        "k8s.io/kubernetes/cmd/kubelet",
        "k8s.io/kubernetes/cmd/kube-proxy",
        "k8s.io/kubernetes/cmd/kubectl",
    ],
    // Without a version the apiserver reports v0.0.0, and clients refuse it.
    ldflags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.2 \
              -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34",
    minutes: "five minutes",
};

const COREDNS: Module = Module {
    name: "coredns",
    version: "1.15.0",
    packages: &["github.com/coredns/coredns"],
    ldflags: "-s -w",
    minutes: "two minutes",
};

const CSI_TEST: Module = Module {
    name: "csi-test",
    version: "5.4.0",
    packages: &["github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity"],
    ldflags: "-s -w",
    minutes: "a minute",
};

/// The conformance suite of CSI drivers, built if the cache lacks it.
pub(super) fn csi_sanity(progress: Progress) -> Result<PathBuf, ToolchainError> {
    CSI_TEST.ensure(progress).map(|folder| folder.join("csi-sanity"))
}

/// Where the built programs are.
pub(super) struct Built {
    pub(super) kubernetes: PathBuf,
    pub(super) etcd: PathBuf,
    pub(super) coredns: PathBuf,
}

/// Builds what the cache lacks.
pub(super) fn ensure(progress: Progress) -> Result<Built, ToolchainError> {
    let (etcd, kubernetes, coredns) = (
        ETCD.ensure(progress)?,
        KUBERNETES.ensure(progress)?,
        COREDNS.ensure(progress)?,
    );
    Ok(Built {
        kubernetes,
        etcd: etcd.join("etcd"),
        coredns: coredns.join("coredns"),
    })
}

impl Module {
    /// The folder of the module's programs, each under the last part of its package's name.
    fn ensure(&self, progress: Progress) -> Result<PathBuf, ToolchainError> {
        let folder = cache().join(self.name).join(self.version);
        for package in self.packages {
            let program = folder.join(program_name(package));
            if program.exists() {
                continue;
            }
            let name = program_name(package);
            let step = progress.step(format!(
                "building {name} {} (once; about {})",
                self.version, self.minutes
            ));
            create_parent(&program)?;
            let partial = program.with_extension("partial");
            let mut go = Command::new("go");
            go.args(["build", "-mod=mod", "-trimpath", "-ldflags", self.ldflags, "-o"])
                .arg(&partial)
                .arg(package);
            go.current_dir(checkout().join("e2e/tools").join(self.name))
                .env("CGO_ENABLED", "0");
            run_command(&mut go).map_err(|source| ToolchainError::Build {
                what: name.into(),
                source,
            })?;
            // Renamed when whole, so that an interrupted build is not taken for a program.
            std::fs::rename(&partial, &program).map_err(|source| ToolchainError::Cache { path: program, source })?;
            step.done();
        }
        Ok(folder)
    }
}

/// The last part of a package's path that is not a version.
fn program_name(package: &str) -> &str {
    if package == ETCD.packages[0] {
        return "etcd";
    }
    package.rsplit('/').next().unwrap_or(package)
}
