//! What there is of Services or Ingresses, on AWS and in Kubernetes.

use anyhow::Result;
use aws_sdk::Aws;
use controllers_api::target_group_binding::TargetGroupBinding;
use kube::api::{Api, ListParams};
use seatrial_e2e::world::NODE_GROUP;
use std::collections::BTreeSet;

/// How many of each, and which targets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    load_balancers: usize,
    listeners: usize,
    target_groups: usize,
    /// Those that carry the cluster's tag: each load balancer's own, and the one that all share.
    security_groups: usize,
    /// Whether the security group of the nodes lets load balancers in.
    nodes_are_open: bool,
    /// Its rules beyond one for each binding.
    surplus_rules: usize,
    bindings: usize,
    /// Ids of the targets that do not drain; one that is there twice shows in `registrations`.
    targets: BTreeSet<String>,
    registrations: usize,
}

impl Found {
    /// What there must be of Services with one port each, whose targets these are.
    pub(crate) fn of(services: &[BTreeSet<String>]) -> Self {
        let each = services.len();
        let shared = usize::from(each > 0);
        Self {
            load_balancers: each,
            listeners: each,
            target_groups: each,
            security_groups: each + shared,
            nodes_are_open: each > 0,
            surplus_rules: 0,
            bindings: each,
            registrations: services.iter().map(BTreeSet::len).sum(),
            targets: services.iter().flatten().cloned().collect(),
        }
    }

    /// What there must be of a group of Ingresses, each with a target group of its own for the same pods.
    pub(crate) fn of_group(members: usize, pods: &BTreeSet<String>) -> Self {
        let one = usize::from(members > 0);
        Self {
            load_balancers: one,
            listeners: one,
            target_groups: members,
            security_groups: 2 * one,
            nodes_are_open: members > 0,
            surplus_rules: 0,
            bindings: members,
            registrations: members * pods.len(),
            targets: if members > 0 { pods.clone() } else { BTreeSet::new() },
        }
    }

    /// Counts; the account has nothing else.
    pub(crate) async fn read(aws: &Aws, bindings: &Api<TargetGroupBinding>) -> Result<Self> {
        let (elbv2, ec2) = (&aws.elbv2, &aws.ec2);
        let balancers = elbv2.describe_load_balancers().await?;
        let mut listeners = 0;
        for balancer in &balancers {
            listeners += elbv2.describe_listeners(&balancer.arn).await?.len();
        }
        let groups = elbv2.describe_target_groups().await?;
        let mut targets = Vec::new();
        for group in &groups {
            targets.extend(elbv2.describe_target_health(&group.arn, &[]).await?);
        }
        targets.retain(|target| target.state != "draining");
        let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
        let security_groups = ec2.describe_security_groups(&[], &ours).await?;
        let nodes = ec2
            .describe_security_groups(&[NODE_GROUP.to_owned()], &Vec::new())
            .await?;
        let rules: usize = nodes.iter().map(|group| group.ingress.len()).sum();
        let bindings = bindings.list(&ListParams::default()).await?.items.len();
        Ok(Self {
            load_balancers: balancers.len(),
            listeners,
            target_groups: groups.len(),
            security_groups: security_groups.len(),
            nodes_are_open: rules > 0,
            surplus_rules: rules.saturating_sub(bindings),
            bindings,
            registrations: targets.len(),
            targets: targets.into_iter().map(|target| target.target.id).collect(),
        })
    }
}
