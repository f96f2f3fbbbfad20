//! What attributes of both kinds of load balancers have in common.

use crate::PlanError;
use aws_api::elbv2::Attributes;
use controllers_api::annotation::Annotations;

const POLICY: &str = "dns_record.client_routing_policy";
const POLICIES: [&str; 3] = [
    "any_availability_zone",
    "partial_availability_zone_affinity",
    "availability_zone_affinity",
];

/// A routing policy of a network load balancer must be one that there is.
pub(crate) fn check_routing_policy(
    annotations: Annotations<'_>,
    key: &str,
    attributes: &Attributes,
) -> Result<(), PlanError> {
    match attributes.get(POLICY) {
        Some(policy) if !POLICIES.contains(&policy.as_str()) => {
            let expected = format!("right: {POLICY} must be one of {}", POLICIES.join(", "));
            Err(annotations.error(key, expected, "use one of them").into())
        }
        _ => Ok(()),
    }
}

/// Capacity units that an annotation reserves; 0 gives them up.
pub(crate) fn minimum_capacity(annotations: Annotations<'_>, key: &str) -> Result<Option<i32>, PlanError> {
    let map = annotations.map(key)?;
    let wrong = || {
        let remedy = "write CapacityUnits=<number>, 0 to reset";
        annotations.error(key, "CapacityUnits and a number", remedy)
    };
    match (map.len(), map.get("CapacityUnits")) {
        (0, _) => Ok(None),
        (1, Some(units)) => Ok(Some(units.parse().map_err(|_| wrong())?)),
        _ => Err(wrong().into()),
    }
}
