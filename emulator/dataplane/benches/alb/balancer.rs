//! The data plane in a process of its own, with one worker.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use seatrial_dataplane::{
    Config, DataPlane, Matcher, Options,
    config::{
        ApplicationListener, Certificate, ClientAuthentication, Forward, HealthCheck, HealthCheckProtocol, Listener,
        ListenerKind, LoadBalancer, ProtocolVersion, Target, TargetGroup, TargetState, Tls, ZoneAddress,
        application::{
            Action, Attributes, Condition, FixedResponse, ForwardAction, Rule, TargetGroupAttributes, Values,
        },
    },
};

use crate::{
    load::{HTTP_PORT, HTTPS_PORT},
    nginx,
    process::Process,
};

/// Where the load balancer listens.
pub(crate) const ADDRESS: &str = "127.66.0.2";

/// Starts this program again, as a load balancer, and waits until it serves.
pub(crate) fn start(directory: &Path) -> anyhow::Result<Process> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut ready = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut ready)?;
    }
    anyhow::ensure!(ready.starts_with("ready"), "the load balancer did not start");
    Ok(Process::new(child))
}

/// What that program does until it is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    let (plane, _reports) = DataPlane::start(&Options::default())?;
    plane.apply(Arc::new(config()?));
    while TcpStream::connect((ADDRESS, HTTPS_PORT)).is_err() || TcpStream::connect((ADDRESS, HTTP_PORT)).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("ready");
    loop {
        std::thread::park();
    }
}

/// Opens connections that have made one request each.
pub(crate) fn idle_connections(count: usize) -> anyhow::Result<Vec<TcpStream>> {
    let open = || {
        let mut stream = TcpStream::connect((ADDRESS, HTTP_PORT))?;
        stream.write_all(b"GET /service1/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n")?;
        let mut answer = [0; 1024];
        anyhow::ensure!(stream.read(&mut answer)? > 0, "no answer");
        Ok(stream)
    };
    (0..count).map(|_| open()).collect()
}

fn config() -> anyhow::Result<Config> {
    let listener = ListenerKind::Application(ApplicationListener {
        rules: (1..=10).map(rule).collect(),
        default_actions: vec![Action::FixedResponse(FixedResponse {
            status: 404,
            content_type: None,
            body: None,
        })],
        ..ApplicationListener::default()
    });
    let tls = Tls {
        policy: "ELBSecurityPolicy-TLS13-1-2-2021-06".to_owned(),
        certificates: vec![Certificate {
            arn: "certificate".to_owned(),
            chain: std::fs::read_to_string("cert.pem")?,
            private_key: std::fs::read_to_string("key.pem")?,
        }],
        client_authentication: ClientAuthentication::Off,
        http2: true,
    };
    let listeners = [(HTTP_PORT, None), (HTTPS_PORT, Some(tls))].map(|(port, tls)| Listener {
        arn: format!("listener-{port}"),
        port,
        tls,
        kind: listener.clone(),
    });
    let zone = ZoneAddress {
        zone: "a".to_owned(),
        address: ADDRESS.parse()?,
    };
    Ok(Config {
        load_balancers: vec![LoadBalancer {
            arn: "load-balancer".to_owned(),
            dns_name: "web.seatrial.test".to_owned(),
            active: true,
            cross_zone: true,
            zones: vec![zone],
            listeners: listeners.into(),
            application: Attributes::default(),
        }],
        target_groups: vec![target_group()?],
    })
}

fn rule(number: u32) -> Rule {
    Rule {
        priority: number,
        conditions: vec![Condition::Path(Values::Patterns(vec![format!("/service{number}/*")]))],
        actions: vec![Action::Forward(ForwardAction {
            target_groups: vec![Forward {
                target_group_arn: "targets".to_owned(),
                weight: 1,
            }],
            stickiness: None,
        })],
        transforms: Vec::new(),
    }
}

fn target_group() -> anyhow::Result<TargetGroup> {
    let target = |address: &str| {
        anyhow::Ok(Target {
            id: address.to_owned(),
            address: address.parse::<Ipv4Addr>()?,
            port: nginx::TARGET_PORT,
            zone: None,
            state: TargetState::Registered,
        })
    };
    let targets: anyhow::Result<_> = nginx::TARGETS.iter().map(|address| target(address)).collect();
    Ok(TargetGroup {
        arn: "targets".to_owned(),
        cross_zone: None,
        health_check: HealthCheck {
            protocol: HealthCheckProtocol::Http,
            port: None,
            version: ProtocolVersion::Http1,
            path: "/".to_owned(),
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            healthy_threshold: 2,
            unhealthy_threshold: 2,
            matcher: Matcher::default(),
        },
        connection_termination: false,
        unhealthy_connection_termination: false,
        proxy_protocol_v2: false,
        application: TargetGroupAttributes::default(),
        targets: targets?,
    })
}
