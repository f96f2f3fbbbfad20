//! Arguments of the service controller, with the names and defaults of the Go controller.

use clap::{Parser, Subcommand};
use loadbalancing::LoadBalancerArgs;
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
    pub(crate) load_balancers: LoadBalancerArgs,
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
    /// Services reconciled at once
    #[arg(long, env = "SERVICE_MAX_CONCURRENT_RECONCILES", default_value_t = 3,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) service_max_concurrent_reconciles: u16,
    /// Longest delay between failed reconciles of a Service
    #[arg(long, env = "SERVICE_MAX_EXPONENTIAL_BACKOFF_DELAY", default_value = "1000s",
          value_parser = runtime::args::duration)]
    pub(crate) service_max_exponential_backoff_delay: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<(ControllerArgs, LoadBalancerArgs), String> {
        let arguments = ["service-controller"].iter().chain(arguments);
        let command = Command::try_parse_from(arguments).map_err(|error| error.to_string())?;
        let controller = command.controller.ok_or("no arguments")?;
        command.load_balancers.validate()?;
        Ok((controller, command.load_balancers))
    }

    #[test]
    fn the_command_is_well_formed() {
        Command::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_go_controller() {
        let (args, load_balancers) = parse(&["--cluster-name=c"]).unwrap();
        assert_eq!(args.load_balancer_class, "service.k8s.aws/nlb");
        assert_eq!(load_balancers.default_target_type.to_string(), "instance");
        assert_eq!(load_balancers.default_load_balancer_scheme.to_string(), "internal");
        assert_eq!(args.service_max_exponential_backoff_delay, Duration::from_secs(1000));
        assert!(
            load_balancers.enable_backend_security_group && !load_balancers.enable_manage_backend_security_group_rules
        );
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
