//! Volumes that each node has of its own, declared by their device: `local-ebs://dev/xvdbz`.

use crate::invalid::Invalid;
use crate::names::LOCAL_HANDLE;

/// Refuses what only a volume of the whole cluster can have done to it.
///
/// # Errors
/// When the handle is such a volume's.
pub fn refuse(handle: &str) -> Result<(), Invalid> {
    if handle.starts_with(LOCAL_HANDLE) {
        let allowed =
            "a volume of the cluster: one that each node has of its own cannot be grown, changed or copied by it";
        return Err(Invalid::value("volume_id", handle, allowed));
    }
    Ok(())
}
