//! What the data plane is told: an immutable picture of load balancers and target groups, replaced as a whole at every change.
//!
//! The types are plain data in the terms of the Elastic Load Balancing API, so that any source of it (the emulator's state, the
//! Describe calls of another endpoint) can fill them in.

use std::{net::Ipv4Addr, time::Duration};

use crate::matcher::Matcher;

pub mod application;
mod tls;

pub use application::ApplicationListener;
pub use tls::{Certificate, ClientAuthentication, Tls, TrustStore};

/// Everything that the data plane serves at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The load balancers, in any order.
    pub load_balancers: Vec<LoadBalancer>,
    /// The target groups that listeners may name. A group that no listener forwards to is neither used nor probed.
    pub target_groups: Vec<TargetGroup>,
}

/// A Network Load Balancer or an Application Load Balancer; its listeners tell which ("What is a Network Load Balancer?", "What is an
/// Application Load Balancer?").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancer {
    /// Its ARN; flows, requests and counters are kept by it.
    pub arn: String,
    /// Its DNS name, without a final dot.
    pub dns_name: String,
    /// Whether it is `active`. Before that its targets are probed already, but no address answers.
    pub active: bool,
    /// Attribute `load_balancing.cross_zone.enabled`: an address may use the targets of every zone, not only those of its own.
    pub cross_zone: bool,
    /// One address per enabled Availability Zone.
    pub zones: Vec<ZoneAddress>,
    /// What it listens to, on each of its addresses.
    pub listeners: Vec<Listener>,
    /// Attributes that only an Application Load Balancer has.
    pub application: application::Attributes,
}

/// The address of a load balancer in one Availability Zone: that of its network interface there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneAddress {
    /// Name of the zone, such as `us-west-2a`.
    pub zone: String,
    /// The address, which must be bindable where the data plane runs.
    pub address: Ipv4Addr,
}

/// A listener ("Listeners for your Network Load Balancers", "Listeners for your Application Load Balancers").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Its ARN; problems are reported by it.
    pub arn: String,
    /// The port, on every address of the load balancer.
    pub port: u16,
    /// How TLS is ended; `None` where it is not.
    pub tls: Option<Tls>,
    /// What is done with what arrives.
    pub kind: ListenerKind,
}

/// What a listener's connections carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenerKind {
    /// Flows of a Network Load Balancer.
    Network(NetworkListener),
    /// HTTP requests of an Application Load Balancer.
    Application(ApplicationListener),
}

impl ListenerKind {
    /// The target groups that flows or requests can go to, and their weights.
    pub fn forwards(&self) -> impl Iterator<Item = &Forward> {
        let (network, application) = match self {
            Self::Network(network) => (Some(&network.forward), None),
            Self::Application(application) => (None, Some(application)),
        };
        let network = network.into_iter().flatten();
        network.chain(application.into_iter().flat_map(ApplicationListener::forwards))
    }
}

/// What a Network Load Balancer's listener does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkListener {
    /// What it speaks.
    pub protocol: Protocol,
    /// Attribute `tcp.idle_timeout.seconds`; AWS's default is [`DEFAULT_IDLE_TIMEOUT`].
    pub idle_timeout: Duration,
    /// Target groups and their weights (0 to 999). A group of weight 0 gets no flow.
    pub forward: Vec<Forward>,
}

/// AWS's default of `tcp.idle_timeout.seconds` ("Listener attributes").
pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(350);

/// One of the target groups of a forward action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// ARN of the target group.
    pub target_group_arn: String,
    /// Its share of the flows or requests, relative to the sum of all weights.
    pub weight: u32,
}

/// Protocol of a Network Load Balancer's listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP, passed through.
    Tcp,
    /// UDP.
    Udp,
    /// TCP and UDP on one port.
    TcpUdp,
    /// TLS, ended at the load balancer.
    Tls,
}

/// A target group ("Target groups for your Network Load Balancers", "Target groups for your Application Load Balancers").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Attribute `load_balancing.cross_zone.enabled`: `None` is `use_load_balancer_configuration`.
    pub cross_zone: Option<bool>,
    /// How targets are probed.
    pub health_check: HealthCheck,
    /// Attribute `deregistration_delay.connection_termination.enabled`: flows that are left when a target goes are cut.
    pub connection_termination: bool,
    /// Attribute `target_health_state.unhealthy.connection_termination.enabled`: flows of a target that becomes unhealthy are cut.
    pub unhealthy_connection_termination: bool,
    /// Attribute `proxy_protocol_v2.enabled`: a flow begins with a header that names the client.
    pub proxy_protocol_v2: bool,
    /// How an Application Load Balancer speaks to the targets and chooses among them.
    pub application: application::TargetGroupAttributes,
    /// The registered and the draining targets.
    pub targets: Vec<Target>,
}

/// Health check settings of a target group ("Health checks for Network Load Balancer target groups").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HealthCheck {
    /// What a probe is.
    pub protocol: HealthCheckProtocol,
    /// Port of the probe; `None` is `traffic-port`, each target's own.
    pub port: Option<u16>,
    /// Which HTTP an HTTP or HTTPS probe speaks: the protocol version of the target group.
    pub version: ProtocolVersion,
    /// Path (and query) of an HTTP or HTTPS probe; the method's full name where gRPC is spoken.
    pub path: String,
    /// Time between probes.
    pub interval: Duration,
    /// How long a probe waits for its answer.
    pub timeout: Duration,
    /// Successes in a row that make a target healthy.
    pub healthy_threshold: u32,
    /// Failures in a row that make a target unhealthy.
    pub unhealthy_threshold: u32,
    /// Status codes of HTTP and HTTPS probes that are successes; codes of gRPC where it is spoken.
    pub matcher: Matcher,
}

/// Protocol of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HealthCheckProtocol {
    /// A connection that is accepted is a success.
    Tcp,
    /// `GET`, judged by the status code.
    Http,
    /// The same over TLS, whose certificate is not verified.
    Https,
}

/// Attribute `protocol_version` of target groups of Application Load Balancers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ProtocolVersion {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2; without TLS by prior knowledge.
    Http2,
    /// gRPC over HTTP/2.
    Grpc,
}

/// A member of a target group. It is identified by id and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Instance id or IP address, as it was registered.
    pub id: String,
    /// Where its traffic goes: the address itself, or the instance's primary private address.
    pub address: Ipv4Addr,
    /// Where its traffic goes.
    pub port: u16,
    /// Its Availability Zone; `None` is AWS's `all`, usable from every zone.
    pub zone: Option<String>,
    /// Whether it takes new flows.
    pub state: TargetState,
}

/// Life of a target. Who feeds the configuration removes a draining target when its deregistration delay is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetState {
    /// Probed; takes new flows when its health allows.
    Registered,
    /// Deregistered: takes no new flow, keeps those that it has.
    Draining,
}
