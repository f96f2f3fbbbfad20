//! Rust code of the `.proto` files; no protoc is needed.

/// Requests that carry secrets; `src/redacted.rs` prints them without.
const WITH_SECRETS: [&str; 14] = [
    "ControllerExpandVolumeRequest",
    "ControllerModifyVolumeRequest",
    "ControllerPublishVolumeRequest",
    "ControllerUnpublishVolumeRequest",
    "CreateSnapshotRequest",
    "CreateVolumeRequest",
    "DeleteSnapshotRequest",
    "DeleteVolumeRequest",
    "GetSnapshotRequest",
    "ListSnapshotsRequest",
    "NodeExpandVolumeRequest",
    "NodePublishVolumeRequest",
    "NodeStageVolumeRequest",
    "ValidateVolumeCapabilitiesRequest",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = ["csi.proto", "modify.proto", "pluginregistration.proto"].map(|file| format!("proto/{file}"));
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(files, ["proto"])?;
    tonic_prost_build::configure()
        .build_transport(false)
        .skip_debug(WITH_SECRETS.map(|message| format!(".csi.v1.{message}")))
        .compile_fds(descriptors)?;
    Ok(())
}
