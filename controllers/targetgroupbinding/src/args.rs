//! Command-line arguments, with the names and defaults of the Go controller.

use aws_api::Tags;
use runtime::args::duration;
use std::str::FromStr;
use std::time::Duration;

/// Keeps the targets of target groups in line with the endpoints of Services
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "targetgroupbinding-controller", version)]
#[group(skip)]
pub(crate) struct Args {
    /// Name of the cluster; security groups carry it in the tag kubernetes.io/cluster/NAME
    #[arg(long, env = "CLUSTER_NAME")]
    pub(crate) cluster_name: String,
    /// Most targets per target group; 0 is no limit
    #[arg(long, env = "MAX_TARGETS_PER_TARGET_GROUP", default_value_t = 0)]
    pub(crate) max_targets_per_target_group: usize,
    /// Time until a binding is looked at again whose pods wait for healthy targets
    #[arg(long, env = "TARGETGROUPBINDING_REQUEUE_DURATION", default_value = "15s", value_parser = duration)]
    pub(crate) targetgroupbinding_requeue_duration: Duration,
    /// How many bindings are reconciled at once
    #[arg(long, env = "TARGETGROUPBINDING_MAX_CONCURRENT_RECONCILES", default_value_t = 3)]
    pub(crate) targetgroupbinding_max_concurrent_reconciles: usize,
    /// Longest time between two attempts at a binding that fails
    #[arg(long, env = "TARGETGROUPBINDING_MAX_EXPONENTIAL_BACKOFF_DELAY", default_value = "1000s", value_parser = duration)]
    pub(crate) targetgroupbinding_max_exponential_backoff_delay: Duration,
    /// Makes a rule per port in the security groups of nodes and pods, instead of one range per source group
    #[arg(long, env = "DISABLE_RESTRICTED_SG_RULES", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(crate) disable_restricted_sg_rules: bool,
    /// Further tags, as key=value,..., of the security group that takes rules where an interface has several
    #[arg(long, env = "SERVICE_TARGET_ENI_SECURITY_GROUP_TAGS", default_value = "")]
    pub(crate) service_target_eni_security_group_tags: TagList,
    /// Switches features on and off: EndpointsFailOpen=true|false
    #[arg(long, env = "FEATURE_GATES", default_value = "")]
    pub(crate) feature_gates: FeatureGates,
    /// Arguments of every controller.
    #[command(flatten)]
    pub(crate) runtime: runtime::Args,
    /// Arguments of everything that talks to AWS.
    #[command(flatten)]
    pub(crate) aws: aws_sdk::Args,
}

/// Tags as `key=value,...`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TagList(pub(crate) Tags);

impl FromStr for TagList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        pairs(text)
            .map(|pair| pair.map(|(key, value)| (key.to_owned(), value.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Features that can be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeatureGates {
    /// Endpoints on nodes that are not heard of serve while there are no others.
    pub(crate) endpoints_fail_open: bool,
}

impl FromStr for FeatureGates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut gates = Self {
            endpoints_fail_open: true,
        };
        for pair in pairs(text) {
            let (name, value) = pair?;
            let value = value
                .parse()
                .map_err(|_| format!("{name}={value}: true or false is expected"))?;
            match name {
                "EndpointsFailOpen" => gates.endpoints_fail_open = value,
                _ => return Err(format!("unknown feature gate {name}")),
            }
        }
        Ok(gates)
    }
}

fn pairs(text: &str) -> impl Iterator<Item = Result<(&str, &str), String>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| {
        part.split_once('=')
            .ok_or_else(|| format!("{part:?} is not of the form key=value"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn gates() {
        assert_eq!(
            "".parse(),
            Ok(FeatureGates {
                endpoints_fail_open: true
            })
        );
        assert_eq!(
            "EndpointsFailOpen=false".parse(),
            Ok(FeatureGates {
                endpoints_fail_open: false
            })
        );
        assert!("Unheard=true".parse::<FeatureGates>().is_err());
        assert!("EndpointsFailOpen=maybe".parse::<FeatureGates>().is_err());
    }
}
