//! The listeners of one Ingress.

use super::{Reading, mutual_authentication};
use crate::PlanError;
use aws_api::elbv2::{Attributes, MutualAuthentication};
use controllers_api::ingress_class_params::ListenerParams;
use ipnet::IpNet;
use model::{Certificate, CertificateRef};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const LISTEN: &str = "listen-ports";
const CIDRS: &str = "inbound-cidrs";

/// What one Ingress wishes for a listener.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PortWishes {
    /// `HTTP` or `HTTPS`.
    pub(crate) protocol: String,
    /// Ranges of addresses that may come.
    pub(crate) cidrs: BTreeSet<String>,
    /// Prefix lists that may come.
    pub(crate) prefix_lists: BTreeSet<String>,
    /// The default one first.
    pub(crate) certificates: Vec<CertificateRef>,
    pub(crate) ssl_policy: Option<String>,
    pub(crate) mutual_authentication: Option<MutualAuthentication>,
    pub(crate) attributes: Attributes,
    /// What counts only if the Ingress is the first of the listener.
    pub(crate) class_attributes: Attributes,
}

impl Reading<'_> {
    /// `made` is the certificate to be made for the Ingress.
    pub(crate) fn ports(&self, made: Option<&Certificate>) -> Result<BTreeMap<i32, PortWishes>, PlanError> {
        let explicit = self.explicit_certificates(made);
        let listen = match self.listen_ports()? {
            Some(ports) => ports,
            None if explicit.is_empty() => BTreeMap::from([(80, "HTTP")]),
            None => BTreeMap::from([(443, "HTTPS")]),
        };
        let secure = listen.values().any(|protocol| *protocol == "HTTPS");
        let certificates = match secure && explicit.is_empty() {
            true => self.discovered_certificates()?,
            false => explicit,
        };
        let stores = &self.facts.trust_stores;
        let mut mutual = mutual_authentication::read(self.annotations, stores)?;
        let (cidrs, prefix_lists) = (self.cidrs()?, self.prefix_lists());
        let mut ports = BTreeMap::new();
        for (port, protocol) in listen {
            let https = protocol == "HTTPS";
            let wishes = PortWishes {
                protocol: protocol.to_owned(),
                cidrs: cidrs.clone(),
                prefix_lists: prefix_lists.clone(),
                certificates: if https { certificates.clone() } else { Vec::new() },
                ssl_policy: self.ssl_policy().filter(|_| https),
                mutual_authentication: mutual.remove(&port).filter(|_| https),
                attributes: self
                    .annotations
                    .map(&format!("listener-attributes.{protocol}-{port}"))?,
                class_attributes: self.class_attributes(protocol, port),
            };
            ports.insert(port, wishes);
        }
        Ok(ports)
    }

    /// Ports and protocols of the annotation. The later of two entries for a port counts.
    fn listen_ports(&self) -> Result<Option<BTreeMap<i32, &'static str>>, PlanError> {
        let Some(text) = self.annotations.text(LISTEN) else {
            return Ok(None);
        };
        let remedy = "write [{\"HTTP\": 80}, {\"HTTPS\": 443}]";
        let wrong = |expected: String| self.annotations.error(LISTEN, expected, remedy);
        let entries: Vec<BTreeMap<String, i64>> =
            serde_json::from_str(text).map_err(|error| wrong(format!("a list of ports in JSON: {error}")))?;
        let mut ports = BTreeMap::new();
        for (protocol, port) in entries.into_iter().flatten() {
            let number = i32::try_from(port).ok().filter(|port| (1..=65535).contains(port));
            let number = number.ok_or_else(|| wrong(format!("right: {port} is no port")))?;
            let protocol = match protocol.as_str() {
                "HTTP" => "HTTP",
                "HTTPS" => "HTTPS",
                other => return Err(wrong(format!("right: the protocol {other:?} is neither HTTP nor HTTPS")).into()),
            };
            ports.insert(number, protocol);
        }
        if ports.is_empty() {
            return Err(wrong("a list with at least one port".to_owned()).into());
        }
        Ok(Some(ports))
    }

    fn cidrs(&self) -> Result<BTreeSet<String>, PlanError> {
        let of_class = self
            .params
            .map(|class| class.inbound_cidrs.as_slice())
            .unwrap_or_default();
        let from_class = !of_class.is_empty();
        let list = if from_class {
            of_class.to_vec()
        } else {
            self.annotations.list(CIDRS)
        };
        if let Some(wrong) = list.iter().find(|range| range.parse::<IpNet>().is_err()) {
            let remedy = "write ranges in CIDR notation, as 203.0.113.0/24";
            return Err(match from_class {
                true => self.of_class("inboundCIDRs", wrong, "is no range of addresses", remedy),
                false => {
                    let expected = format!("a list of ranges of addresses: {wrong}");
                    self.annotations.error(CIDRS, expected, remedy).into()
                }
            });
        }
        Ok(list.into_iter().collect())
    }

    fn prefix_lists(&self) -> BTreeSet<String> {
        let class = self
            .params
            .map(|class| (&class.prefix_lists_ids, &class.prefix_lists_ids_legacy));
        let list = match class {
            Some((ids, _)) if !ids.is_empty() => ids.clone(),
            Some((_, legacy)) if !legacy.is_empty() => legacy.clone(),
            _ => self.annotations.list("security-group-prefix-lists"),
        };
        list.into_iter().collect()
    }

    fn ssl_policy(&self) -> Option<String> {
        let of_class = self
            .params
            .map(|class| class.ssl_policy.as_str())
            .filter(|policy| !policy.is_empty());
        of_class
            .or_else(|| self.annotations.text("ssl-policy"))
            .map(str::to_owned)
    }

    fn class_attributes(&self, protocol: &str, port: i32) -> Attributes {
        let listeners = self.params.map(|class| class.listeners.as_slice()).unwrap_or_default();
        let same = |one: &&ListenerParams| one.protocol.as_str() == protocol && one.port == port;
        let attributes = listeners
            .iter()
            .find(same)
            .map(|one| one.listener_attributes.as_slice());
        let attributes = attributes.unwrap_or_default().iter();
        attributes.map(|one| (one.key.clone(), one.value.clone())).collect()
    }
}
