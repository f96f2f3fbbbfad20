//! Container images without a registry: an archive in the layout of `docker save`, one layer, one static program.
//! See the image specification v1.2 of Docker.

use super::ClusterError;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;

/// An image with one program.
pub(super) struct Image<'a> {
    /// Name and tag.
    pub tag: &'a str,
    /// The program on this host.
    pub program: &'a Path,
    /// Its path in the image, without leading slash.
    pub path: &'a str,
    /// The command line.
    pub command: &'a [&'a str],
}

impl Image<'_> {
    /// Writes the archive.
    ///
    /// # Errors
    /// When the program cannot be read or the archive cannot be written.
    pub(super) fn write(&self, archive: &Path) -> Result<(), ClusterError> {
        let fault = |source| ClusterError::State {
            path: archive.to_owned(),
            source,
        };
        let program = std::fs::read(self.program).map_err(|source| ClusterError::State {
            path: self.program.to_owned(),
            source,
        })?;
        let mut layer = tar::Builder::new(Vec::new());
        append(&mut layer, self.path, &program, 0o755).map_err(fault)?;
        let layer = layer.into_inner().map_err(fault)?;
        let config = json!({
            "architecture": "amd64",
            "os": "linux",
            "config": { "Entrypoint": self.command, "Env": ["PATH=/"] },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", hex(&Sha256::digest(&layer)))] },
        });
        let manifest = json!([{ "Config": "config.json", "RepoTags": [self.tag], "Layers": ["layer.tar"] }]);
        let mut image = tar::Builder::new(std::fs::File::create(archive).map_err(fault)?);
        append(&mut image, "layer.tar", &layer, 0o644).map_err(fault)?;
        append(&mut image, "config.json", config.to_string().as_bytes(), 0o644).map_err(fault)?;
        append(&mut image, "manifest.json", manifest.to_string().as_bytes(), 0o644).map_err(fault)?;
        image.finish().map_err(fault)
    }
}

fn append<W: std::io::Write>(tar: &mut tar::Builder<W>, path: &str, data: &[u8], mode: u32) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(data.len() as u64);
    header.set_mode(mode);
    tar.append_data(&mut header, path, data)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
