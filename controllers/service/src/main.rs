//! service-controller: Service to Network Load Balancer.
fn main() {}
