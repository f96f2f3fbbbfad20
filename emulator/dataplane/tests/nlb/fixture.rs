//! A load balancer in a network of its own, and targets that say who they are.

use std::{
    collections::BTreeMap,
    future::Future,
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use seatrial_dataplane::{
    Config, DataPlane, HealthReport, HealthReports, HealthState, Options,
    config::{
        DEFAULT_IDLE_TIMEOUT, Forward, HealthCheck, HealthCheckProtocol, Listener, ListenerKind, LoadBalancer,
        NetworkListener, Protocol, ProtocolVersion, Target, TargetGroup, TargetState, ZoneAddress,
        application::{Attributes, TargetGroupAttributes},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

pub(crate) const PORT: u16 = 8080;
pub(crate) const TARGET_PORT: u16 = 9000;
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// One load balancer in zones a and b, one target group, in a network 127.64.`net`.0/24.
pub(crate) struct Fixture {
    pub(crate) net: u8,
    pub(crate) config: Config,
    pub(crate) plane: DataPlane,
    reports: HealthReports,
}

impl Fixture {
    pub(crate) fn start(net: u8, targets: &[u8]) -> anyhow::Result<Self> {
        Self::start_with(net, targets, &Options::default())
    }

    pub(crate) fn start_with(net: u8, targets: &[u8], options: &Options) -> anyhow::Result<Self> {
        let (plane, reports) = DataPlane::start(options)?;
        Ok(Self {
            net,
            config: config(net, targets),
            plane,
            reports,
        })
    }

    pub(crate) fn apply(&self) {
        self.plane.apply(Arc::new(self.config.clone()));
    }

    pub(crate) fn group(&mut self) -> &mut TargetGroup {
        &mut self.config.target_groups[0]
    }

    pub(crate) fn listener(&mut self) -> &mut NetworkListener {
        match &mut self.config.load_balancers[0].listeners[0].kind {
            ListenerKind::Network(network) => network,
            ListenerKind::Application(_) => unreachable!("the listener carries flows"),
        }
    }

    pub(crate) fn target(&mut self, index: usize) -> &mut Target {
        &mut self.group().targets[index]
    }

    pub(crate) fn front(&self, zone: u8) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::new(127, 64, self.net, zone), PORT)
    }

    /// Awaits the report that a target is in a state.
    pub(crate) async fn reported(&mut self, host: u8, state: HealthState) -> anyhow::Result<HealthReport> {
        let id = address(self.net, host).to_string();
        let wanted = async {
            while let Some(batch) = self.reports.recv().await {
                if let Some(report) = batch
                    .into_iter()
                    .find(|report| report.id == id && report.state == state)
                {
                    return Ok(report);
                }
            }
            anyhow::bail!("no reports any more")
        };
        timeout(PATIENCE, wanted).await?
    }

    pub(crate) async fn all_healthy(&mut self) -> anyhow::Result<()> {
        let mut missing: Vec<_> = self.group().targets.iter().map(|target| target.id.clone()).collect();
        let wanted = async {
            while !missing.is_empty() {
                let batch = self.reports.recv().await.unwrap_or_default();
                missing.retain(|id| {
                    !batch
                        .iter()
                        .any(|report| report.id == *id && report.state == HealthState::Healthy)
                });
            }
        };
        Ok(timeout(PATIENCE, wanted).await?)
    }
}

pub(crate) fn address(net: u8, host: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 64, net, host)
}

/// Targets with an odd last number are in zone a, the others in zone b.
pub(crate) fn config(net: u8, targets: &[u8]) -> Config {
    let zone = |name: &str, host| ZoneAddress {
        zone: name.to_owned(),
        address: address(net, host),
    };
    let target = |host: &u8| Target {
        id: address(net, *host).to_string(),
        address: address(net, *host),
        port: TARGET_PORT,
        zone: Some(if host % 2 == 1 { "a" } else { "b" }.to_owned()),
        state: TargetState::Registered,
    };
    Config {
        load_balancers: vec![LoadBalancer {
            arn: "lb".to_owned(),
            dns_name: "web-1.elb.us-west-2.seatrial.test".to_owned(),
            active: true,
            cross_zone: true,
            zones: vec![zone("a", 1), zone("b", 2)],
            listeners: vec![Listener {
                arn: "listener".to_owned(),
                port: PORT,
                tls: None,
                kind: ListenerKind::Network(NetworkListener {
                    protocol: Protocol::Tcp,
                    idle_timeout: DEFAULT_IDLE_TIMEOUT,
                    forward: vec![Forward {
                        target_group_arn: "tg".to_owned(),
                        weight: 1,
                    }],
                }),
            }],
            application: Attributes::default(),
        }],
        target_groups: vec![TargetGroup {
            arn: "tg".to_owned(),
            cross_zone: None,
            health_check: HealthCheck {
                protocol: HealthCheckProtocol::Tcp,
                port: None,
                version: ProtocolVersion::Http1,
                path: "/healthz".to_owned(),
                interval: Duration::from_secs(1),
                timeout: Duration::from_secs(1),
                healthy_threshold: 3,
                unhealthy_threshold: 2,
                matcher: seatrial_dataplane::Matcher::default(),
            },
            connection_termination: false,
            unhealthy_connection_termination: true,
            proxy_protocol_v2: false,
            application: TargetGroupAttributes::default(),
            targets: targets.iter().map(target).collect(),
        }],
    }
}

/// A target that sends its number first and then what it hears, until it has heard the end.
pub(crate) async fn echo_target(net: u8, host: u8) -> anyhow::Result<tokio::task::AbortHandle> {
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    let serve = async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(&[host]).await;
                let (mut hears, mut says) = stream.split();
                let _ = tokio::io::copy(&mut hears, &mut says).await;
            });
        }
    };
    Ok(tokio::spawn(serve).abort_handle())
}

/// A target that answers every request with this status.
pub(crate) async fn http_target(net: u8, host: u8, status: u16) -> anyhow::Result<()> {
    let listener = TcpListener::bind((address(net, host), TARGET_PORT)).await?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let response = format!("HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(response.as_bytes()).await;
        }
    });
    Ok(())
}

/// Which target answers a new connection.
pub(crate) async fn visit(front: SocketAddrV4) -> std::io::Result<u8> {
    TcpStream::connect(front).await?.read_u8().await
}

pub(crate) async fn visits(front: SocketAddrV4, count: usize) -> anyhow::Result<BTreeMap<u8, usize>> {
    let mut answers = BTreeMap::new();
    for _ in 0..count {
        *answers.entry(visit(front).await?).or_default() += 1;
    }
    Ok(answers)
}

/// Asks until the answer is as wanted.
pub(crate) async fn eventually<F: Future<Output = bool>>(
    what: &str,
    mut check: impl FnMut() -> F,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !check().await {
        anyhow::ensure!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
