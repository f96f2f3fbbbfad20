//! Listeners and their rules.

use super::listen::Port;
use super::optimise::optimise;
use super::{Attempt, Blame};
use crate::PlanError;
use crate::ingress::Portion;
use crate::ingress::portion::Route;
use aws_api::elbv2::{Action, FixedResponse, Redirect, RuleSpec};
use model::{Listener, Rule, TargetGroupRef};
use std::collections::{BTreeMap, BTreeSet};

/// Target groups by the member that they belong to and their resource id.
pub(super) type Used = BTreeSet<(usize, String)>;

impl Attempt<'_> {
    /// The listeners, and the target groups that their rules name.
    pub(super) fn listeners(&self, ports: &BTreeMap<i32, Port<'_>>) -> Result<(Vec<Listener>, Used), Blame> {
        let redirect = self.ssl_redirect(ports)?;
        let mut used = Used::new();
        let mut listeners = Vec::new();
        for (number, port) in ports {
            listeners.push(match redirect {
                Some(to) if port.protocol == "HTTP" => self.listener(*number, port, vec![to_https(to)], Vec::new()),
                _ => self.serving(*number, port, &mut used)?,
            });
        }
        self.check_quota(&listeners)?;
        Ok((listeners, used))
    }

    /// To blame for too many rules is the member that asks for the most beyond what it had; of several, the last.
    fn check_quota(&self, listeners: &[Listener]) -> Result<(), Blame> {
        let number: usize = listeners.iter().map(|listener| listener.rules.len()).sum();
        let Some(most) = self.facts.lessons.most_rules.filter(|most| number > *most) else {
            return Ok(());
        };
        let growth = |place: &usize| {
            let before = self.earlier[*place].map_or(0, Portion::rules);
            self.portions[*place].rules().saturating_sub(before)
        };
        let culprit = (0..self.portions.len()).max_by_key(growth).unwrap_or_default();
        let error = PlanError::Conflict {
            problem: format!(
                "spec.rules of {}: the group {} would have {number} rules, and AWS takes {most} per load balancer",
                self.named(culprit),
                self.group
            ),
            remedy: "write fewer paths or listen-ports, move Ingresses to another group by the annotation group.name, \
                     or have the quota \"Rules per Application Load Balancer\" raised"
                .to_owned(),
        };
        Err(self.blame(culprit, error))
    }

    /// A listener that answers by the rules of its members.
    fn serving(&self, number: i32, port: &Port<'_>, used: &mut Used) -> Result<Listener, Blame> {
        let mut default = vec![not_found()];
        if let Some(place) = self.default_of(port)? {
            let answer = self.portions[place].default.as_ref();
            default = answer.map(|answer| answer.actions(port.protocol)).unwrap_or_default();
            use_all(place, &default, used);
        }
        let mut rules = Vec::new();
        for place in &port.members {
            let portion = self.portions[*place];
            for route in &portion.routes {
                let spec = of_route(route, port.protocol);
                use_all(*place, &spec.actions, used);
                rules.push((*place, spec));
            }
        }
        let kept = optimise(number, port.protocol, rules);
        let numbered = (1..).zip(kept).map(|(priority, (place, spec))| Rule {
            tags: self.resource_tags(&format!("{number}:{priority}"), &self.portions[place].tags),
            spec: RuleSpec { priority, ..spec },
        });
        Ok(self.listener(number, port, default, numbered.collect()))
    }

    fn listener(
        &self,
        number: i32,
        port: &Port<'_>,
        default_actions: Vec<Action<TargetGroupRef>>,
        rules: Vec<Rule>,
    ) -> Listener {
        Listener {
            port: number,
            protocol: port.protocol.to_owned(),
            default_actions,
            rules,
            certificates: port.certificates.clone(),
            ssl_policy: port.ssl_policy.clone(),
            alpn_policy: None,
            mutual_authentication: port.mutual_authentication.clone(),
            attributes: port.attributes.clone(),
            tags: self.resource_tags(&number.to_string(), &port.tags),
        }
    }
}

fn of_route(route: &Route, protocol: &str) -> RuleSpec<TargetGroupRef> {
    RuleSpec {
        priority: 0,
        conditions: route.conditions.clone(),
        actions: route.answer.actions(protocol),
        transforms: route.transforms.clone(),
    }
}

fn use_all(place: usize, actions: &[Action<TargetGroupRef>], used: &mut Used) {
    let groups = actions.iter().flat_map(Action::target_groups);
    used.extend(groups.filter_map(|group| match group {
        TargetGroupRef::Id(id) => Some((place, id.clone())),
        TargetGroupRef::Arn(_) => None,
    }));
}

fn to_https(port: i32) -> Action<TargetGroupRef> {
    Action::Redirect(Redirect {
        port: Some(port.to_string()),
        protocol: Some("HTTPS".to_owned()),
        status_code: "HTTP_301".to_owned(),
        ..Redirect::default()
    })
}

fn not_found() -> Action<TargetGroupRef> {
    Action::FixedResponse(FixedResponse {
        content_type: Some("text/plain".to_owned()),
        message_body: None,
        status_code: "404".to_owned(),
    })
}
