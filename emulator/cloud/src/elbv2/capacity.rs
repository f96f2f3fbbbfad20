//! Capacity reservations on the wire.

use super::load_balancer::LoadBalancer;
use serde::{Deserialize, Serialize};

/// Capacity units that a load balancer has at least.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct MinimumCapacity {
    /// Units.
    pub capacity_units: u32,
}

/// The reservation of a load balancer, as both actions about it answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Reservation {
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_load_balancer_capacity: Option<MinimumCapacity>,
    capacity_reservation_state: Vec<ZonalState>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ZonalState {
    availability_zone: String,
    effective_capacity_units: f64,
    state: ProvisionedState,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProvisionedState {
    code: &'static str,
}

impl Reservation {
    /// Of a load balancer; spread evenly over its zones.
    pub fn of(load_balancer: &LoadBalancer) -> Self {
        let units = load_balancer.reserved_capacity;
        let reserved = (units > 0).then_some(MinimumCapacity { capacity_units: units });
        let zones = load_balancer.zones.iter().filter(|_| units > 0);
        let count = u32::try_from(load_balancer.zones.len()).unwrap_or(u32::MAX).max(1);
        let describe = |zone: &super::load_balancer::Zone| ZonalState {
            availability_zone: zone.zone.clone(),
            effective_capacity_units: f64::from(units) / f64::from(count),
            state: ProvisionedState { code: "provisioned" },
        };
        Self {
            minimum_load_balancer_capacity: reserved,
            capacity_reservation_state: zones.map(describe).collect(),
        }
    }
}
