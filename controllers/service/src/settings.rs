//! From arguments to what the plan is configured by.

use crate::args::ControllerArgs;
use loadbalancing::LoadBalancerArgs;
use plan::Config;

/// The plan's configuration for load balancers in `vpc_id`.
pub(crate) fn config(args: &ControllerArgs, load_balancers: &LoadBalancerArgs, vpc_id: &str) -> Config {
    Config {
        load_balancer_class: args.load_balancer_class.clone(),
        ..load_balancers.config(&args.cluster_name, vpc_id)
    }
}
