//! One load balancer in a network of its own, in two zones, whose listeners, rules and groups a test sets.

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use seatrial_dataplane::{
    Config, DataPlane, HealthReport, HealthReports, HealthState, Options,
    config::{
        ApplicationListener, Forward, HealthCheck, HealthCheckProtocol, Listener, ListenerKind, LoadBalancer,
        ProtocolVersion, Target, TargetGroup, TargetState, Tls, ZoneAddress,
        application::{
            Action, Attributes, Condition, FixedResponse, ForwardAction, Rule, TargetGroupAttributes, Values,
        },
    },
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
pub(crate) const TARGET_PORT: u16 = 9000;

pub(crate) struct Fixture {
    pub(crate) net: u8,
    pub(crate) config: Config,
    pub(crate) plane: DataPlane,
    reports: HealthReports,
}

impl Fixture {
    /// With a listener on port 80 that answers everything with 404.
    pub(crate) fn start(net: u8) -> anyhow::Result<Self> {
        Self::start_with(net, &Options::default())
    }

    pub(crate) fn start_with(net: u8, options: &Options) -> anyhow::Result<Self> {
        let zone = |zone: &str, host| ZoneAddress {
            zone: zone.to_owned(),
            address: address(net, host),
        };
        let (plane, reports) = DataPlane::start(options)?;
        let config = Config {
            load_balancers: vec![LoadBalancer {
                arn: "arn:aws:elasticloadbalancing:us-west-2:1:loadbalancer/app/web/50dc".to_owned(),
                dns_name: "web-1.us-west-2.elb.seatrial.test".to_owned(),
                active: true,
                cross_zone: true,
                zones: vec![zone("a", 1), zone("b", 2)],
                listeners: vec![listener(80, None)],
                application: Attributes::default(),
            }],
            target_groups: Vec::new(),
        };
        Ok(Self {
            net,
            config,
            plane,
            reports,
        })
    }

    /// Another listener, with TLS, that answers everything with 404.
    pub(crate) fn add_https(&mut self, tls: Tls) {
        self.config.load_balancers[0].listeners.push(listener(443, Some(tls)));
    }

    /// A target group of these hosts. It is not used before an action names it.
    pub(crate) fn add_group(&mut self, name: &str, hosts: &[u8]) -> &mut TargetGroup {
        let target = |host: &u8| Target {
            id: address(self.net, *host).to_string(),
            address: address(self.net, *host),
            port: TARGET_PORT,
            zone: Some(if host % 2 == 1 { "a" } else { "b" }.to_owned()),
            state: TargetState::Registered,
        };
        self.config.target_groups.push(TargetGroup {
            arn: name.to_owned(),
            cross_zone: None,
            health_check: HealthCheck {
                protocol: HealthCheckProtocol::Tcp,
                port: None,
                version: ProtocolVersion::Http1,
                path: "/".to_owned(),
                interval: Duration::from_secs(1),
                timeout: Duration::from_secs(1),
                healthy_threshold: 2,
                unhealthy_threshold: 2,
                matcher: seatrial_dataplane::Matcher::default(),
            },
            connection_termination: false,
            unhealthy_connection_termination: false,
            proxy_protocol_v2: false,
            application: TargetGroupAttributes::default(),
            targets: hosts.iter().map(target).collect(),
        });
        let last = self.config.target_groups.len() - 1;
        &mut self.config.target_groups[last]
    }

    pub(crate) fn attributes(&mut self) -> &mut Attributes {
        &mut self.config.load_balancers[0].application
    }

    /// What the listener of that place does.
    pub(crate) fn listener(&mut self, place: usize) -> &mut ApplicationListener {
        match &mut self.config.load_balancers[0].listeners[place].kind {
            ListenerKind::Application(listener) => listener,
            ListenerKind::Network(_) => unreachable!("all listeners of the fixture take requests"),
        }
    }

    /// Sets the default action of all listeners.
    pub(crate) fn by_default(&mut self, action: &Action) {
        for place in 0..self.config.load_balancers[0].listeners.len() {
            self.listener(place).default_actions = vec![action.clone()];
        }
    }

    /// Adds a rule for a path to the first listener.
    pub(crate) fn add_rule(&mut self, path: &str, action: Action) {
        let rules = &mut self.listener(0).rules;
        rules.push(Rule {
            priority: u32::try_from(rules.len() + 1).unwrap_or(1),
            conditions: vec![Condition::Path(Values::Patterns(vec![path.to_owned()]))],
            actions: vec![action],
            transforms: Vec::new(),
        });
    }

    pub(crate) fn front(&self, port: u16) -> SocketAddrV4 {
        SocketAddrV4::new(address(self.net, 1), port)
    }

    /// Applies the configuration and awaits that every listener accepts.
    pub(crate) async fn serve(&self) -> anyhow::Result<()> {
        self.plane.apply(Arc::new(self.config.clone()));
        for listener in &self.config.load_balancers[0].listeners {
            let front = self.front(listener.port);
            eventually("the listener accepts", async || TcpStream::connect(front).await.is_ok()).await?;
        }
        Ok(())
    }

    /// Awaits the report that a target is in a state.
    pub(crate) async fn reported(&mut self, host: u8, state: HealthState) -> anyhow::Result<HealthReport> {
        let id = address(self.net, host).to_string();
        let wanted = async {
            while let Some(batch) = self.reports.recv().await {
                let found = batch
                    .into_iter()
                    .find(|report| report.id == id && report.state == state);
                if let Some(report) = found {
                    return Ok(report);
                }
            }
            anyhow::bail!("no reports any more")
        };
        timeout(PATIENCE, wanted).await?
    }
}

fn listener(port: u16, tls: Option<Tls>) -> Listener {
    Listener {
        arn: format!("listener-{port}"),
        port,
        tls,
        kind: ListenerKind::Application(ApplicationListener {
            default_actions: vec![fixed(404, "default")],
            ..ApplicationListener::default()
        }),
    }
}

pub(crate) fn address(net: u8, host: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 65, net, host)
}

pub(crate) fn fixed(status: u16, body: &str) -> Action {
    Action::FixedResponse(FixedResponse {
        status,
        content_type: None,
        body: Some(body.to_owned()),
    })
}

pub(crate) fn forward(groups: &[(&str, u32)]) -> Action {
    forward_sticky(groups, None)
}

pub(crate) fn forward_sticky(groups: &[(&str, u32)], stickiness: Option<Duration>) -> Action {
    let target_groups = groups.iter().map(|(name, weight)| Forward {
        target_group_arn: (*name).to_owned(),
        weight: *weight,
    });
    Action::Forward(ForwardAction {
        target_groups: target_groups.collect(),
        stickiness,
    })
}

/// Asks until the answer is as wanted.
pub(crate) async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !check().await {
        anyhow::ensure!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
