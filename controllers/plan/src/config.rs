//! The controller's flags, as far as the plan depends on them.

use aws_api::Tags;
use std::collections::BTreeSet;

/// Flags that shape plans. Defaults are the Go controller's.
#[derive(Debug, Clone)]
pub struct Config {
    /// `--cluster-name`.
    pub cluster: String,
    /// The VPC of the cluster.
    pub vpc_id: String,
    /// `--load-balancer-class`.
    pub load_balancer_class: String,
    /// `--default-target-type`.
    pub default_target_type: String,
    /// `--default-load-balancer-scheme`.
    pub default_scheme: String,
    /// `--default-ssl-policy`.
    pub default_ssl_policy: String,
    /// `--default-tags`.
    pub default_tags: Tags,
    /// `--external-managed-tags`.
    pub external_managed_tags: BTreeSet<String>,
    /// `--enable-backend-security-group`.
    pub enable_backend_security_group: bool,
    /// `--enable-manage-backend-security-group-rules`.
    pub manage_backend_security_group_rules: bool,
    /// `--disable-restricted-sg-rules`.
    pub disable_restricted_rules: bool,
    /// `--feature-gates`.
    pub gates: FeatureGates,
}

/// Feature gates that shape plans.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a gate of its own")]
pub struct FeatureGates {
    /// `ServiceTypeLoadBalancerOnly`.
    pub service_type_load_balancer_only: bool,
    /// `EnableIPTargetType`.
    pub ip_target_type: bool,
    /// `SubnetsClusterTagCheck`.
    pub subnets_cluster_tag_check: bool,
    /// `NLBHealthCheckAdvancedConfig`.
    pub nlb_health_check_advanced_config: bool,
    /// `NLBSecurityGroup`.
    pub nlb_security_group: bool,
    /// `SubnetDiscoveryByReachability`.
    pub subnet_discovery_by_reachability: bool,
    /// `LBCapacityReservation`.
    pub capacity_reservation: bool,
    /// `EnableTCPUDPListener`.
    pub tcp_udp_listener: bool,
    /// `EnableDefaultTagsLowPriority`.
    pub default_tags_low_priority: bool,
    /// `WeightedTargetGroups`.
    pub weighted_target_groups: bool,
}

impl Default for FeatureGates {
    fn default() -> Self {
        Self {
            service_type_load_balancer_only: false,
            ip_target_type: true,
            subnets_cluster_tag_check: true,
            nlb_health_check_advanced_config: true,
            nlb_security_group: true,
            subnet_discovery_by_reachability: true,
            capacity_reservation: true,
            tcp_udp_listener: false,
            default_tags_low_priority: false,
            weighted_target_groups: true,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cluster: String::new(),
            vpc_id: String::new(),
            load_balancer_class: "service.k8s.aws/nlb".to_owned(),
            default_target_type: "instance".to_owned(),
            default_scheme: "internal".to_owned(),
            default_ssl_policy: "ELBSecurityPolicy-2016-08".to_owned(),
            default_tags: Tags::new(),
            external_managed_tags: BTreeSet::new(),
            enable_backend_security_group: true,
            manage_backend_security_group_rules: false,
            disable_restricted_rules: false,
            gates: FeatureGates::default(),
        }
    }
}
