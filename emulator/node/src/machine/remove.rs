//! A node that leaves its machine.

use super::{Machine, MachineError};
use crate::devices::Record;
use loopdev::Loop;

impl Machine {
    /// Removes what this node has made, but for what is mounted; how many devices are gone, and what is left. The bytes stay: they are
    /// the cloud's.
    pub(crate) fn remove(&self) -> (usize, Vec<MachineError>) {
        let made = self.devices.made();
        let errors: Vec<MachineError> = made
            .iter()
            .filter_map(|(id, record)| self.remove_device(id, record).err())
            .collect();
        (made.len() - errors.len(), errors)
    }

    fn remove_device(&self, id: &str, record: &Record) -> Result<(), MachineError> {
        let device: Option<Loop> = self.loops()?.get(id).copied();
        if let Some(device) = device.filter(|device| self.is_held(*device)) {
            let device = self.devices.directory().join(device.name()).display().to_string();
            let id = id.to_owned();
            return Err(MachineError::Busy { id, device });
        }
        let failed = |source| MachineError::Device {
            id: id.to_owned(),
            source,
        };
        self.devices.remove(id, record).map_err(failed)?;
        match device {
            // A volume that several instances have is one loop device.
            Some(device) if !self.store.has_device(id) => self.release(id, device),
            _ => Ok(()),
        }
    }
}
