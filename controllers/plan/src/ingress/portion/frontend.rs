//! What one Ingress wishes for a network load balancer in front of its load balancer: the annotations `frontend-nlb-*`.

use super::Reading;
use super::health_check::{INTERVAL, THRESHOLD, TIMEOUT};
use super::listen::PortWishes;
use crate::{PlanError, attributes};
use aws_api::Tags;
use aws_api::elbv2::Attributes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Wishes for the network load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FrontendWishes {
    pub(crate) enabled: Option<bool>,
    pub(crate) scheme: Option<String>,
    pub(crate) subnets: Option<Vec<String>>,
    pub(crate) security_groups: Option<Vec<String>>,
    pub(crate) eip_allocations: Option<Vec<String>>,
    pub(crate) attributes: Option<Attributes>,
    pub(crate) tags: Option<Tags>,
    /// Its ports, and the port of the load balancer behind each.
    pub(crate) ports: BTreeMap<i32, i32>,
    pub(crate) health_check: HealthWishes,
}

/// Wishes for the health checks of the load balancer behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HealthWishes {
    pub(crate) port: Option<String>,
    pub(crate) protocol: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) interval: Option<i32>,
    pub(crate) timeout: Option<i32>,
    pub(crate) healthy_threshold: Option<i32>,
    pub(crate) unhealthy_threshold: Option<i32>,
    pub(crate) success_codes: Option<String>,
}

const MAPPING: &str = "frontend-nlb-listener-port-mapping";
pub(crate) const ATTRIBUTES: &str = "frontend-nlb-attributes";

impl Reading<'_> {
    pub(crate) fn frontend(&self, ports: &BTreeMap<i32, PortWishes>) -> Result<FrontendWishes, PlanError> {
        let enabled = self.annotations.boolean("enable-frontend-nlb")?;
        match self.frontend_wishes(ports) {
            Ok(wishes) => Ok(FrontendWishes { enabled, ..wishes }),
            // Nobody reads the rest, unless another member of the group asks for the load balancer.
            Err(_) if enabled != Some(true) => Ok(FrontendWishes {
                enabled,
                ports: ports.keys().map(|port| (*port, *port)).collect(),
                ..FrontendWishes::default()
            }),
            Err(error) => Err(error),
        }
    }

    fn frontend_wishes(&self, ports: &BTreeMap<i32, PortWishes>) -> Result<FrontendWishes, PlanError> {
        let own = self.annotations;
        let list = |key: &str| Some(own.list(key)).filter(|list| !list.is_empty());
        let present = own.text(ATTRIBUTES).map(|_| own.map(ATTRIBUTES)).transpose()?;
        if let Some(found) = &present {
            attributes::check_routing_policy(own, ATTRIBUTES, found)?;
        }
        Ok(FrontendWishes {
            enabled: None,
            scheme: own
                .word("frontend-nlb-scheme", &["internal", "internet-facing"])?
                .map(str::to_owned),
            subnets: list("frontend-nlb-subnets"),
            security_groups: list("frontend-nlb-security-groups"),
            eip_allocations: list("frontend-nlb-eip-allocations"),
            attributes: present,
            tags: own
                .text("frontend-nlb-tags")
                .map(|_| own.map("frontend-nlb-tags"))
                .transpose()?,
            ports: self.port_mapping(ports)?,
            health_check: self.frontend_health_check()?,
        })
    }

    /// Each port by itself, unless the annotation says otherwise. Ports that the Ingress does not listen on are passed over, as they always were.
    fn port_mapping(&self, ports: &BTreeMap<i32, PortWishes>) -> Result<BTreeMap<i32, i32>, PlanError> {
        let written = self.annotations.map(MAPPING)?;
        if written.is_empty() {
            return Ok(ports.keys().map(|port| (*port, *port)).collect());
        }
        let number = |text: &String| {
            text.parse::<i32>().map_err(|_| {
                let expected = format!("a map of port numbers: {text:?} is none");
                self.annotations.error(MAPPING, expected, "write 80=8080,443=8443")
            })
        };
        let mut mapping = BTreeMap::new();
        for (front, behind) in &written {
            let (front, behind) = (number(front)?, number(behind)?);
            if ports.contains_key(&behind) {
                mapping.insert(front, behind);
            }
        }
        Ok(mapping)
    }

    fn frontend_health_check(&self) -> Result<HealthWishes, PlanError> {
        let own = self.annotations;
        let key = |suffix: &str| format!("frontend-nlb-healthcheck-{suffix}");
        let number = |suffix: &str, bounds| own.bounded(&key(suffix), bounds);
        let text = |suffix: &str| own.text(&key(suffix)).map(str::to_owned);
        let port = text("port");
        if port
            .as_deref()
            .is_some_and(|port| port != "traffic-port" && port.parse::<i32>().is_err())
        {
            let remedy = "write traffic-port or a number";
            return Err(own.error(&key("port"), "traffic-port or a number", remedy).into());
        }
        Ok(HealthWishes {
            port,
            protocol: own.word(&key("protocol"), &["HTTP", "HTTPS"])?.map(str::to_owned),
            path: text("path"),
            interval: number("interval-seconds", INTERVAL)?,
            timeout: number("timeout-seconds", TIMEOUT)?,
            healthy_threshold: number("healthy-threshold-count", THRESHOLD)?,
            unhealthy_threshold: number("unhealthy-threshold-count", THRESHOLD)?,
            success_codes: text("success-codes"),
        })
    }
}
