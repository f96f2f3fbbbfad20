//! TCP and TLS, health, DNS.

use std::{net::SocketAddrV4, sync::Arc, time::Duration};

use seatrial_dataplane::{
    HealthReason, HealthState, Options, Problem,
    config::{Certificate, ClientAuthentication, HealthCheckProtocol, Protocol, TargetState, Tls},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

use crate::fixture::{
    Fixture, PATIENCE, TARGET_PORT, address, config, echo_target, eventually, http_target, visit, visits,
};

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
