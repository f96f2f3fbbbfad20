//! Which security groups the load balancer has, and who may reach the targets.

use super::listen::Port;
use super::load_balancer::Frame;
use super::{Attempt, Blame};
use crate::security_group::{DESCRIPTION, NAMED_REMEDY, named, rule};
use aws_api::ec2::{Peer, Permission};
use model::tags::MANAGED_SECURITY_GROUP_ID;
use model::{Binding, SecurityGroup, SecurityGroupRef, names};
use std::collections::BTreeMap;

/// The decision.
pub(super) struct Groups {
    pub(super) attached: Vec<SecurityGroupRef>,
    pub(super) managed: Option<SecurityGroup>,
    pub(super) needs_backend: bool,
    /// The group that targets are opened to: one of the placeholders of [`Binding`]; none if they are not opened by us.
    pub(super) source: Option<&'static str>,
}

impl Attempt<'_> {
    pub(super) fn security_groups(&self, frame: &Frame<'_>, ports: &BTreeMap<i32, Port<'_>>) -> Result<Groups, Blame> {
        let key = "security-groups";
        let Some(wish) = self.agreed(key, |portion| portion.settings.security_groups.as_ref())? else {
            return self.managed(frame, ports);
        };
        let found = named(wish.value, &self.facts.security_groups);
        let mut attached =
            found.map_err(|expected| self.wrong(wish.by, key, &wish.value.join(","), expected, NAMED_REMEDY))?;
        let key = "manage-backend-security-group-rules";
        let manage = self.agreed(key, |portion| portion.settings.manage_backend_rules.as_ref())?;
        let manage = manage.map_or(self.config.manage_backend_security_group_rules, |wish| *wish.value);
        attached.extend(manage.then_some(SecurityGroupRef::Backend));
        Ok(Groups {
            attached,
            managed: None,
            needs_backend: manage,
            source: manage.then_some(Binding::BACKEND_GROUP),
        })
    }

    fn managed(&self, frame: &Frame<'_>, ports: &BTreeMap<i32, Port<'_>>) -> Result<Groups, Blame> {
        let shared = self.config.enable_backend_security_group;
        let group = SecurityGroup {
            id: MANAGED_SECURITY_GROUP_ID.to_owned(),
            name: names::ingress::managed_security_group(&self.config.cluster, self.group),
            description: DESCRIPTION.to_owned(),
            ingress: ingress(ports, frame.is_dualstack()),
            tags: self.resource_tags(MANAGED_SECURITY_GROUP_ID, &self.tags()?),
        };
        let backend = shared.then_some(SecurityGroupRef::Backend);
        Ok(Groups {
            attached: [SecurityGroupRef::Managed].into_iter().chain(backend).collect(),
            managed: Some(group),
            needs_backend: shared,
            source: Some(if shared {
                Binding::BACKEND_GROUP
            } else {
                Binding::MANAGED_GROUP
            }),
        })
    }
}

/// IPv6 ranges are for load balancers that have IPv6.
fn ingress(ports: &BTreeMap<i32, Port<'_>>, dualstack: bool) -> Vec<Permission> {
    let mut rules = Vec::new();
    for (number, port) in ports {
        let (v6, v4): (Vec<&String>, Vec<&String>) = port.cidrs.iter().partition(|range| range.contains(':'));
        let v4 = v4.into_iter().cloned().map(Peer::Ipv4);
        let v6 = v6.into_iter().filter(|_| dualstack).cloned().map(Peer::Ipv6);
        let lists = port.prefix_lists.iter().cloned().map(Peer::PrefixList);
        rules.extend(
            v4.chain(v6)
                .chain(lists)
                .map(|peer| rule("tcp", *number, *number, peer)),
        );
    }
    rules
}
