//! targetgroupbinding-controller: endpoints to targets, readiness gates, networking rules.
fn main() {}
