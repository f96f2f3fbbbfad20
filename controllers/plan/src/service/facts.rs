//! What the plan must know of AWS and of other Services, and which of it a Service needs.

use crate::service::{annotations, claim, weighted};
use crate::{Config, LiveLoadBalancer, subnet};
use aws_api::ec2::{RouteTable, SecurityGroup, Subnet, Vpc};
use k8s_openapi::api::core::v1::Service;
use std::collections::BTreeMap;

/// What is known. A part that [`needs`] did not ask for may be empty.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// All subnets of the VPC.
    pub subnets: Vec<Subnet>,
    /// All route tables of the VPC.
    pub route_tables: Vec<RouteTable>,
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// Security groups of the VPC that the annotation names by id or Name tag.
    pub security_groups: Vec<SecurityGroup>,
    /// The stack's live load balancer.
    pub live: Option<LiveLoadBalancer>,
    /// Other Services of the namespace that weighted actions name.
    pub services: BTreeMap<String, Service>,
}

/// Which facts a Service needs beside subnets and the live load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Route tables, because no subnet carries a role tag.
    pub route_tables: bool,
    /// The VPC's blocks: an internal load balancer without security groups lets them in.
    pub vpc: bool,
    /// Security groups, by id or Name tag.
    pub security_groups: Vec<String>,
    /// Services of the same namespace.
    pub services: Vec<String>,
}

/// Which facts a Service needs, given the VPC's subnets.
#[must_use]
pub fn needs(service: &Service, subnets: &[Subnet], config: &Config) -> Needs {
    if !claim::is_ours(service, config) {
        return Needs::default();
    }
    let annotations = annotations(service);
    let discovered = annotations.list("aws-load-balancer-subnets").is_empty();
    Needs {
        route_tables: discovered && subnet::needs_route_tables(subnets, config),
        vpc: annotations.text("aws-load-balancer-scheme") != Some("internet-facing"),
        security_groups: annotations.list("aws-load-balancer-security-groups"),
        services: weighted::services(annotations),
    }
}
