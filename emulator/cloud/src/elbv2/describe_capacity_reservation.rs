//! DescribeCapacityReservation.

use super::capacity::Reservation;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// What
/// [DescribeCapacityReservation](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeCapacityReservation.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    load_balancer_arn: String,
}

/// What it answers: the reservation.
pub type Output = Reservation;

/// Shows what capacity a load balancer has reserved.
///
/// # Errors
/// `ValidationError`, `LoadBalancerNotFound`.
pub fn call(region: &Region, input: Input, _: &Context) -> Result<Output, ApiError> {
    region.elbv2.load_balancer(&input.load_balancer_arn).map(Reservation::of)
}
