//! Elastic Load Balancing v2, API version 2015-12-01.

/// Load balancers, target groups, listeners of one region.
#[derive(Debug, Default, Clone)]
pub struct State {}

crate::action::actions! {
    read {}
    write {}
}
