//! Target groups and bindings that the listeners use.

use super::listener::Used;
use super::load_balancer::Frame;
use super::security_group::Groups;
use super::{Attempt, Blame};
use crate::PlanError;
use crate::binding::from_group;
use crate::ingress::portion::target_group::Targets;
use controllers_api::target_group_binding::{Networking, NetworkingIngressRule, NetworkingPort};
use model::{Binding, TargetGroup};
use std::collections::BTreeMap;

impl Attempt<'_> {
    pub(super) fn targets(
        &self,
        frame: &Frame<'_>,
        groups: &Groups,
        used: &Used,
    ) -> Result<Vec<(TargetGroup, Binding)>, Blame> {
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        let mut all = Vec::new();
        for (place, id) in used {
            if let Some(other) = owners.insert(id, *place) {
                return Err(self.same_id(id, other, *place));
            }
            let mut own = self.portions[*place].targets.iter();
            let Some(targets) = own.find(|targets| targets.group.id == *id) else {
                continue;
            };
            if targets.group.ip_address_type == "ipv6" && !frame.is_dualstack() {
                return Err(self.blame(*place, needs_dualstack(targets)));
            }
            let binding = opened(targets, groups).map_err(|error| self.blame(*place, error))?;
            all.push((targets.group.clone(), binding));
        }
        Ok(all)
    }

    /// A resource id does not tell where the name of the Ingress ends and that of the Service begins.
    fn same_id(&self, id: &str, first: usize, by: usize) -> Blame {
        let (own, other) = (self.named(by), self.named(first));
        let error = PlanError::Conflict {
            problem: format!(
                "{own} and {other} both have a target group {id}, from different names of Ingress and Service"
            ),
            remedy: "rename the Ingress or the Service, or use another group".to_owned(),
        };
        self.blame(by, error)
    }
}

fn needs_dualstack(targets: &Targets) -> PlanError {
    let service = targets.binding.spec["serviceRef"]["name"].as_str().unwrap_or_default();
    PlanError::Field {
        object: Some(format!("Service {}/{service}", targets.binding.namespace).into()),
        field: "ipFamilies".to_owned(),
        value: "IPv6".to_owned(),
        problem: "needs a dualstack load balancer".to_owned(),
        remedy: "set the annotation alb.ingress.kubernetes.io/ip-address-type to dualstack".to_owned(),
    }
}

/// The binding with the rules that let the load balancer in: one rule per port.
fn opened(targets: &Targets, groups: &Groups) -> Result<Binding, PlanError> {
    let mut binding = targets.binding.clone();
    if let Some(source) = groups.source {
        let rule = |port: &NetworkingPort| NetworkingIngressRule {
            from: from_group(source),
            ports: vec![port.clone()],
        };
        let networking = Networking {
            ingress: targets.ports.iter().map(rule).collect(),
        };
        let written = serde_json::to_value(networking).map_err(|error| PlanError::Binding(error.to_string()))?;
        binding.spec["networking"] = written;
    }
    Ok(binding)
}
