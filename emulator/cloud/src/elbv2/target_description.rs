//! Targets as requests name them.

use super::target_group::{TargetGroup, TargetKey, TargetType};
use crate::{ApiError, ec2};
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// The zone of targets that nodes in every zone reach alike.
const EVERY_ZONE: &str = "all";

/// Blocks beside the VPC's own that targets may be in: those of RFC 1918 and RFC 6598.
const PRIVATE: [Ipv4Net; 4] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// A target on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetDescription {
    /// Instance id or address.
    pub id: String,
    /// Port; that of the target group when it is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Zone name or `all`; addresses only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
}

impl TargetDescription {
    /// What it is among the targets of a group.
    pub fn key(&self, group: &TargetGroup) -> TargetKey {
        TargetKey {
            id: self.id.clone(),
            port: self.port.unwrap_or(group.port),
        }
    }

    /// The zone in which the target would be registered; `None` is every zone.
    ///
    /// # Errors
    /// `InvalidTarget` for an instance that does not exist or is elsewhere, an address out of the blocks that are allowed, or a zone
    /// that does not fit; `ValidationError` for what is no address.
    pub fn zone(&self, group: &TargetGroup, ec2: &ec2::State) -> Result<Option<String>, ApiError> {
        match group.target_type {
            TargetType::Instance => self.zone_of_instance(group, ec2),
            TargetType::Ip => self.zone_of_address(group, ec2),
        }
    }

    fn zone_of_instance(&self, group: &TargetGroup, ec2: &ec2::State) -> Result<Option<String>, ApiError> {
        let Some(instance) = ec2.instances.get(&self.id) else {
            return Err(invalid(format!(
                "The following target instance IDs are not valid: '{}'",
                self.id
            )));
        };
        if instance.vpc_id != group.vpc_id {
            let vpc = &group.vpc_id;
            return Err(invalid(format!(
                "The following targets are not in the target group VPC '{vpc}': '{}'",
                self.id
            )));
        }
        if self.availability_zone.is_some() {
            return Err(invalid(
                "You cannot specify an Availability Zone for targets of type instance".to_owned(),
            ));
        }
        Ok(Some(instance.zone.clone()))
    }

    fn zone_of_address(&self, group: &TargetGroup, ec2: &ec2::State) -> Result<Option<String>, ApiError> {
        let Ok(address) = self.id.parse::<Ipv4Addr>() else {
            return Err(ApiError::new(
                "ValidationError",
                format!("'{}' is not a valid IPv4 address", self.id),
            ));
        };
        let own = ec2.vpcs.get(&group.vpc_id).map(|vpc| vpc.cidr);
        if !own.iter().chain(&PRIVATE).any(|block| block.contains(&address)) {
            return Err(invalid(format!(
                "The IP address '{address}' is not within a valid range of addresses"
            )));
        }
        let mut subnets = ec2.subnets.values().filter(|subnet| subnet.vpc_id == group.vpc_id);
        let detected = subnets
            .find(|subnet| subnet.cidr.contains(&address))
            .map(|subnet| &subnet.zone);
        match (&self.availability_zone, detected) {
            (None, Some(zone)) => Ok(Some(zone.clone())),
            (Some(named), Some(zone)) if named == zone => Ok(Some(zone.clone())),
            (Some(named), None) if named == EVERY_ZONE => Ok(None),
            (Some(named), None) if ec2.zones().contains(named.as_str()) => Ok(Some(named.clone())),
            (None, None) => {
                let message =
                    format!("You must specify an Availability Zone or 'all' for '{address}', outside the VPC");
                Err(invalid(message))
            }
            (Some(named), _) => Err(invalid(format!(
                "The Availability Zone '{named}' is not valid for '{address}'"
            ))),
        }
    }

    /// How a registered target is shown.
    pub fn of(key: &TargetKey, zone: Option<&str>, target_type: TargetType) -> Self {
        let shown = zone.unwrap_or(EVERY_ZONE).to_owned();
        let availability_zone = (target_type == TargetType::Ip).then_some(shown);
        Self {
            id: key.id.clone(),
            port: Some(key.port),
            availability_zone,
        }
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidTarget", message)
}
