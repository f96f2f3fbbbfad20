//! A stack as the Go controller prints it: resources by type and id, which point at each other by `$ref`.

mod action;
mod listener;
mod load_balancer;
mod network;
mod target_group;

use crate::tags::{FRONTEND_NLB_ID, LOAD_BALANCER_ID, Owner, without_tracking};
use crate::{Association, FrontendNlb, Stack};
use aws_api::Tags;
use aws_api::elbv2::Attributes;
use serde_json::{Map, Value, json};

const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";
const BINDING: &str = "K8S::ElasticLoadBalancingV2::TargetGroupBinding";
const CERTIFICATE: &str = "AWS::ACM::Certificate";
const WAFV2: &str = "AWS::WAFv2::WebACLAssociation";
const WAF_REGIONAL: &str = "AWS::WAFRegional::WebACLAssociation";
const SHIELD: &str = "AWS::Shield::Protection";
const FRONTEND_TARGETS: &str = "FrontendNLBTargetGroup";

/// `{"id": ..., "resources": {<type>: {<id>: {"spec": ...}}}}`. The shared backend security group, no resource of the stack, stands as
/// [`crate::Binding::BACKEND_GROUP`]; secrets stand as `[REDACTED]`. Tags are the user's: the tracking tags follow from ids.
#[must_use]
pub fn printed(stack: &Stack) -> Value {
    let mut print = Print::default();
    print.owner(stack);
    print.add_ons(stack);
    if stack.owner == Owner::Ingress {
        print.frontend(stack.frontend.as_ref());
    }
    json!({ "id": stack.id, "resources": print.resources })
}

/// The resources printed so far: type, id, what it is.
#[derive(Default)]
struct Print {
    resources: Map<String, Value>,
}

impl Print {
    fn put(&mut self, kind: &str, id: &str, spec: Value) {
        let of_kind = self.resources.entry(kind).or_insert_with(|| json!({}));
        of_kind[id] = json!({ "spec": without_nulls(spec) });
    }

    fn owner(&mut self, stack: &Stack) {
        if let Some(group) = &stack.managed_security_group {
            self.put(SECURITY_GROUP, &group.id, network::security_group(group));
        }
        if let Some(balancer) = &stack.load_balancer {
            self.put(LOAD_BALANCER, LOAD_BALANCER_ID, load_balancer::load_balancer(balancer));
        }
        for group in &stack.target_groups {
            self.put(TARGET_GROUP, &group.id, target_group::target_group(group));
        }
        for one in &stack.listeners {
            let id = one.port.to_string();
            self.put(LISTENER, &id, listener::listener(one, LOAD_BALANCER_ID));
            for rule in &one.rules {
                self.put(RULE, &format!("{id}:{}", rule.spec.priority), listener::rule(rule, &id));
            }
        }
        for one in &stack.bindings {
            self.put(BINDING, &one.target_group, target_group::binding(one));
        }
        for one in &stack.certificates {
            self.put(CERTIFICATE, &one.id, load_balancer::certificate(one));
        }
    }

    fn add_ons(&mut self, stack: &Stack) {
        let balancer = || load_balancer_arn(LOAD_BALANCER_ID);
        let name = |association: &Association| match association {
            Association::With(acl) => json!(acl),
            Association::None => json!(""),
        };
        if let Some(acl) = &stack.add_ons.wafv2 {
            let spec = json!({ "webACLARN": name(acl), "resourceARN": balancer() });
            self.put(WAFV2, LOAD_BALANCER_ID, spec);
        }
        if let Some(acl) = &stack.add_ons.waf_regional {
            let spec = json!({ "webACLID": name(acl), "resourceARN": balancer() });
            self.put(WAF_REGIONAL, LOAD_BALANCER_ID, spec);
        }
        if let Some(enabled) = stack.add_ons.shield {
            let spec = json!({ "enabled": enabled, "resourceARN": balancer() });
            self.put(SHIELD, LOAD_BALANCER_ID, spec);
        }
    }

