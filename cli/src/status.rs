//! `seatrial status`: load balancers, listeners, rules, target health, URLs, as the AWS API tells them.

mod rule;

use crate::state;
use anyhow::{Context, Result};
use aws_api::Aws;
use aws_api::elbv2::{Action, TargetHealth};
use e2e::instance::recorded_endpoint;
use e2e::load_balancer::addresses;
use rule::Rule;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// All load balancers of the account.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    pub(crate) load_balancers: Vec<LoadBalancer>,
}

/// One load balancer.
#[derive(Debug, Serialize)]
pub(crate) struct LoadBalancer {
    name: String,
    /// `namespace/name` of the Service it was made for.
    service: Option<String>,
    /// The group of Ingresses, or `namespace/name` of the one, that it was made for.
    ingress: Option<String>,
    state: String,
    scheme: String,
    dns_name: String,
    addresses: Vec<IpAddr>,
    pub(crate) listeners: Vec<Listener>,
}

/// One listener with its targets.
#[derive(Debug, Serialize)]
pub(crate) struct Listener {
    protocol: String,
    port: u16,
    /// The listener's socket in each zone.
    pub(crate) sockets: Vec<SocketAddr>,
    url: String,
    /// The rules beside the default one, by priority.
    rules: Vec<Rule>,
    /// The targets of all rules.
    targets: Vec<Target>,
}

/// One target and its health.
#[derive(Debug, Serialize)]
struct Target {
    id: String,
    port: i32,
    state: String,
    reason: Option<String>,
    description: Option<String>,
}

/// Prints the status of an instance.
pub(crate) async fn status(name: &str, json: bool) -> Result<()> {
    let endpoint = recorded_endpoint(&state(name))
        .with_context(|| format!("there is no instance {name}; `cargo seatrial up` starts one"))?;
    let status = read(&endpoint).await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        println!("{status}");
        status.curl_lines().iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// Asks an endpoint.
pub(crate) async fn read(endpoint: &str) -> Result<Status> {
    let aws = aws_sdk::connect_to(endpoint, e2e::world::REGION).await;
    let mut load_balancers = Vec::new();
    for balancer in aws.elbv2.describe_load_balancers().await? {
        load_balancers.push(describe(&aws, &balancer).await?);
    }
    Ok(Status { load_balancers })
}

async fn describe(aws: &Aws, balancer: &aws_api::elbv2::LoadBalancer) -> Result<LoadBalancer> {
    let addresses = addresses(aws, &balancer.arn).await?;
    let tags = aws.elbv2.describe_tags(std::slice::from_ref(&balancer.arn)).await?;
    let tag = |key: &str| tags.get(&balancer.arn).and_then(|tags| tags.get(key)).cloned();
    let mut listeners = Vec::new();
    for listener in aws.elbv2.describe_listeners(&balancer.arn).await? {
        listeners.push(describe_listener(aws, balancer, &listener, &addresses).await?);
    }
    Ok(LoadBalancer {
        name: balancer.name.clone(),
        service: tag("service.k8s.aws/stack"),
        ingress: tag("ingress.k8s.aws/stack"),
        state: balancer.state.clone(),
        scheme: balancer.scheme.clone(),
        dns_name: balancer.dns_name.clone(),
        addresses,
        listeners,
    })
}

async fn describe_listener(
    aws: &Aws,
    balancer: &aws_api::elbv2::LoadBalancer,
    listener: &aws_api::elbv2::Listener,
    addresses: &[IpAddr],
) -> Result<Listener> {
    let port = u16::try_from(listener.spec.port).context("a port has 16 bits")?;
    let has_rules = balancer.kind == "application";
    let rules = if has_rules {
        aws.elbv2.describe_rules(&listener.arn).await?
    } else {
        Vec::new()
    };
    let of_rules = rules.iter().flat_map(|rule| &rule.spec.actions);
    let actions = listener.spec.default_actions.iter().chain(of_rules);
    let mut targets = Vec::new();
    for group in actions.flat_map(Action::target_groups).collect::<BTreeSet<_>>() {
        let health = aws.elbv2.describe_target_health(group, &[]).await?;
        targets.extend(health.into_iter().map(Target::of));
    }
    let scheme = if listener.spec.protocol == "HTTPS" {
        "https"
    } else {
        "http"
    };
    let named = rules.iter().filter(|rule| !rule.is_default);
    Ok(Listener {
        protocol: listener.spec.protocol.clone(),
        port,
        sockets: addresses
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect(),
        url: format!("{scheme}://{}:{port}/", balancer.dns_name),
        rules: named.map(Rule::of).collect(),
        targets,
    })
}

impl Target {
    fn of(health: TargetHealth) -> Self {
        Self {
            id: health.target.id,
            port: health.target.port,
            state: health.state,
            reason: health.reason,
            description: health.description,
        }
    }
}

impl Listener {
    /// Whether it has targets and all of them are healthy.
    pub(crate) fn is_healthy(&self) -> bool {
        !self.targets.is_empty() && self.targets.iter().all(|target| target.state == "healthy")
    }
}

impl Status {
    /// A command per listener that works without the cluster's name server.
    pub(crate) fn curl_lines(&self) -> Vec<String> {
        let listeners = self
            .load_balancers
            .iter()
            .flat_map(|balancer| balancer.listeners.iter().map(move |listener| (balancer, listener)));
        let line = |(balancer, listener): (&LoadBalancer, &Listener)| {
            let address = listener.sockets.first()?.ip();
            Some(format!(
                "curl --resolve {}:{}:{address} {}",
                balancer.dns_name, listener.port, listener.url
            ))
        };
        listeners.filter_map(line).collect()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.load_balancers.is_empty() {
            writeln!(f, "no load balancers")?;
        }
        for balancer in &self.load_balancers {
            let addresses: Vec<String> = balancer.addresses.iter().map(ToString::to_string).collect();
            let owner = match (&balancer.service, &balancer.ingress) {
                (Some(service), _) => format!("Service {service}"),
                (None, Some(ingress)) => format!("Ingress {ingress}"),
                (None, None) => "-".to_owned(),
            };
            writeln!(f, "{}  {owner}  {}  {}", balancer.name, balancer.scheme, balancer.state)?;
            writeln!(f, "  {}  {}", balancer.dns_name, addresses.join(" "))?;
            for listener in &balancer.listeners {
                writeln!(f, "  {} {}", listener.protocol, listener.port)?;
                for rule in &listener.rules {
                    writeln!(f, "    {rule}")?;
                }
                for target in &listener.targets {
                    let why = [&target.reason, &target.description]
                        .into_iter()
                        .flatten()
                        .cloned()
                        .collect::<Vec<_>>();
                    writeln!(
                        f,
                        "    {}:{}  {}  {}",
                        target.id,
                        target.port,
                        target.state,
                        why.join(": ")
                    )?;
                }
            }
        }
        Ok(())
    }
}
