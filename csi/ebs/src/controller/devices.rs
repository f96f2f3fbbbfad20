//! Which device names of an instance are taken: those that EC2 shows, and those that have just been given.

use super::ControllerError;
use crate::device_name;
use aws_api::Ebs;
use aws_api::ebs::InstanceDevices;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a name that was given counts as taken, though EC2 does not show it: longer than any attachment is waited for.
const GIVEN: Duration = Duration::from_mins(10);

/// How long a name that EC2 refused is the last choice.
const REFUSED: Duration = Duration::from_hours(1);

/// Names that have been given, by instance, and the number of EBS cards by instance type. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Devices {
    instances: Arc<Mutex<BTreeMap<String, OfInstance>>>,
    cards: Arc<Mutex<BTreeMap<String, i32>>>,
}

#[derive(Debug, Default)]
struct OfInstance {
    /// Name to volume.
    given: BTreeMap<String, (String, Instant)>,
    /// Names that EC2 refused.
    refused: BTreeMap<String, Instant>,
}

/// A name for a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// It has one already.
    Attached(String),
    /// This one is free.
    Free(String),
}

impl Devices {
    /// The name of `volume` at an instance, which is given to nobody else from now on.
    pub(super) fn name(&self, instance: &InstanceDevices, volume: &str) -> Result<Name, ControllerError> {
        if let Some(mapping) = instance
            .mappings
            .iter()
            .find(|mapping| mapping.volume_id == volume && mapping.state != "detached")
        {
            return Ok(Name::Attached(mapping.device.clone()));
        }
        let now = Instant::now();
        let mut instances = self.instances.lock();
        let own = instances.entry(instance.id.clone()).or_default();
        own.given.retain(|_, (_, since)| now.duration_since(*since) < GIVEN);
        own.refused.retain(|_, since| now.duration_since(*since) < REFUSED);
        if let Some(name) = own
            .given
            .iter()
            .find_map(|(name, (other, _))| (other == volume).then(|| name.clone()))
        {
            return Ok(Name::Free(name));
        }
        let shown = instance
            .mappings
            .iter()
            .map(|mapping| mapping.device.clone())
            .chain(instance.root.clone());
        let in_use: BTreeSet<_> = shown.chain(own.given.keys().cloned()).collect();
        let refused = own.refused.keys().cloned().collect();
        let name = device_name::choose(&in_use, &refused).ok_or_else(|| ControllerError::NoDeviceName {
            node: instance.id.clone(),
        })?;
        own.given.insert(name.clone(), (volume.to_owned(), now));
        Ok(Name::Free(name))
    }

    /// How many EBS cards instances of a type have; one when EC2 does not tell.
    pub(super) async fn cards(&self, ebs: &Arc<dyn Ebs>, kind: &str) -> i32 {
        if let Some(cards) = self.cards.lock().get(kind) {
            return *cards;
        }
        let cards = ebs
            .ebs_cards(kind)
            .await
            .inspect_err(|error| tracing::debug!(kind, %error, "one EBS card is assumed"));
        let cards = cards.ok().flatten().unwrap_or(1);
        self.cards.lock().insert(kind.to_owned(), cards);
        cards
    }

    /// EC2 says that the name is in use, whatever it shows.
    pub(super) fn refuse(&self, instance: &str, name: &str) {
        let mut instances = self.instances.lock();
        let own = instances.entry(instance.to_owned()).or_default();
        own.given.remove(name);
        own.refused.insert(name.to_owned(), Instant::now());
    }

    /// The volume needs no name at the instance any more.
    pub(super) fn release(&self, instance: &str, volume: &str) {
        let mut instances = self.instances.lock();
        if let Some(own) = instances.get_mut(instance) {
            own.given.retain(|_, (other, _)| other != volume);
            if own.given.is_empty() && own.refused.is_empty() {
                instances.remove(instance);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_api::ebs::DeviceMapping;

    fn instance(mapped: &[(&str, &str)]) -> InstanceDevices {
        let mapping = |(device, volume): &(&str, &str)| DeviceMapping {
            device: (*device).into(),
            volume_id: (*volume).into(),
            state: "attached".into(),
            card: None,
        };
        InstanceDevices {
            id: "i-1".into(),
            kind: "m5.large".into(),
            root: Some("/dev/xvda".into()),
            mappings: mapped.iter().map(mapping).collect(),
        }
    }

    fn free(name: &str) -> Name {
        Name::Free(name.into())
    }

    #[test]
    fn no_name_is_given_twice() {
        let devices = Devices::default();
        let empty = instance(&[]);
        assert_eq!(devices.name(&empty, "vol-1").unwrap(), free("/dev/xvdaa"));
        assert_eq!(devices.name(&empty, "vol-2").unwrap(), free("/dev/xvdab"));
        assert_eq!(
            devices.name(&empty, "vol-1").unwrap(),
            free("/dev/xvdaa"),
            "the same volume asks again"
        );
        devices.release("i-1", "vol-1");
        assert_eq!(devices.name(&empty, "vol-3").unwrap(), free("/dev/xvdaa"));
        assert_eq!(
            devices.name(&instance(&[("/dev/xvdac", "vol-9")]), "vol-4").unwrap(),
            free("/dev/xvdad")
        );
    }

    #[test]
    fn what_is_attached_has_its_name_and_what_was_refused_comes_last() {
        let devices = Devices::default();
        let one = instance(&[("/dev/xvdaq", "vol-1")]);
        assert_eq!(
            devices.name(&one, "vol-1").unwrap(),
            Name::Attached("/dev/xvdaq".into())
        );
        assert_eq!(devices.name(&one, "vol-2").unwrap(), free("/dev/xvdaa"));
        devices.refuse("i-1", "/dev/xvdaa");
        assert_eq!(devices.name(&one, "vol-2").unwrap(), free("/dev/xvdab"));
    }
}
