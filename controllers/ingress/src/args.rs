//! Arguments of the ingress controller, with the names and defaults of the Go controller.

use clap::{ArgAction, Parser, Subcommand};
use loadbalancing::LoadBalancerArgs;
use plan::Config;

/// Makes an Application Load Balancer of every group of Ingresses.
#[derive(Debug, Parser)]
#[command(
    name = "ingress-controller",
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
    pub(crate) webhooks: runtime::webhook::WebhookArgs,
    #[command(flatten)]
    pub(crate) process: runtime::Args,
    #[command(flatten)]
    pub(crate) aws: aws_sdk::Args,
}

/// What can be printed instead of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub(crate) enum Print {
    /// Print the definitions of IngressClassParams and TargetGroupBinding, for kubectl apply
    Crd,
}

#[derive(Debug, Clone, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ControllerArgs {
    /// Name of the cluster: part of names and tags on AWS
    #[arg(long, env = "CLUSTER_NAME", required = true)]
    pub(crate) cluster_name: String,
    /// Ingresses with this class in the annotation kubernetes.io/ingress.class are ours; when empty, those without class, too
    #[arg(long, env = "INGRESS_CLASS", default_value = "alb")]
    pub(crate) ingress_class: String,
    /// The webhook refuses Ingresses that come to us by the annotation kubernetes.io/ingress.class
    #[arg(long, env = "DISABLE_INGRESS_CLASS_ANNOTATION", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) disable_ingress_class_annotation: bool,
    /// The webhook refuses the annotation group.name where it is new or changed
    #[arg(long, env = "DISABLE_INGRESS_GROUP_NAME_ANNOTATION", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) disable_ingress_group_name_annotation: bool,
    /// Groups reconciled at once
    #[arg(long, env = "INGRESS_MAX_CONCURRENT_RECONCILES", default_value_t = 3,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) ingress_max_concurrent_reconciles: u16,
    /// The first Ingress that is not right stops its group, instead of being left out or keeping what it had
    #[arg(long, env = "STRICT_GROUPS", default_value_t = false, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) strict_groups: bool,
    /// A backend Service that does not exist is answered for with status 503
    #[arg(long, env = "TOLERATE_NON_EXISTENT_BACKEND_SERVICE", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) tolerate_non_existent_backend_service: bool,
    /// A backend action that does not exist is answered for with status 503
    #[arg(long, env = "TOLERATE_NON_EXISTENT_BACKEND_ACTION", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) tolerate_non_existent_backend_action: bool,
    /// Discover only certificates of these private authorities, as arn,...; of all when absent
    #[arg(long, env = "ALLOWED_CERTIFICATE_AUTHORITY_ARNS", value_delimiter = ',')]
    pub(crate) allowed_certificate_authority_arns: Vec<String>,
    /// Private authority that issues certificates if an Ingress does not say
    #[arg(long, env = "DEFAULT_PCA_ARN", default_value = "")]
    pub(crate) default_pca_arn: String,
    /// Use only Secrets with this label, as key=value
    #[arg(long, env = "REQUIRED_SECRETS_LABEL", value_parser = label)]
    pub(crate) required_secrets_label: Option<(String, String)>,
    /// Attach web ACLs of AWS WAF Classic
    #[arg(long, env = "ENABLE_WAF", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) enable_waf: bool,
    /// Attach web ACLs of AWS WAF
    #[arg(long, env = "ENABLE_WAFV2", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) enable_wafv2: bool,
    /// Protect load balancers by AWS Shield Advanced
    #[arg(long, env = "ENABLE_SHIELD", default_value_t = true, num_args = 0..=1,
          default_missing_value = "true", action = ArgAction::Set)]
    pub(crate) enable_shield: bool,
}

impl ControllerArgs {
    /// The plan's configuration for load balancers in `vpc_id`.
    pub(crate) fn config(&self, load_balancers: &LoadBalancerArgs, vpc_id: &str) -> Config {
        let authorities = self.allowed_certificate_authority_arns.iter();
        Config {
            ingress_class: self.ingress_class.clone(),
            disable_class_annotation: self.disable_ingress_class_annotation,
            disable_group_name_annotation: self.disable_ingress_group_name_annotation,
            tolerate_non_existent_backend_service: self.tolerate_non_existent_backend_service,
            tolerate_non_existent_backend_action: self.tolerate_non_existent_backend_action,
            allowed_certificate_authorities: authorities.filter(|arn| !arn.is_empty()).cloned().collect(),
            default_pca_arn: self.default_pca_arn.clone(),
            required_secrets_label: self.required_secrets_label.clone(),
            strict_groups: self.strict_groups,
            ..load_balancers.config(&self.cluster_name, vpc_id)
        }
    }
}

fn label(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or_else(|| format!("{text:?} is not of the form key=value"))?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_is_well_formed() {
        Command::command().debug_assert();
    }

    #[test]
    fn flags_reach_the_plan() {
        let arguments = [
            "ingress-controller",
            "--cluster-name=c",
            "--ingress-class=",
            "--strict-groups",
            "--required-secrets-label=team=web",
            "--allowed-certificate-authority-arns=arn:a,arn:b",
            "--feature-gates=ALBSingleSubnet=true",
            "--disable-ingress-group-name-annotation",
        ];
        let command = Command::try_parse_from(arguments).unwrap();
        let config = command.controller.unwrap().config(&command.load_balancers, "vpc-1");
        assert_eq!((config.cluster.as_str(), config.vpc_id.as_str()), ("c", "vpc-1"));
        assert_eq!(config.ingress_class, "");
        assert!(config.disable_group_name_annotation && !config.disable_class_annotation);
        assert!(config.strict_groups && config.gates.alb_single_subnet);
        assert!(config.tolerate_non_existent_backend_service);
        assert_eq!(
            config.required_secrets_label,
            Some(("team".to_owned(), "web".to_owned()))
        );
        assert_eq!(config.allowed_certificate_authorities.len(), 2);
    }

    #[test]
    fn webhooks_have_the_names_and_defaults_of_the_go_controller() {
        let webhooks = |more: &[&str]| {
            let arguments = [&["ingress-controller", "--cluster-name=c"], more].concat();
            Command::try_parse_from(arguments).unwrap().webhooks
        };
        let usual = webhooks(&[]);
        assert_eq!((usual.webhook_bind_port, usual.webhook_cert_dir), (9443, None));
        assert_eq!(
            (usual.webhook_configuration.as_str(), usual.webhook_secret.as_str()),
            ("aws-load-balancer-webhook", "aws-load-balancer-tls")
        );
        let own = webhooks(&[
            "--webhook-bind-port=1",
            "--webhook-cert-dir=/certs",
            "--webhook-key-file=k",
            "--kube-ca-pem-filepath=/ca",
        ]);
        assert_eq!((own.webhook_bind_port, own.webhook_key_file.as_str()), (1, "k"));
        assert_eq!(own.kube_ca_pem_filepath.unwrap().to_str(), Some("/ca"));
    }

    #[test]
    fn the_definitions_print_without_other_arguments() {
        let command = Command::try_parse_from(["ingress-controller", "crd"]).unwrap();
        assert_eq!(command.print, Some(Print::Crd));
        assert!(Command::try_parse_from(["ingress-controller"]).is_err());
    }
}
