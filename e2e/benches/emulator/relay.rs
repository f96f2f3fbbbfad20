//! The relays that are compared: a network load balancer of the emulator, and HAProxy.

use crate::lab::Peer;
use crate::relay_load::RelayLoad;
use anyhow::{Context, Result};
use aws_api::Aws;
use aws_api::elbv2::{
    Action, Forward, ForwardTarget, HealthCheck, ListenerSpec, NewLoadBalancer, NewTargetGroup, SubnetMapping, Target,
};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::load_balancer::addresses;
use seatrial_e2e::report::Report;
use std::net::SocketAddr;

const PORT: u16 = 8080;

/// A target group with `target` and three more at the ports after it; its ARN.
pub(crate) async fn target_group(aws: &Aws, target: SocketAddr) -> Result<String> {
    let vpc = aws.ec2.describe_vpcs(&[], &Vec::new()).await?.pop().context("a VPC")?;
    let group = NewTargetGroup {
        name: format!("group-{}", target.port()),
        target_type: "ip".into(),
        protocol: "TCP".into(),
        port: target.port().into(),
        vpc_id: vpc.id,
        ip_address_type: "ipv4".into(),
        health_check: HealthCheck {
            protocol: "TCP".into(),
            port: "traffic-port".into(),
            interval: 10,
            timeout: 10,
            healthy_threshold: 3,
            unhealthy_threshold: 3,
            ..HealthCheck::default()
        },
        ..NewTargetGroup::default()
    };
    let arn = aws.elbv2.create_target_group(&group).await?.arn;
    let targets: Vec<Target> = (0..4)
        .map(|offset| Target {
            id: target.ip().to_string(),
            port: i32::from(target.port()) + offset,
            zone: None,
        })
        .collect();
    aws.elbv2.register_targets(&arn, &targets).await?;
    Ok(arn)
}

/// A load balancer in front of `target`; where it listens, once it carries flows.
pub(crate) async fn load_balancer(aws: &Aws, target: SocketAddr) -> Result<SocketAddr> {
    let group = target_group(aws, target).await?;
    let subnets = aws.ec2.describe_subnets(&[], &Vec::new()).await?;
    let mapping = |id: &String| SubnetMapping {
        subnet_id: id.clone(),
        ..SubnetMapping::default()
    };
    let balancer = NewLoadBalancer {
        name: "relay".into(),
        kind: "network".into(),
        scheme: "internal".into(),
        ip_address_type: "ipv4".into(),
        subnets: subnets.iter().map(|subnet| mapping(&subnet.id)).take(1).collect(),
        ..NewLoadBalancer::default()
    };
    let arn = aws.elbv2.create_load_balancer(&balancer).await?.arn;
    let forward = ForwardTarget {
        target_group: group.clone(),
        weight: None,
    };
    let spec = ListenerSpec {
        port: PORT.into(),
        protocol: "TCP".into(),
        default_actions: vec![Action::Forward(Forward {
            targets: vec![forward],
            stickiness: None,
        })],
        ..ListenerSpec::default()
    };
    aws.elbv2.create_listener(&arn, &spec, &Default::default()).await?;
    wait_for("a healthy target", 10, async || {
        let health = aws.elbv2.describe_target_health(&group, &[]).await;
        health.is_ok_and(|all| all.iter().any(|one| one.state == "healthy"))
    })
    .await?;
    let address = addresses(aws, &arn)
        .await?
        .pop()
        .context("an address of the load balancer")?;
    Ok(SocketAddr::from((address, PORT)))
}

/// What one relay carried per second, and its processor seconds for each unit carried.
pub(crate) fn measure(load: RelayLoad, relay: &Peer) -> Result<(f64, f64)> {
    let before = relay.usage()?.cpu;
    let (per_second, carried) = load.run(relay.address)?;
    Ok((per_second, (relay.usage()?.cpu - before).as_secs_f64() / carried))
}

/// Ours and theirs, sample by sample.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    ours: Vec<f64>,
    theirs: Vec<f64>,
    ratio: Vec<f64>,
    cpu_ratio: Vec<f64>,
}

impl Comparison {
    pub(crate) fn add(&mut self, ours: (f64, f64), theirs: (f64, f64)) {
        self.ours.push(ours.0);
        self.theirs.push(theirs.0);
        self.ratio.push(ours.0 / theirs.0);
        self.cpu_ratio.push(ours.1 / theirs.1);
    }

    pub(crate) fn report(&self, what: &str, unit: &str, report: &mut Report) {
        report.figure(what, unit, &self.ours, None);
        report.figure(&format!("{what}, HAProxy"), unit, &self.theirs, None);
        report.figure(&format!("{what}, ratio"), "of HAProxy", &self.ratio, None);
        report.figure(
            &format!("{what}, processor time, ratio"),
            "of HAProxy",
            &self.cpu_ratio,
            None,
        );
    }
}