    /// The network load balancer in front, and what it targets: the latter is there even if the former is not.
    fn frontend(&mut self, frontend: Option<&FrontendNlb>) {
        let mut targets = Map::new();
        if let Some(frontend) = frontend {
            let balancer = load_balancer::load_balancer(&frontend.load_balancer);
            self.put(LOAD_BALANCER, FRONTEND_NLB_ID, balancer);
            for one in &frontend.listeners {
                let id = format!("{FRONTEND_NLB_ID}-ls-{}-{}", one.protocol, one.port);
                self.put(LISTENER, &id, listener::listener(one, FRONTEND_NLB_ID));
            }
            for one in &frontend.target_groups {
                let group = &one.group;
                self.put(TARGET_GROUP, &group.id, target_group::target_group(group));
                let state = json!({
                    "Name": group.name,
                    "ARN": reference(TARGET_GROUP, &group.id, "targetGroupARN"),
                    "Port": group.port,
                    "TargetARN": load_balancer_arn(LOAD_BALANCER_ID),
                    "TargetPort": one.alb_port,
                });
                targets.insert(group.name.clone(), state);
            }
        }
        self.put(FRONTEND_TARGETS, FRONTEND_TARGETS, json!({ "TargetGroups": targets }));
    }
}

fn reference(kind: &str, id: &str, field: &str) -> Value {
    json!({ "$ref": format!("#/resources/{kind}/{id}/status/{field}") })
}

fn load_balancer_arn(id: &str) -> Value {
    reference(LOAD_BALANCER, id, "loadBalancerARN")
}

fn without_nulls(mut spec: Value) -> Value {
    if let Some(fields) = spec.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    spec
}

fn attributes(attributes: &Attributes) -> Option<Vec<Value>> {
    let listed = attributes
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }));
    (!attributes.is_empty()).then(|| listed.collect())
}

/// The user's tags, if there are any.
fn tags(tags: &Tags) -> Option<Tags> {
    Some(without_tracking(tags)).filter(|tags| !tags.is_empty())
}

/// A list, unless it is empty.
fn list<T>(items: &[T], print: impl FnMut(&T) -> Value) -> Option<Vec<Value>> {
    (!items.is_empty()).then(|| items.iter().map(print).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Binding, Listener, LoadBalancer, SecurityGroupRef, TargetGroupRef};
    use aws_api::elbv2::{Action, Forward};

    #[test]
    fn resources_point_at_each_other() {
        let group = TargetGroupRef::Id("web/a:80".to_owned());
        let stack = Stack {
            id: "web/a".to_owned(),
            load_balancer: Some(LoadBalancer {
                security_groups: vec![SecurityGroupRef::Managed, SecurityGroupRef::Backend],
                ..LoadBalancer::default()
            }),
            listeners: vec![Listener {
                port: 80,
                default_actions: vec![Action::Forward(Forward::to(group))],
                ..Listener::default()
            }],
            ..Stack::default()
        };
        let printed = printed(&stack);
        assert_eq!(printed["id"], "web/a");
        let listener = &printed["resources"][LISTENER]["80"]["spec"];
        let target = &listener["defaultActions"][0]["forwardConfig"]["targetGroups"][0];
        let arn = "#/resources/AWS::ElasticLoadBalancingV2::TargetGroup/web/a:80/status/targetGroupARN";
        assert_eq!(target, &json!({ "targetGroupARN": { "$ref": arn } }));
        assert_eq!(listener.get("sslPolicy"), None);
        let groups = &printed["resources"][LOAD_BALANCER]["LoadBalancer"]["spec"]["securityGroups"];
        let managed = "#/resources/AWS::EC2::SecurityGroup/ManagedLBSecurityGroup/status/groupID";
        assert_eq!(groups, &json!([{ "$ref": managed }, Binding::BACKEND_GROUP]));
    }
}
