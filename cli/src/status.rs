//! `seatrial status`: load balancers, listeners, rules, target health, URLs, as the AWS API tells them.

mod request;
mod rule;

use crate::state;
use anyhow::{Context, Result};
use aws_api::Aws;
use aws_api::elbv2::{Action, TargetHealth};
use e2e::instance::{authority, recorded_endpoint};
use e2e::load_balancer::addresses;
use e2e::world::CERTIFICATE;
use request::Encryption;
pub(crate) use request::Request;
use rule::Rule;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// All load balancers of the account.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    load_balancers: Vec<LoadBalancer>,
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
    listeners: Vec<Listener>,
}

/// One listener with its targets.
#[derive(Debug, Serialize)]
pub(crate) struct Listener {
    protocol: String,
    port: u16,
    /// The listener's socket in each zone.
    sockets: Vec<SocketAddr>,
    url: String,
    /// The rules beside the default one, by priority.
    rules: Vec<Rule>,
    /// Requests that it answers.
    requests: Vec<Request>,
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
    let status = read(&state(name))
        .await
        .with_context(|| format!("cannot see instance {name}"))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&status)?);
    } else {
        println!("{status}");
        status.requests().for_each(|request| println!("{request}"));
    }
    Ok(())
}

/// Asks the AWS of the instance that is recorded in a state folder.
pub(crate) async fn read(state: &Path) -> Result<Status> {
    let endpoint = recorded_endpoint(state).context("it is not there; `cargo seatrial up` starts one")?;
    let reader = Reader {
        aws: aws_sdk::connect_to(&endpoint, e2e::world::REGION).await,
        state,
    };
    let mut load_balancers = Vec::new();
    for balancer in reader.aws.elbv2.describe_load_balancers().await? {
        load_balancers.push(reader.load_balancer(&balancer).await?);
    }
    Ok(Status { load_balancers })
}

/// Who asks.
struct Reader<'a> {
    aws: Aws,
    state: &'a Path,
}

impl Reader<'_> {
    async fn load_balancer(&self, balancer: &aws_api::elbv2::LoadBalancer) -> Result<LoadBalancer> {
        let aws = &self.aws;
        let addresses = addresses(aws, &balancer.arn).await?;
        let tags = aws.elbv2.describe_tags(std::slice::from_ref(&balancer.arn)).await?;
        let tag = |key: &str| tags.get(&balancer.arn).and_then(|tags| tags.get(key)).cloned();
        let mut listeners = Vec::new();
        for listener in aws.elbv2.describe_listeners(&balancer.arn).await? {
            listeners.push(self.listener(balancer, &listener, &addresses).await?);
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

    async fn listener(
        &self,
        balancer: &aws_api::elbv2::LoadBalancer,
        listener: &aws_api::elbv2::Listener,
        addresses: &[IpAddr],
    ) -> Result<Listener> {
        let (elbv2, spec) = (&self.aws.elbv2, &listener.spec);
        let port = u16::try_from(spec.port).context("a port has 16 bits")?;
        let rules = match balancer.kind.as_str() {
            "application" => elbv2.describe_rules(&listener.arn).await?,
            _ => Vec::new(),
        };
        let actions = spec
            .default_actions
            .iter()
            .chain(rules.iter().flat_map(|rule| &rule.spec.actions));
        let mut targets = Vec::new();
        for group in actions.flat_map(Action::target_groups).collect::<BTreeSet<_>>() {
            let health = elbv2.describe_target_health(group, &[]).await?;
            targets.extend(health.into_iter().map(Target::of));
        }
        let encryption = self.encryption(spec);
        let scheme = if encryption == Encryption::None {
            "http"
        } else {
            "https"
        };
        let sockets: Vec<_> = addresses
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect();
        let requests = sockets
            .first()
            .map(|socket| Request::all(&rules, &balancer.dns_name, *socket, &encryption));
        Ok(Listener {
            protocol: spec.protocol.clone(),
            port,
            sockets,
            url: format!("{scheme}://{}:{port}/", balancer.dns_name),
            rules: rules.iter().filter(|rule| !rule.is_default).map(Rule::of).collect(),
            requests: requests.unwrap_or_default(),
            targets,
        })
    }

    /// The authority of the instance signed one certificate.
    fn encryption(&self, spec: &aws_api::elbv2::ListenerSpec) -> Encryption {
        if !matches!(spec.protocol.as_str(), "HTTPS" | "TLS") {
            return Encryption::None;
        }
        let ours = spec.certificate.as_ref().is_some_and(|arn| arn.ends_with(CERTIFICATE));
        match ours {
            true => Encryption::By(authority(self.state)),
            false => Encryption::Unknown,
        }
    }
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
    /// All listeners.
    pub(crate) fn listeners(&self) -> impl Iterator<Item = &Listener> {
        self.load_balancers.iter().flat_map(|balancer| &balancer.listeners)
    }

    /// Requests that work without the cluster's name server.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> {
        self.listeners().flat_map(|listener| &listener.requests)
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
