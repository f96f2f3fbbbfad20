//! ModifyCapacityReservation.

use super::capacity::{MinimumCapacity, Reservation};
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// What
/// [ModifyCapacityReservation](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
    minimum_load_balancer_capacity: Option<MinimumCapacity>,
    #[serde(default)]
    reset_capacity_reservation: bool,
}

/// What it answers: the reservation as it now is.
pub type Output = Reservation;

/// Reserves capacity of a load balancer, or gives it back.
///
/// # Errors
/// `ValidationError` unless the request does one of the two, `LoadBalancerNotFound`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let load_balancer = region.elbv2.load_balancer_mut(&input.load_balancer_arn)?;
    load_balancer.reserved_capacity = match (input.minimum_load_balancer_capacity, input.reset_capacity_reservation) {
        (Some(MinimumCapacity { capacity_units }), false) => capacity_units,
        (None, true) => 0,
        _ => {
            let message = "You must specify either the minimum capacity or its reset";
            return Err(ApiError::new("ValidationError", message));
        }
    };
    Ok(Reservation::of(load_balancer))
}
