//! The network load balancer in front.

use super::agreement::same_items;
use super::load_balancer::mappings;
use super::security_group::Groups;
use super::{Attempt, Blame};
use crate::ingress::Portion;
use crate::ingress::portion::frontend::{ATTRIBUTES, FrontendWishes, HealthWishes};
use crate::security_group::{NAMED_REMEDY, named};
use crate::subnet::Zones;
use aws_api::Tags;
use aws_api::elbv2::{Action, Attributes, Forward, HealthCheck, Matcher, SubnetMapping};
use model::tags::FRONTEND_NLB_ID;
use model::{
    AlbTargetGroup, FrontendNlb, Listener, LoadBalancer, LoadBalancerKind, SecurityGroupRef, TargetGroup,
    TargetGroupRef, names,
};
use std::collections::BTreeMap;
use std::fmt::Debug;

const EIPS: &str = "frontend-nlb-eip-allocations";

impl<'a> Attempt<'a> {
    pub(super) fn frontend(&self, behind: &LoadBalancer, groups: &Groups) -> Result<Option<FrontendNlb>, Blame> {
        let enabled = self.agreed("enable-frontend-nlb", |portion| portion.frontend.enabled.as_ref())?;
        if !enabled.is_some_and(|wish| *wish.value) {
            return Ok(None);
        }
        let tags = self.agreed("frontend-nlb-tags", |portion| portion.frontend.tags.as_ref())?;
        // Tags of its own take the place of all others, the default ones too.
        let tags = match tags {
            Some(wish) => wish.value.clone(),
            None => self.config.with_default_tags(&self.tags()?),
        };
        let mut frontend = FrontendNlb {
            load_balancer: self.frontend_balancer(behind, groups, &tags)?,
            ..FrontendNlb::default()
        };
        for (port, alb_port) in self.frontend_ports()? {
            let group = self.frontend_group(port, &tags)?;
            frontend.listeners.push(self.frontend_listener(port, &group.id, &tags));
            frontend.target_groups.push(AlbTargetGroup { group, alb_port });
        }
        Ok(Some(frontend))
    }

    fn frontend_balancer(&self, behind: &LoadBalancer, groups: &Groups, tags: &Tags) -> Result<LoadBalancer, Blame> {
        let scheme = self.agreed("frontend-nlb-scheme", |portion| portion.frontend.scheme.as_ref())?;
        let scheme = scheme.map_or(&self.config.default_scheme, |wish| wish.value);
        let attributes = self.agreed(ATTRIBUTES, |portion| portion.frontend.attributes.as_ref())?;
        Ok(LoadBalancer {
            name: names::ingress::frontend_nlb(&behind.name),
            kind: LoadBalancerKind::Network,
            scheme: scheme.clone(),
            ip_address_type: behind.ip_address_type.clone(),
            subnets: self.frontend_subnets(scheme, behind.ip_address_type != "ipv4")?,
            security_groups: self.frontend_security_groups(groups)?,
            attributes: attributes.map_or_else(Attributes::new, |wish| wish.value.clone()),
            tags: self.tracked(FRONTEND_NLB_ID, tags),
            ..LoadBalancer::default()
        })
    }

    fn frontend_security_groups(&self, groups: &Groups) -> Result<Vec<SecurityGroupRef>, Blame> {
        let key = "frontend-nlb-security-groups";
        let Some(wish) = self.agreed(key, |portion| portion.frontend.security_groups.as_ref())? else {
            return Ok(groups.attached.clone());
        };
        let found = named(wish.value, &self.facts.security_groups);
        found.map_err(|expected| self.wrong(wish.by, key, &wish.value.join(","), expected, NAMED_REMEDY))
    }

    fn frontend_subnets(&self, scheme: &str, dualstack: bool) -> Result<Vec<SubnetMapping>, Blame> {
        let key = "frontend-nlb-subnets";
        let zones = Zones { dualstack, at_least: 1 };
        let same = |a: &Vec<String>, b: &Vec<String>| same_items(a, b);
        let subnets = match self.agreed_by(key, |portion| portion.frontend.subnets.as_ref(), same)? {
            Some(wish) => self
                .network()
                .named(wish.value, zones)
                .map_err(|(expected, remedy)| self.wrong(wish.by, key, &wish.value.join(","), expected, remedy))?,
            None => self.found(scheme, zones, key)?,
        };
        let mut mappings = mappings(&subnets);
        if let Some(wish) = self.agreed_by(EIPS, |portion| portion.frontend.eip_allocations.as_ref(), same)? {
            let wrong =
                |expected: String, remedy: &str| self.wrong(wish.by, EIPS, &wish.value.join(","), expected, remedy);
            if scheme != "internet-facing" {
                let remedy = "set frontend-nlb-scheme to internet-facing, or remove the annotation";
                return Err(wrong(
                    "allowed: it is for internet-facing load balancers only".to_owned(),
                    remedy,
                ));
            }
            if wish.value.len() != mappings.len() {
                let expected = format!(
                    "one per subnet: {} given for {} subnets",
                    wish.value.len(),
                    mappings.len()
                );
                return Err(wrong(expected, "give as many as there are subnets"));
            }
            for (mapping, allocation) in mappings.iter_mut().zip(wish.value) {
                mapping.allocation_id = Some(allocation.clone());
            }
        }
        Ok(mappings)
    }

