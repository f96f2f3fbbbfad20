//! From arguments to what the plan is configured by.

use crate::args::ControllerArgs;
use crate::feature_gates::Gate;
use plan::{Config, FeatureGates};

/// The plan's configuration for load balancers in `vpc_id`.
pub(crate) fn config(args: &ControllerArgs, vpc_id: &str) -> Config {
    let on = |gate| args.feature_gates.enabled(gate);
    Config {
        cluster: args.cluster_name.clone(),
        vpc_id: vpc_id.to_owned(),
        load_balancer_class: args.load_balancer_class.clone(),
        default_target_type: args.default_target_type.to_string(),
        default_scheme: args.default_load_balancer_scheme.to_string(),
        default_ssl_policy: args.default_ssl_policy.clone(),
        default_tags: args.default_tags.0.clone(),
        external_managed_tags: args.external_managed_tags.iter().cloned().collect(),
        enable_backend_security_group: args.enable_backend_security_group,
        manage_backend_security_group_rules: args.enable_manage_backend_security_group_rules,
        disable_restricted_rules: args.disable_restricted_sg_rules,
        gates: FeatureGates {
            service_type_load_balancer_only: on(Gate::ServiceTypeLoadBalancerOnly),
            ip_target_type: on(Gate::EnableIPTargetType),
            subnets_cluster_tag_check: on(Gate::SubnetsClusterTagCheck),
            nlb_health_check_advanced_config: on(Gate::NLBHealthCheckAdvancedConfig),
            nlb_security_group: on(Gate::NLBSecurityGroup),
            subnet_discovery_by_reachability: on(Gate::SubnetDiscoveryByReachability),
            capacity_reservation: on(Gate::LBCapacityReservation),
            tcp_udp_listener: on(Gate::EnableTCPUDPListener),
            default_tags_low_priority: on(Gate::EnableDefaultTagsLowPriority),
            weighted_target_groups: on(Gate::WeightedTargetGroups),
            ..FeatureGates::default()
        },
        ..Config::default()
    }
}
