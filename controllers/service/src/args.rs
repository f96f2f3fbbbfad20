//! Arguments of the service controller, with the names and defaults of the Go controller.

use crate::feature_gates::FeatureGates;
use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Makes a Network Load Balancer of every Service that asks for one.
#[derive(Debug, Parser)]
#[command(
    name = "service-controller",
    version,
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Command {
    #[command(subcommand)]
    pub(crate) print: Option<Print>,
    #[command(flatten)]
    pub(crate) controller: Option<ControllerArgs>,
    #[command(flatten)]
    pub(crate) process: runtime::Args,
    #[command(flatten)]
    pub(crate) aws: aws_sdk::Args,
}

/// What can be printed instead of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Print {
    /// Print the definition of TargetGroupBinding, for kubectl apply
    Crd,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ControllerArgs {
    /// Name of the cluster: part of names and tags on AWS
    #[arg(long, env = "CLUSTER_NAME", required = true)]
    pub(crate) cluster_name: String,
    /// Services of this class are ours, whatever their annotations
    #[arg(long, env = "LOAD_BALANCER_CLASS", default_value = "service.k8s.aws/nlb")]
    pub(crate) load_balancer_class: String,
    /// Where targets are reached if a Service does not say
    #[arg(long, env = "DEFAULT_TARGET_TYPE", value_enum, default_value_t = TargetType::Instance)]
    pub(crate) default_target_type: TargetType,
    /// Scheme of load balancers if a Service does not say
    #[arg(long, env = "DEFAULT_LOAD_BALANCER_SCHEME", value_enum, default_value_t = Scheme::Internal)]
    pub(crate) default_load_balancer_scheme: Scheme,
    /// Security policy of TLS listeners if a Service does not say
    #[arg(long, env = "DEFAULT_SSL_POLICY", default_value = "ELBSecurityPolicy-2016-08")]
    pub(crate) default_ssl_policy: String,
    /// Tags of everything made on AWS, as key=value,...
    #[arg(long, env = "DEFAULT_TAGS", default_value = "")]
    pub(crate) default_tags: TagMap,
    /// Keys of tags that others manage, as key,...
    #[arg(long, env = "EXTERNAL_MANAGED_TAGS", value_delimiter = ',')]
    pub(crate) external_managed_tags: Vec<String>,
    /// Use one security group as the source of traffic to all targets
    #[arg(long, env = "ENABLE_BACKEND_SECURITY_GROUP", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) enable_backend_security_group: bool,
    /// Write rules for targets also when a Service names its own security groups
    #[arg(long, env = "ENABLE_MANAGE_BACKEND_SECURITY_GROUP_RULES", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) enable_manage_backend_security_group_rules: bool,
    /// Id of the security group to use as that source; made by the controller when absent
    #[arg(long, env = "BACKEND_SECURITY_GROUP", value_parser = security_group)]
    pub(crate) backend_security_group: Option<String>,
    /// Rules for targets open all ports instead of those in use
    #[arg(long, env = "DISABLE_RESTRICTED_SG_RULES", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) disable_restricted_sg_rules: bool,
    /// Services reconciled at once
    #[arg(long, env = "SERVICE_MAX_CONCURRENT_RECONCILES", default_value_t = 3,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) service_max_concurrent_reconciles: u16,
    /// Longest delay between failed reconciles of a Service
    #[arg(long, env = "SERVICE_MAX_EXPONENTIAL_BACKOFF_DELAY", default_value = "1000s",
          value_parser = runtime::args::duration)]
    pub(crate) service_max_exponential_backoff_delay: Duration,
    /// Features to switch, as Name=true,...
    #[arg(long, env = "FEATURE_GATES", default_value = "")]
    pub(crate) feature_gates: FeatureGates,
}

impl ControllerArgs {
    /// What no single flag can know to be wrong.
    pub(crate) fn validate(&self) -> Result<(), String> {
        if self.enable_manage_backend_security_group_rules && !self.enable_backend_security_group {
            return Err(
                "--enable-manage-backend-security-group-rules needs --enable-backend-security-group".to_owned(),
            );
        }
        let tracking = |key: &&String| model::tags::TRACKING_KEYS.contains(&key.as_str());
        if let Some(key) = self
            .default_tags
            .0
            .keys()
            .chain(&self.external_managed_tags)
            .find(tracking)
        {
            return Err(format!(
                "tag {key} is the controller's own; take it out of --default-tags and --external-managed-tags"
            ));
        }
        match self
            .default_tags
            .0
            .keys()
            .find(|key| self.external_managed_tags.contains(key))
        {
            Some(key) => Err(format!(
                "tag {key} is both in --default-tags and --external-managed-tags"
            )),
            None => Ok(()),
        }
    }
}

/// Where targets are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetType {
    Instance,
    Ip,
}

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheme {
    Internal,
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
pub(crate) struct TagMap(pub(crate) BTreeMap<String, String>);

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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<ControllerArgs, String> {
        let arguments = ["service-controller"].iter().chain(arguments);
        let command = Command::try_parse_from(arguments).map_err(|error| error.to_string())?;
        let controller = command.controller.ok_or("no arguments")?;
        controller.validate().map(|()| controller)
    }

    #[test]
    fn the_command_is_well_formed() {
        Command::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_go_controller() {
        let args = parse(&["--cluster-name=c"]).unwrap();
        assert_eq!(args.load_balancer_class, "service.k8s.aws/nlb");
        assert_eq!(args.default_target_type.to_string(), "instance");
        assert_eq!(args.default_load_balancer_scheme.to_string(), "internal");
        assert_eq!(args.service_max_exponential_backoff_delay, Duration::from_secs(1000));
        assert!(args.enable_backend_security_group && !args.enable_manage_backend_security_group_rules);
    }

    #[test]
    fn mistakes_stop_the_start() {
        let table: [(&[&str], &str); 6] = [
            (&[], "--cluster-name"),
            (
                &["--cluster-name=c", "--feature-gates=Nope=true"],
                "there is no feature gate \"Nope\"",
            ),
            (&["--cluster-name=c", "--backend-security-group=web"], "starts with sg-"),
            (
                &[
                    "--cluster-name=c",
                    "--enable-backend-security-group=false",
                    "--enable-manage-backend-security-group-rules",
                ],
                "needs --enable-backend-security-group",
            ),
            (
                &["--cluster-name=c", "--default-tags=elbv2.k8s.aws/cluster=x"],
                "the controller's own",
            ),
            (
                &["--cluster-name=c", "--default-tags=a=b", "--external-managed-tags=a"],
                "both in",
            ),
        ];
        for (arguments, expected) in table {
            let error = parse(arguments).unwrap_err();
            assert!(error.contains(expected), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn the_definition_prints_without_other_arguments() {
        let command = Command::try_parse_from(["service-controller", "crd"]).unwrap();
        assert_eq!(command.print, Some(Print::Crd));
    }
}