    /// Ports of the network load balancer, with the port behind each.
    fn frontend_ports(&self) -> Result<BTreeMap<i32, i32>, Blame> {
        let mut ports: BTreeMap<i32, (usize, i32)> = BTreeMap::new();
        for (by, portion) in self.portions.iter().enumerate() {
            for (port, alb_port) in &portion.frontend.ports {
                let (first, before) = *ports.entry(*port).or_insert((by, *alb_port));
                if before != *alb_port {
                    let key = format!("frontend-nlb-listener-port-mapping, {port}");
                    return Err(self.contradiction(&key, first, &before, by, alb_port));
                }
            }
        }
        Ok(ports
            .into_iter()
            .map(|(port, (_, alb_port))| (port, alb_port))
            .collect())
    }

    fn frontend_group(&self, port: i32, tags: &Tags) -> Result<TargetGroup, Blame> {
        let id = format!("{FRONTEND_NLB_ID}-tg-TCP-{port}");
        let health_check = self.frontend_health_check(port)?;
        let name = names::ingress::frontend_target_group(
            &self.config.cluster,
            self.group,
            port,
            &health_check.port,
            &health_check.protocol,
        );
        Ok(TargetGroup {
            name,
            target_type: "alb".to_owned(),
            protocol: "TCP".to_owned(),
            port,
            ip_address_type: "ipv4".to_owned(),
            health_check,
            tags: self.tracked(&id, tags),
            id,
            ..TargetGroup::default()
        })
    }

    fn frontend_health_check(&self, port: i32) -> Result<HealthCheck, Blame> {
        let text = |suffix, wish: fn(&HealthWishes) -> Option<&String>, default: &str| {
            let agreed = self.health_wish(port, suffix, wish)?;
            Ok::<_, Blame>(agreed.cloned().unwrap_or_else(|| default.to_owned()))
        };
        let number = |suffix, wish: fn(&HealthWishes) -> Option<&i32>, default| {
            Ok::<_, Blame>(self.health_wish(port, suffix, wish)?.copied().unwrap_or(default))
        };
        Ok(HealthCheck {
            protocol: text("protocol", |wishes| wishes.protocol.as_ref(), "HTTP")?,
            port: text("port", |wishes| wishes.port.as_ref(), "traffic-port")?,
            path: Some(text("path", |wishes| wishes.path.as_ref(), "/")?),
            interval: number("interval-seconds", |wishes| wishes.interval.as_ref(), 15)?,
            timeout: number("timeout-seconds", |wishes| wishes.timeout.as_ref(), 5)?,
            healthy_threshold: number("healthy-threshold-count", |wishes| wishes.healthy_threshold.as_ref(), 2)?,
            unhealthy_threshold: number(
                "unhealthy-threshold-count",
                |wishes| wishes.unhealthy_threshold.as_ref(),
                2,
            )?,
            matcher: Some(Matcher::Http(text(
                "success-codes",
                |wishes| wishes.success_codes.as_ref(),
                "200",
            )?)),
        })
    }

    /// What the members that have the port wish for its health checks.
    fn health_wish<T: PartialEq + Debug>(
        &self,
        port: i32,
        suffix: &str,
        wish: fn(&HealthWishes) -> Option<&T>,
    ) -> Result<Option<&'a T>, Blame> {
        let key = format!("frontend-nlb-healthcheck-{suffix} (port {port})");
        let of = |portion: &'a Portion| {
            let FrontendWishes {
                ports, health_check, ..
            } = &portion.frontend;
            ports.contains_key(&port).then_some(health_check).and_then(wish)
        };
        Ok(self.agreed(&key, of)?.map(|wish| wish.value))
    }

    fn frontend_listener(&self, port: i32, group: &str, tags: &Tags) -> Listener {
        let id = format!("{FRONTEND_NLB_ID}-ls-TCP-{port}");
        let target = TargetGroupRef::Id(group.to_owned());
        Listener {
            port,
            protocol: "TCP".to_owned(),
            default_actions: vec![Action::Forward(Forward::to(target))],
            tags: self.tracked(&id, tags),
            ..Listener::default()
        }
    }
}
