//! Targets as requests name them.

use super::arn;
use super::load_balancer::Type;
use super::state::State;
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
    /// Instance id, address, or ARN of a function or application load balancer.
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
            port: self.port.or(group.port).unwrap_or(0),
        }
    }

    /// The zone in which the target would be registered; `None` is every zone.
    ///
    /// # Errors
    /// `InvalidTarget` for an instance that does not exist or is elsewhere, an address out of the blocks that are allowed, what is no
    /// function, a load balancer that is elsewhere or has no listener on the port, or a zone that does not fit; `ValidationError` for
    /// what is no address.
    pub fn zone(&self, group: &TargetGroup, elbv2: &State, ec2: &ec2::State) -> Result<Option<String>, ApiError> {
        match group.target_type {
            TargetType::Instance => self.zone_of_instance(group, ec2),
            TargetType::Ip => self.zone_of_address(group, ec2),
            TargetType::Lambda => self.check_function(),
            TargetType::Alb => self.check_load_balancer(group, elbv2),
        }
    }

    fn check_function(&self) -> Result<Option<String>, ApiError> {
        let is_function = self.id.starts_with("arn:") && self.id.contains(":lambda:") && self.id.contains(":function:");
        if !is_function
            || self.port.is_some()
            || self.availability_zone.as_deref().is_some_and(|zone| zone != EVERY_ZONE)
        {
            let id = &self.id;
            return Err(invalid(format!(
                "A target of type lambda is the ARN of a function without a port, not '{id}'"
            )));
        }
        Ok(None)
    }

    fn check_load_balancer(&self, group: &TargetGroup, elbv2: &State) -> Result<Option<String>, ApiError> {
        let id = &self.id;
        let found = elbv2
            .load_balancers
            .get(id)
            .filter(|_| arn::type_of(id) == Some(Type::Application));
        let Some(found) = found.filter(|found| Some(&found.vpc_id) == group.vpc_id.as_ref()) else {
            let message =
                format!("A target of type alb is an application load balancer in the group's VPC, not '{id}'");
            return Err(invalid(message));
        };
        let port = self.key(group).port;
        if self.availability_zone.is_some() || !elbv2.listeners_of(id).any(|listener| listener.port == port) {
            let message = format!(
                "The application load balancer '{}' has no listener on port {port}",
                found.name
            );
            return Err(invalid(message));
        }
        Ok(None)
    }

    fn zone_of_instance(&self, group: &TargetGroup, ec2: &ec2::State) -> Result<Option<String>, ApiError> {
        let Some(instance) = ec2.instances.get(&self.id) else {
            return Err(invalid(format!(
                "The following target instance IDs are not valid: '{}'",
                self.id
            )));
        };
        if Some(&instance.vpc_id) != group.vpc_id.as_ref() {
            let vpc = group.vpc_id.as_deref().unwrap_or_default();
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
        let vpc_id = group.vpc_id.as_deref().unwrap_or_default();
        let own = ec2.vpcs.get(vpc_id).map(|vpc| vpc.cidr);
        if !own.iter().chain(&PRIVATE).any(|block| block.contains(&address)) {
            return Err(invalid(format!(
                "The IP address '{address}' is not within a valid range of addresses"
            )));
        }
        let mut subnets = ec2.subnets.values().filter(|subnet| subnet.vpc_id == vpc_id);
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
            port: (target_type != TargetType::Lambda).then_some(key.port),
            availability_zone,
        }
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidTarget", message)
}
