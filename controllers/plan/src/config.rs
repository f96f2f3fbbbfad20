//! The controller's flags, as far as the plan depends on them.

use aws_api::Tags;
use std::collections::BTreeSet;

/// Flags that shape plans. Defaults are the Go controller's.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
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
    /// `--ingress-class`.
    pub ingress_class: String,
    /// `--disable-ingress-class-annotation`.
    pub disable_class_annotation: bool,
    /// `--disable-ingress-group-name-annotation`.
    pub disable_group_name_annotation: bool,
    /// `--tolerate-non-existent-backend-service`.
    pub tolerate_non_existent_backend_service: bool,
    /// `--tolerate-non-existent-backend-action`.
    pub tolerate_non_existent_backend_action: bool,
    /// `--allowed-certificate-authority-arns`.
    pub allowed_certificate_authorities: BTreeSet<String>,
    /// `--default-pca-arn`; empty if there is none.
    pub default_pca_arn: String,
    /// `--required-secrets-label`: key and value.
    pub required_secrets_label: Option<(String, String)>,
    /// `--strict-groups`: the first bad member stops its group.
    pub strict_groups: bool,
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
    /// `ALBSingleSubnet`.
    pub alb_single_subnet: bool,
    /// `EnableCertificateManagement`.
    pub certificate_management: bool,
    /// `EnhancedDefaultBehavior`.
    pub enhanced_default_behavior: bool,
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
            alb_single_subnet: false,
            certificate_management: false,
            enhanced_default_behavior: false,
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
            ingress_class: "alb".to_owned(),
            disable_class_annotation: false,
            disable_group_name_annotation: false,
            tolerate_non_existent_backend_service: true,
            tolerate_non_existent_backend_action: true,
            allowed_certificate_authorities: BTreeSet::new(),
            default_pca_arn: String::new(),
            required_secrets_label: None,
            strict_groups: false,
            gates: FeatureGates::default(),
        }
    }
}

impl Config {
    /// Tags of a user with those of `--default-tags`, which win unless a gate says otherwise.
    pub(crate) fn with_default_tags(&self, user: &Tags) -> Tags {
        let (low, high) = match self.gates.default_tags_low_priority {
            true => (&self.default_tags, user),
            false => (user, &self.default_tags),
        };
        let mut tags = low.clone();
        tags.extend(high.clone());
        tags
    }

    /// A key among these tags that is left to others.
    pub(crate) fn external_tag<'t>(&self, tags: &'t Tags) -> Option<&'t str> {
        let mut keys = tags.keys().map(String::as_str);
        keys.find(|key| self.external_managed_tags.contains(*key))
    }
}
