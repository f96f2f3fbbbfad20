//! In which availability zone a target is registered: `all` for addresses outside the VPC.

use aws_api::ec2::{Ec2, Vpc};
use aws_api::{AwsError, ErrorClass};
use ipnet::IpNet;
use parking_lot::Mutex;
use runtime::Key;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The zone of addresses that no zone of the VPC holds.
const EVERY_ZONE: &str = "all";
/// Label of a node's zone.
pub(crate) const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
const VPC_TTL: Duration = Duration::from_secs(600);
/// How long it is remembered that a group's targets need a zone.
const NEEDS_ZONE_TTL: Duration = Duration::from_secs(3600);

/// Knows VPCs, and the bindings whose targets must be registered with their zone.
pub(crate) struct Zones {
    ec2: Arc<dyn Ec2>,
    vpcs: tokio::sync::Mutex<HashMap<String, (Instant, Vpc)>>,
    needs_zone: Mutex<HashMap<Key, Instant>>,
}

impl Zones {
    /// Nothing is known yet.
    pub(crate) fn new(ec2: Arc<dyn Ec2>) -> Self {
        Self {
            ec2,
            vpcs: tokio::sync::Mutex::default(),
            needs_zone: Mutex::default(),
        }
    }

    /// A VPC by id; a call in ten minutes.
    pub(crate) async fn vpc(&self, id: &str) -> aws_api::Result<Vpc> {
        let mut vpcs = self.vpcs.lock().await;
        if let Some((_, vpc)) = vpcs.get(id).filter(|(at, _)| at.elapsed() < VPC_TTL) {
            return Ok(vpc.clone());
        }
        let found = self
            .ec2
            .describe_vpcs(&[id.to_owned()], &Vec::new())
            .await?
            .pop()
            .unwrap_or_default();
        vpcs.insert(id.to_owned(), (Instant::now(), found.clone()));
        Ok(found)
    }

    /// Whether the binding's targets were refused without a zone within the last hour.
    pub(crate) fn needs_zone(&self, binding: &Key) -> bool {
        self.needs_zone
            .lock()
            .get(binding)
            .is_some_and(|at| at.elapsed() < NEEDS_ZONE_TTL)
    }

    /// Remembers that the binding's targets were refused without a zone.
    pub(crate) fn remember(&self, binding: &Key) {
        self.needs_zone.lock().insert(binding.clone(), Instant::now());
    }

    /// Forgets a binding that is gone.
    pub(crate) fn forget(&self, binding: &Key) {
        self.needs_zone.lock().remove(binding);
    }
}

/// The zone to register an address with: none for one of the VPC.
pub(crate) fn zone(address: &str, vpc: &Vpc) -> Option<String> {
    let address: Option<IpAddr> = address.parse().ok();
    let contains = |block: &String| {
        let block: Option<IpNet> = block.parse().ok();
        block
            .zip(address)
            .is_some_and(|(block, address)| block.contains(&address))
    };
    let inside = vpc.cidrs.iter().chain(&vpc.ipv6_cidrs).any(contains);
    (!inside).then(|| EVERY_ZONE.to_owned())
}

/// The zone of a target whose group wants one: its node's, or every.
pub(crate) fn zone_of_node(label: Option<&String>) -> Option<String> {
    Some(label.map_or(EVERY_ZONE, String::as_str).to_owned())
}

/// Whether AWS refused targets because they came without a zone.
pub(crate) fn is_zone_missing(error: &AwsError) -> bool {
    error.class() == ErrorClass::Invalid
        && error.code.starts_with("ValidationError")
        && error.message.contains("you must specify an Availability Zone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_and_outside() {
        let vpc = Vpc {
            cidrs: vec!["10.0.0.0/16".into(), "100.64.0.0/16".into()],
            ipv6_cidrs: vec!["fd00::/56".into()],
            ..Vpc::default()
        };
        let table = [
            ("10.0.3.4", None),
            ("100.64.9.9", None),
            ("fd00::1", None),
            ("192.168.0.1", Some("all")),
            ("x", Some("all")),
        ];
        for (address, expected) in table {
            assert_eq!(zone(address, &vpc).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn refusal() {
        let error = |code: &str, message: &str| AwsError {
            operation: "RegisterTargets",
            code: code.into(),
            message: message.into(),
            request_id: None,
        };
        assert!(is_zone_missing(&error(
            "ValidationError",
            "For these targets you must specify an Availability Zone"
        )));
        assert!(!is_zone_missing(&error("ValidationError", "port out of range")));
        assert!(!is_zone_missing(&error(
            "Throttling",
            "you must specify an Availability Zone"
        )));
    }
}
