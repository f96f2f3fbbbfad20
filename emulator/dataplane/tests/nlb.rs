//! The data plane with real sockets, each test on addresses of its own in 127.64.0.0/16.

use std::{
    collections::BTreeMap,
    future::Future,
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use seatrial_dataplane::{
    Config, DataPlane, HealthReason, HealthReport, HealthReports, HealthState, Options, Problem,
    config::{
        Certificate, ClientAuthentication, DEFAULT_IDLE_TIMEOUT, Forward, HealthCheck, HealthCheckProtocol, Listener,
        ListenerKind, LoadBalancer, NetworkListener, Protocol, ProtocolVersion, Target, TargetGroup, TargetState, Tls,
        ZoneAddress,
        application::{Attributes, TargetGroupAttributes},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

const PORT: u16 = 8080;
const TARGET_PORT: u16 = 9000;
const PATIENCE: Duration = Duration::from_secs(10);

/// One load balancer in zones a and b, one target group, in a network 127.64.`net`.0/24.
struct Fixture {
    net: u8,
    config: Config,
    plane: DataPlane,
    reports: HealthReports,
}

impl Fixture {
    fn start(net: u8, targets: &[u8]) -> anyhow::Result<Self> {
        Self::start_with(net, targets, &Options::default())
    }

    fn start_with(net: u8, targets: &[u8], options: &Options) -> anyhow::Result<Self> {
        let (plane, reports) = DataPlane::start(options)?;
        Ok(Self {
            net,
            config: config(net, targets),
            plane,
            reports,
        })
    }

    fn apply(&self) {
        self.plane.apply(Arc::new(self.config.clone()));
    }

    fn group(&mut self) -> &mut TargetGroup {
        &mut self.config.target_groups[0]
    }

    fn listener(&mut self) -> &mut NetworkListener {
        match &mut self.config.load_balancers[0].listeners[0].kind {
            ListenerKind::Network(network) => network,
            ListenerKind::Application(_) => unreachable!("the listener carries flows"),
        }
    }

    fn target(&mut self, index: usize) -> &mut Target {
        &mut self.group().targets[index]
    }

    fn front(&self, zone: u8) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::new(127, 64, self.net, zone), PORT)
    }

    /// Awaits the report that a target is in a state.
    async fn reported(&mut self, host: u8, state: HealthState) -> anyhow::Result<HealthReport> {
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

    async fn all_healthy(&mut self) -> anyhow::Result<()> {
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

fn address(net: u8, host: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 64, net, host)
}

/// Targets with an odd last number are in zone a, the others in zone b.
fn config(net: u8, targets: &[u8]) -> Config {
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
async fn echo_target(net: u8, host: u8) -> anyhow::Result<tokio::task::AbortHandle> {
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
async fn http_target(net: u8, host: u8, status: u16) -> anyhow::Result<()> {
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
async fn visit(front: SocketAddrV4) -> std::io::Result<u8> {
    TcpStream::connect(front).await?.read_u8().await
}

async fn visits(front: SocketAddrV4, count: usize) -> anyhow::Result<BTreeMap<u8, usize>> {
    let mut answers = BTreeMap::new();
    for _ in 0..count {
        *answers.entry(visit(front).await?).or_default() += 1;
    }
    Ok(answers)
}

/// Asks until the answer is as wanted.
async fn eventually<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !check().await {
        anyhow::ensure!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

#[tokio::test]
async fn flows_spread_over_all_zones_with_cross_zone_and_stay_in_theirs_without() -> anyhow::Result<()> {
    for host in [11, 12, 13] {
        echo_target(10, host).await?;
    }
    let mut lb = Fixture::start(10, &[11, 12, 13])?;
    lb.apply();
    lb.all_healthy().await?;
    let answers = visits(lb.front(1), 150).await?;
    assert!(
        answers.len() == 3 && answers.values().all(|count| *count >= 25),
        "{answers:?}"
    );
    lb.config.load_balancers[0].cross_zone = false;
    lb.apply();
    let front = lb.front(2);
    eventually("zone b uses only its own target", || async move {
        visits(front, 20)
            .await
            .is_ok_and(|answers| answers.into_keys().eq([12]))
    })
    .await?;
    assert!(visits(lb.front(1), 50).await?.into_keys().eq([11, 13]));
    lb.plane.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn an_unhealthy_target_is_avoided_and_all_are_used_when_none_is_healthy() -> anyhow::Result<()> {
    let first = echo_target(11, 11).await?;
    echo_target(11, 13).await?;
    let mut lb = Fixture::start(11, &[11, 13])?;
    lb.group().health_check.port = Some(TARGET_PORT);
    lb.apply();
    lb.all_healthy().await?;
    first.abort();
    let report = lb.reported(11, HealthState::Unhealthy).await?;
    assert_eq!(report.reason, Some(HealthReason::FailedHealthChecks));
    assert_eq!(report.description.as_deref(), Some("Health checks failed"));
    assert!(visits(lb.front(1), 20).await?.into_keys().eq([13]));
    // Nobody answers there: the other becomes unhealthy too, and yet serves.
    lb.group().health_check.port = Some(9999);
    lb.apply();
    lb.reported(13, HealthState::Unhealthy).await?;
    assert!(visits(lb.front(1), 20).await?.into_keys().eq([13]));
    Ok(())
}

#[tokio::test]
async fn a_draining_target_keeps_its_flows_until_it_is_gone() -> anyhow::Result<()> {
    for host in [11, 13] {
        echo_target(12, host).await?;
    }
    let mut lb = Fixture::start(12, &[11])?;
    lb.group().connection_termination = true;
    lb.apply();
    lb.all_healthy().await?;
    let mut old = TcpStream::connect(lb.front(1)).await?;
    assert_eq!(old.read_u8().await?, 11);
    lb.target(0).state = TargetState::Draining;
    let new = config(12, &[13]).target_groups.remove(0).targets.remove(0);
    lb.group().targets.push(new);
    lb.apply();
    lb.reported(13, HealthState::Healthy).await?;
    assert!(visits(lb.front(1), 20).await?.into_keys().eq([13]));
    old.write_u8(42).await?;
    assert_eq!(old.read_u8().await?, 42);
    lb.group().targets.remove(0);
    lb.apply();
    let cut = timeout(PATIENCE, old.read_u8()).await?;
    assert_eq!(
        cut.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::ConnectionReset)
    );
    eventually("the reset is counted", || async {
        lb.plane.flows()["lb"].elb_resets == 1
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn without_termination_the_flows_of_a_removed_target_go_on_and_the_listener_may_go_too() -> anyhow::Result<()> {
    echo_target(13, 11).await?;
    let mut lb = Fixture::start(13, &[11])?;
    lb.apply();
    lb.all_healthy().await?;
    let mut old = TcpStream::connect(lb.front(1)).await?;
    assert_eq!(old.read_u8().await?, 11);
    lb.group().targets.clear();
    lb.config.load_balancers[0].listeners.clear();
    lb.apply();
    let front = lb.front(1);
    eventually("the address refuses", || async move {
        TcpStream::connect(front).await.is_err()
    })
    .await?;
    old.write_u8(42).await?;
    assert_eq!(old.read_u8().await?, 42);
    lb.config.load_balancers.clear();
    lb.apply();
    assert!(
        timeout(PATIENCE, old.read_u8()).await?.is_err(),
        "a deleted load balancer takes its flows along"
    );
    Ok(())
}

#[tokio::test]
async fn http_health_checks_judge_the_status() -> anyhow::Result<()> {
    http_target(14, 11, 503).await?;
    http_target(14, 13, 404).await?;
    let mut lb = Fixture::start(14, &[11, 13])?;
    lb.group().health_check.protocol = HealthCheckProtocol::Http;
    lb.group().health_check.matcher = "200-399,404".parse()?;
    lb.apply();
    let report = lb.reported(11, HealthState::Unhealthy).await?;
    assert_eq!(report.reason, Some(HealthReason::ResponseCodeMismatch));
    assert_eq!(
        report.description.as_deref(),
        Some("Health checks failed with these codes: [503]")
    );
    lb.reported(13, HealthState::Healthy).await?;
    Ok(())
}

#[tokio::test]
async fn a_target_is_healthy_half_a_second_after_it_is_registered() -> anyhow::Result<()> {
    echo_target(15, 11).await?;
    let mut lb = Fixture::start(15, &[11])?;
    lb.group().health_check.interval = Duration::from_secs(10);
    let begun = Instant::now();
    lb.apply();
    let report = lb.reported(11, HealthState::Initial).await?;
    assert_eq!(report.reason, Some(HealthReason::InitialHealthChecking));
    lb.reported(11, HealthState::Healthy).await?;
    assert!(begun.elapsed() < Duration::from_millis(1000), "{:?}", begun.elapsed());
    Ok(())
}

#[tokio::test]
async fn half_close_and_large_answers() -> anyhow::Result<()> {
    let target = TcpListener::bind((address(16, 11), TARGET_PORT)).await?;
    let mut lb = Fixture::start(16, &[11])?;
    // Probes elsewhere, so that the target's only connections are flows; it fails open.
    lb.group().health_check.port = Some(9999);
    lb.apply();
    lb.reported(11, HealthState::Unhealthy).await?;
    let mut client = TcpStream::connect(lb.front(1)).await?;
    let (mut server, _) = timeout(PATIENCE, target.accept()).await??;
    client.write_all(b"question").await?;
    client.shutdown().await?;
    let mut question = String::new();
    timeout(PATIENCE, server.read_to_string(&mut question)).await??;
    assert_eq!(question, "question");
    let answer: Vec<u8> = (0..8_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = answer.clone();
    tokio::spawn(async move { server.write_all(&sent).await });
    let mut heard = Vec::new();
    timeout(PATIENCE, client.read_to_end(&mut heard)).await??;
    assert!(heard == answer, "{} bytes of {}", heard.len(), answer.len());
    let flows = || lb.plane.flows()["lb"];
    eventually("the flow ends", || async { flows().active == 0 }).await?;
    assert_eq!(
        (flows().new, flows().bytes_to_targets, flows().bytes_to_clients),
        (1, 8, 8_000_000)
    );
    assert_eq!(
        (flows().elb_resets, flows().target_resets, flows().client_resets),
        (0, 0, 0)
    );
    Ok(())
}

#[tokio::test]
async fn proxy_protocol_names_the_client() -> anyhow::Result<()> {
    let target = TcpListener::bind((address(17, 11), TARGET_PORT)).await?;
    let mut lb = Fixture::start(17, &[11])?;
    lb.group().health_check.port = Some(9999);
    lb.group().proxy_protocol_v2 = true;
    lb.apply();
    lb.reported(11, HealthState::Unhealthy).await?;
    let client = TcpStream::connect(lb.front(1)).await?;
    let (mut server, _) = timeout(PATIENCE, target.accept()).await??;
    let mut header = [0; 28];
    timeout(PATIENCE, server.read_exact(&mut header)).await??;
    assert_eq!(header[..16], *b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c");
    assert_eq!(header[20..24], [127, 64, 17, 1]);
    assert_eq!(header[24..26], client.local_addr()?.port().to_be_bytes());
    Ok(())
}

#[tokio::test]
async fn an_idle_flow_is_reset() -> anyhow::Result<()> {
    echo_target(18, 11).await?;
    let mut lb = Fixture::start(18, &[11])?;
    lb.listener().idle_timeout = Duration::from_millis(200);
    lb.apply();
    lb.all_healthy().await?;
    let mut client = TcpStream::connect(lb.front(1)).await?;
    assert_eq!(client.read_u8().await?, 11);
    let idle = timeout(PATIENCE, client.read_u8()).await?;
    assert_eq!(
        idle.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::ConnectionReset)
    );
    Ok(())
}

#[tokio::test]
async fn an_address_in_use_is_told_and_stops_nothing_else() -> anyhow::Result<()> {
    echo_target(19, 11).await?;
    let mut lb = Fixture::start(19, &[11])?;
    let taken = TcpListener::bind(lb.front(1)).await?;
    lb.apply();
    lb.all_healthy().await?;
    assert_eq!(visit(lb.front(2)).await?, 11);
    let problems = lb.plane.problems();
    assert!(
        matches!(&problems[..], [Problem::Bind { address, .. }] if *address == lb.front(1)),
        "{problems:?}"
    );
    drop(taken);
    lb.apply();
    let front = lb.front(1);
    eventually("the next configuration binds it", || async move {
        visit(front).await.is_ok()
    })
    .await?;
    assert_eq!(lb.plane.problems(), []);
    Ok(())
}

#[tokio::test]
async fn thousands_of_short_flows_while_targets_come_and_go() -> anyhow::Result<()> {
    for host in [11, 12, 13, 14] {
        echo_target(20, host).await?;
    }
    let options = Options {
        workers: std::num::NonZeroUsize::MIN.saturating_add(1),
        ..Options::default()
    };
    let mut lb = Fixture::start_with(20, &[11, 12, 13, 14], &options)?;
    lb.apply();
    lb.all_healthy().await?;
    let front = lb.front(1);
    let clients: Vec<_> = (0..16).map(|_| tokio::spawn(visits(front, 250))).collect();
    for index in [0, 1].into_iter().cycle().take(40) {
        let target = lb.target(index);
        target.state = match target.state {
            TargetState::Registered => TargetState::Draining,
            TargetState::Draining => TargetState::Registered,
        };
        lb.apply();
        sleep(Duration::from_millis(10)).await;
    }
    let mut answered = 0;
    for client in clients {
        answered += client.await??.values().sum::<usize>();
    }
    assert_eq!(answered, 4000);
    let resets = lb.plane.flows()["lb"].elb_resets;
    assert_eq!(resets, 0);
    lb.plane.shutdown().await;
    Ok(())
}

#[tokio::test]
async fn names_are_answered_over_udp_and_tcp() -> anyhow::Result<()> {
    let resolver = Some(SocketAddrV4::new(address(21, 53), 5353).into());
    let lb = Fixture::start_with(
        21,
        &[11],
        &Options {
            resolver,
            ..Options::default()
        },
    )?;
    lb.apply();
    let mut query = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    for label in "web-1.elb.us-west-2.seatrial.test".split('.') {
        query.push(u8::try_from(label.len())?);
        query.extend(label.as_bytes());
    }
    query.extend(b"\0\0\x01\0\x01");
    let server = lb.plane.resolver().ok_or_else(|| anyhow::anyhow!("no resolver"))?;
    let udp = tokio::net::UdpSocket::bind((address(21, 99), 0)).await?;
    let mut response = [0; 512];
    let deadline = Instant::now() + PATIENCE;
    let length = loop {
        udp.send_to(&query, server).await?;
        let length = timeout(PATIENCE, udp.recv(&mut response)).await??;
        if response[7] == 2 {
            break length;
        }
        anyhow::ensure!(Instant::now() < deadline, "never two answers");
        sleep(Duration::from_millis(5)).await;
    };
    let contains = |address: [u8; 4]| response[..length].windows(4).any(|bytes| bytes == address);
    assert!(contains([127, 64, 21, 1]) && contains([127, 64, 21, 2]));
    let mut tcp = TcpStream::connect(server).await?;
    tcp.write_u16(u16::try_from(query.len())?).await?;
    tcp.write_all(&query).await?;
    let mut over_tcp = vec![0; usize::from(tcp.read_u16().await?)];
    timeout(PATIENCE, tcp.read_exact(&mut over_tcp)).await??;
    assert_eq!(over_tcp, response[..length]);
    Ok(())
}

#[tokio::test]
async fn tls_ends_at_the_load_balancer() -> anyhow::Result<()> {
    let made = rcgen::generate_simple_self_signed(vec!["www.example.com".to_owned()])?;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    echo_target(27, 11).await?;
    let mut lb = Fixture::start(27, &[11])?;
    lb.listener().protocol = Protocol::Tls;
    lb.config.load_balancers[0].listeners[0].tls = Some(Tls {
        policy: "ELBSecurityPolicy-TLS13-1-2-2021-06".to_owned(),
        certificates: vec![Certificate {
            arn: "certificate".to_owned(),
            chain: made.cert.pem(),
            private_key: made.signing_key.serialize_pem(),
        }],
        client_authentication: ClientAuthentication::Off,
        http2: false,
    });
    lb.apply();
    lb.all_healthy().await?;
    let name = rustls::pki_types::ServerName::try_from("www.example.com")?;
    let tcp = TcpStream::connect(lb.front(1)).await?;
    let mut stream = tokio_rustls::TlsConnector::from(Arc::new(client))
        .connect(name, tcp)
        .await?;
    assert_eq!(stream.read_u8().await?, 11);
    let said = vec![7; 1 << 20];
    let (mut hears, mut says) = tokio::io::split(&mut stream);
    let mut heard = vec![0; said.len()];
    tokio::try_join!(says.write_all(&said), hears.read_exact(&mut heard))?;
    assert!(heard == said);
    Ok(())
}
