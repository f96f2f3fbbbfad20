//! Arguments of every controller that makes load balancers, with the names and defaults of the Go controller.

use crate::bindings::KubeBindings;
use crate::feature_gates::{FeatureGates, Gate};
use aws_api::Aws;
use clap::{ArgAction, ValueEnum};
use converge::tags::ExternalTags;
use converge::{BackendSecurityGroup, BackendSecurityGroupConfig, Converger, Defaults, Inventory};
use plan::Config;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Arguments about load balancers. Flatten it into a binary's arguments with `#[command(flatten)]`.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct LoadBalancerArgs {
    /// Where targets are reached if an object does not say
    #[arg(long, env = "DEFAULT_TARGET_TYPE", value_enum, default_value_t = TargetType::Instance)]
    pub default_target_type: TargetType,
    /// Scheme of load balancers if an object does not say
    #[arg(long, env = "DEFAULT_LOAD_BALANCER_SCHEME", value_enum, default_value_t = Scheme::Internal)]
    pub default_load_balancer_scheme: Scheme,
    /// Security policy of TLS listeners if an object does not say
    #[arg(long, env = "DEFAULT_SSL_POLICY", default_value = "ELBSecurityPolicy-2016-08")]
    pub default_ssl_policy: String,
    /// Tags of everything made on AWS, as key=value,...
    #[arg(long, env = "DEFAULT_TAGS", default_value = "")]
    pub default_tags: TagMap,
    /// Keys of tags that others manage, as key,...
    #[arg(long, env = "EXTERNAL_MANAGED_TAGS", value_delimiter = ',')]
    pub external_managed_tags: Vec<String>,
    /// Use one security group as the source of traffic to all targets
    #[arg(long, env = "ENABLE_BACKEND_SECURITY_GROUP", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub enable_backend_security_group: bool,
    /// Write rules for targets also when an object names its own security groups
    #[arg(long, env = "ENABLE_MANAGE_BACKEND_SECURITY_GROUP_RULES", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub enable_manage_backend_security_group_rules: bool,
    /// Id of the security group to use as that source; made by the controller when absent
    #[arg(long, env = "BACKEND_SECURITY_GROUP", value_parser = security_group)]
    pub backend_security_group: Option<String>,
    /// Rules for targets open all ports instead of those in use
    #[arg(long, env = "DISABLE_RESTRICTED_SG_RULES", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub disable_restricted_sg_rules: bool,
    /// When to look again at a load balancer that is being provisioned
    #[arg(long, env = "LB_STABILIZATION_MONITOR_INTERVAL", default_value = "120s",
          value_parser = runtime::args::duration)]
    pub lb_stabilization_monitor_interval: Duration,
    /// Features to switch, as Name=true,...
    #[arg(long, env = "FEATURE_GATES", default_value = "")]
    pub feature_gates: FeatureGates,
}

impl LoadBalancerArgs {
    /// What no single flag can know to be wrong.
    ///
    /// # Errors
    /// A text for people.
    pub fn validate(&self) -> Result<(), String> {
        if self.enable_manage_backend_security_group_rules && !self.enable_backend_security_group {
            return Err(
                "--enable-manage-backend-security-group-rules needs --enable-backend-security-group".to_owned(),
            );
        }
        let keys = self.default_tags.0.keys();
        let mut all = keys.clone().chain(&self.external_managed_tags);
        if let Some(key) = all.find(|key| model::tags::TRACKING_KEYS.contains(&key.as_str())) {
            return Err(format!(
                "tag {key} is the controller's own; take it out of --default-tags and --external-managed-tags"
            ));
        }
        match keys.clone().find(|key| self.external_managed_tags.contains(key)) {
            Some(key) => Err(format!(
                "tag {key} is both in --default-tags and --external-managed-tags"
            )),
            None => Ok(()),
        }
    }

    /// The configuration of plans for load balancers in `vpc_id`, as far as these arguments decide it.
    #[must_use]
    pub fn config(&self, cluster: &str, vpc_id: &str) -> Config {
        let on = |gate| self.feature_gates.enabled(gate);
        Config {
            cluster: cluster.to_owned(),
            vpc_id: vpc_id.to_owned(),
            default_target_type: self.default_target_type.to_string(),
            default_scheme: self.default_load_balancer_scheme.to_string(),
            default_ssl_policy: self.default_ssl_policy.clone(),
            default_tags: self.default_tags.0.clone(),
            external_managed_tags: self.external_managed_tags.iter().cloned().collect(),
            enable_backend_security_group: self.enable_backend_security_group,
            manage_backend_security_group_rules: self.enable_manage_backend_security_group_rules,
            disable_restricted_rules: self.disable_restricted_sg_rules,
            gates: plan::FeatureGates {
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
                alb_single_subnet: on(Gate::ALBSingleSubnet),
                certificate_management: on(Gate::EnableCertificateManagement),
                enhanced_default_behavior: on(Gate::EnhancedDefaultBehavior),
            },
            ..Config::default()
        }
    }

    /// What makes AWS what stacks say. `sync_period` is how long what was listed is believed.
    #[must_use]
    pub fn converger(
        &self,
        aws: Aws,
        cluster: &str,
        vpc_id: &str,
        sync_period: Duration,
        bindings: KubeBindings,
    ) -> Converger {
        let external_tags: ExternalTags = self.external_managed_tags.iter().cloned().collect();
        let group = BackendSecurityGroupConfig {
            explicit: self.backend_security_group.clone(),
            cluster: cluster.to_owned(),
            vpc_id: vpc_id.to_owned(),
            default_tags: self.default_tags.0.clone(),
            external_tags: external_tags.clone(),
        };
        let mut inventory = Inventory::new(aws.clone(), bindings.owner, cluster, vpc_id, sync_period);
        if self.feature_gates.enabled(Gate::EnableCertificateManagement) {
            inventory = inventory.with_certificates();
        }
        Converger {
            inventory,
            backend_security_group: BackendSecurityGroup::new(aws.clone(), group),
            bindings: Arc::new(bindings),
            defaults: Defaults::default(),
            aws,
            vpc_id: vpc_id.to_owned(),
            external_tags,
            stabilization: self.lb_stabilization_monitor_interval,
        }
    }
}

/// Where targets are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TargetType {
    /// At a node's port.
    Instance,
    /// At a pod's address.
    Ip,
}

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scheme {
    /// The VPC.
    Internal,
    /// Everybody.
    InternetFacing,
}

impl fmt::Display for TargetType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TargetType::Instance => "instance",
            TargetType::Ip => "ip",
        })
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheme::Internal => "internal",
            Scheme::InternetFacing => "internet-facing",
        })
    }
}

/// Tags as `key=value,...`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagMap(pub BTreeMap<String, String>);

impl FromStr for TagMap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = |part| format!("{part:?} is not of the form key=value");
        controllers_api::value::map(text).map(Self).map_err(malformed)
    }
}

fn security_group(text: &str) -> Result<String, String> {
    if text.starts_with("sg-") {
        Ok(text.to_owned())
    } else {
        Err("a security group id starts with sg-".to_owned())
    }
}
