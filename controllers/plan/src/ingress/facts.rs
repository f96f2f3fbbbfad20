//! What the plan of a group must know of AWS and of other objects, and which of it a group needs.

use crate::ingress::portion::{authentication, backend, mutual_authentication};
use crate::ingress::{Group, IngressKey, Lessons, Portion, annotations};
use crate::{Config, LiveLoadBalancer, NO_ANNOTATIONS, subnet};
use aws_api::ec2::{RouteTable, SecurityGroup, Subnet};
use controllers_api::annotation::Layer;
use k8s_openapi::api::core::v1::{Secret, Service};
use k8s_openapi::api::networking::v1::Ingress;
use std::collections::{BTreeMap, BTreeSet};

/// Objects by namespace and name.
pub type ByName<T> = BTreeMap<(String, String), T>;

/// What is known. A part that [`needs`] did not ask for may be empty.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// All subnets of the VPC.
    pub subnets: Vec<Subnet>,
    /// All route tables of the VPC.
    pub route_tables: Vec<RouteTable>,
    /// Security groups of the VPC that annotations name by id or Name tag.
    pub security_groups: Vec<SecurityGroup>,
    /// The group's live load balancer.
    pub live: Option<LiveLoadBalancer>,
    /// What AWS refused before.
    pub lessons: Lessons,
    /// Services that backends name.
    pub services: ByName<Service>,
    /// Secrets that authentication needs.
    pub secrets: ByName<Secret>,
    /// ARNs of target groups that actions name.
    pub target_groups: BTreeMap<String, String>,
    /// ARNs of trust stores by name.
    pub trust_stores: BTreeMap<String, String>,
    /// ARNs of web ACLs by name.
    pub web_acls: BTreeMap<String, String>,
    /// Issued certificates of ACM, without those that the controller made itself.
    pub certificates: Vec<KnownCertificate>,
}

/// A certificate of ACM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownCertificate {
    /// Its ARN.
    pub arn: String,
    /// All its names.
    pub domains: Vec<String>,
    /// ARN of the private authority that issued it.
    pub authority_arn: Option<String>,
}

/// Which facts a group needs beside subnets, Services and the live load balancer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Route tables, because role tags may not suffice to find subnets.
    pub route_tables: bool,
    /// Security groups, by id or Name tag.
    pub security_groups: BTreeSet<String>,
    /// Secrets, by namespace and name.
    pub secrets: BTreeSet<(String, String)>,
    /// Target groups, by name.
    pub target_groups: BTreeSet<String>,
    /// Trust stores, by name.
    pub trust_stores: BTreeSet<String>,
    /// Web ACLs, because one is named.
    pub web_acls: bool,
    /// Certificates, because an Ingress with HTTPS names none.
    pub certificates: bool,
}

/// The Services that an Ingress names, by namespace and name.
#[must_use]
pub fn services(ingress: &Ingress) -> BTreeSet<(String, String)> {
    let Some(spec) = &ingress.spec else {
        return BTreeSet::new();
    };
    let key = IngressKey::of(ingress);
    let names = backend::services(spec, annotations(ingress)).into_iter();
    names.map(|name| (key.namespace.clone(), name)).collect()
}

/// Which facts a group needs, given the Services that its members name, the VPC's subnets, and what was good before.
#[must_use]
pub fn needs(
    group: &Group,
    known: &ByName<Service>,
    subnets: &[Subnet],
    last_good: &BTreeMap<IngressKey, Portion>,
    config: &Config,
) -> Needs {
    let mut needs = Needs::default();
    for member in &group.members {
        needs.of_ingress(&member.ingress, known);
        if let Some(params) = member.params.as_ref().map(|params| &params.spec) {
            needs.web_acls |= !params.wafv2_acl_name.is_empty();
        }
    }
    for portion in last_good.values() {
        needs
            .security_groups
            .extend(portion.settings.security_groups.iter().flatten().cloned());
        needs
            .security_groups
            .extend(portion.frontend.security_groups.iter().flatten().cloned());
        needs.web_acls |= portion.settings.wafv2_name.is_some();
    }
    needs.route_tables = !group.members.is_empty() && subnet::needs_route_tables(subnets, config);
    needs
}

impl Needs {
    fn of_ingress(&mut self, ingress: &Ingress, known: &ByName<Service>) {
        let own = annotations(ingress);
        let namespace = IngressKey::of(ingress).namespace;
        self.security_groups.extend(own.list("security-groups"));
        self.security_groups.extend(own.list("frontend-nlb-security-groups"));
        self.target_groups.extend(backend::target_groups(own));
        self.trust_stores.extend(mutual_authentication::trust_stores(own));
        self.web_acls |= own.text("wafv2-acl-name").is_some_and(|name| !name.is_empty());
        let secure = own.text("listen-ports").is_some_and(|ports| ports.contains("HTTPS"));
        self.certificates |= secure && own.list("certificate-arn").is_empty();
        let mut secrets: Vec<_> = authentication::secret(own).into_iter().collect();
        for service in services(ingress).iter().filter_map(|name| known.get(name)) {
            let over = own.under(Layer {
                object: "",
                annotations: service.metadata.annotations.as_ref().unwrap_or(&NO_ANNOTATIONS),
            });
            secrets.extend(authentication::secret(over));
        }
        self.secrets
            .extend(secrets.into_iter().map(|name| (namespace.clone(), name)));
    }
}
