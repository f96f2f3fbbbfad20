//! The ports of a group: what its members wish for the same port, put together.

use super::{Attempt, Blame};
use crate::PlanError;
use crate::ingress::Portion;
use crate::ingress::portion::listen::PortWishes;
use aws_api::Tags;
use aws_api::elbv2::{Attributes, MutualAuthentication};
use model::CertificateRef;
use std::collections::{BTreeMap, BTreeSet};

/// A port of the load balancer.
pub(super) struct Port<'a> {
    /// Places of the members that listen on it.
    pub(super) members: Vec<usize>,
    /// `HTTP` or `HTTPS`.
    pub(super) protocol: &'a str,
    pub(super) cidrs: BTreeSet<String>,
    pub(super) prefix_lists: BTreeSet<String>,
    /// The default one first.
    pub(super) certificates: Vec<CertificateRef>,
    pub(super) ssl_policy: Option<String>,
    pub(super) mutual_authentication: Option<MutualAuthentication>,
    pub(super) attributes: Attributes,
    pub(super) tags: Tags,
}

impl<'a> Attempt<'a> {
    pub(super) fn ports(&self) -> Result<BTreeMap<i32, Port<'a>>, Blame> {
        let numbers: BTreeSet<i32> = self
            .portions
            .iter()
            .flat_map(|portion| portion.ports.keys().copied())
            .collect();
        numbers
            .into_iter()
            .map(|number| Ok((number, self.port(number)?)))
            .collect()
    }

    fn port(&self, number: i32) -> Result<Port<'a>, Blame> {
        let of = move |portion: &'a Portion| portion.ports.get(&number);
        let members = self
            .portions
            .iter()
            .enumerate()
            .filter(|(_, portion)| of(portion).is_some());
        let members: Vec<usize> = members.map(|(place, _)| place).collect();
        let key = |what: &str| format!("{what} (port {number})");
        let protocol = self.agreed(&key("listen-ports"), |portion| of(portion).map(|port| &port.protocol))?;
        let some = |set: &'a BTreeSet<String>| Some(set).filter(|set| !set.is_empty());
        let cidrs = self.agreed(&key("inbound-cidrs"), |portion| some(&of(portion)?.cidrs))?;
        let lists = self.agreed(&key("security-group-prefix-lists"), |portion| {
            some(&of(portion)?.prefix_lists)
        })?;
        let policy = self.agreed(&key("ssl-policy"), |portion| of(portion)?.ssl_policy.as_ref())?;
        let mutual = self.agreed(&key("mutual-authentication"), |portion| {
            of(portion)?.mutual_authentication.as_ref()
        })?;
        let protocol = protocol.map_or("HTTP", |wish| wish.value);
        let prefix_lists = lists.map(|wish| wish.value.clone()).unwrap_or_default();
        let mut cidrs = cidrs.map(|wish| wish.value.clone()).unwrap_or_default();
        if cidrs.is_empty() && prefix_lists.is_empty() {
            cidrs.extend(["0.0.0.0/0", "::/0"].map(str::to_owned));
        }
        let default_policy = (protocol == "HTTPS").then(|| self.config.default_ssl_policy.clone());
        // Without the gate, removing the annotation leaves what it had switched on.
        let switched_off =
            (protocol == "HTTPS" && self.config.gates.enhanced_default_behavior).then(|| MutualAuthentication {
                mode: "off".to_owned(),
                ..MutualAuthentication::default()
            });
        let first = members.first().and_then(|place| of(self.portions[*place]));
        let decided = first.map(|port| port.class_attributes.clone()).unwrap_or_default();
        let attributes = format!("listener-attributes.{protocol}-{number}");
        Ok(Port {
            certificates: certificates(members.iter().filter_map(|place| of(self.portions[*place]))),
            protocol,
            cidrs,
            prefix_lists,
            ssl_policy: policy.map(|wish| wish.value.clone()).or(default_policy),
            mutual_authentication: mutual.map(|wish| wish.value.clone()).or(switched_off),
            attributes: self.merged(&attributes, |portion| Some(&of(portion)?.attributes), &decided)?,
            tags: self.merged(
                "tags",
                |portion| of(portion).map(|_| &portion.settings.tags),
                &Tags::new(),
            )?,
            members,
        })
    }

    /// The port of HTTPS that HTTP is redirected to, if it is.
    pub(super) fn ssl_redirect(&self, ports: &BTreeMap<i32, Port<'_>>) -> Result<Option<i32>, Blame> {
        let Some(wish) = self.agreed("ssl-redirect", |portion| portion.settings.ssl_redirect.as_ref())? else {
            return Ok(None);
        };
        match ports.get(wish.value) {
            Some(port) if port.protocol == "HTTPS" => Ok(Some(*wish.value)),
            other => {
                let problem = match other {
                    Some(_) => "the port of an HTTPS listener: HTTP is spoken there",
                    None => "the port of an HTTPS listener: the group does not listen there",
                };
                let remedy = "add the port to listen-ports as HTTPS, or correct the number";
                Err(self.wrong(
                    wish.by,
                    "ssl-redirect",
                    &wish.value.to_string(),
                    problem.to_owned(),
                    remedy,
                ))
            }
        }
    }

    /// Which member says what answers where no rule does.
    pub(super) fn default_of(&self, port: &Port<'_>) -> Result<Option<usize>, Blame> {
        let mut with_default = port
            .members
            .iter()
            .filter(|place| self.portions[**place].default.is_some());
        let first = with_default.next().copied();
        match (first, with_default.next()) {
            (Some(first), Some(second)) => {
                let (own, other) = (self.named(*second), self.named(first));
                let error = PlanError::Conflict {
                    problem: format!("spec.defaultBackend of {own}: {other} of the group has one already"),
                    remedy: "leave spec.defaultBackend to one member of the group".to_owned(),
                };
                Err(self.blame(*second, error))
            }
            _ => Ok(first),
        }
    }
}

/// The first certificate of the first member that has one is the default; the others follow.
fn certificates<'p>(ports: impl Iterator<Item = &'p PortWishes>) -> Vec<CertificateRef> {
    let mut all: Vec<CertificateRef> = Vec::new();
    for certificate in ports.flat_map(|port| &port.certificates) {
        if !all.contains(certificate) {
            all.push(certificate.clone());
        }
    }
    all
}
