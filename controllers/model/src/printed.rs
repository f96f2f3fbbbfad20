//! A stack as the Go controller prints it: resources by type and id, which point at each other by `$ref`.

use crate::tags::{LOAD_BALANCER_ID, MANAGED_SECURITY_GROUP_ID};
use crate::{Binding, Listener, LoadBalancer, SecurityGroup, SecurityGroupRef, Stack, TargetGroup, TargetGroupRef};
use aws_api::ec2::{Peer, Permission};
use aws_api::elbv2::{Attributes, SubnetMapping};
use serde_json::{Map, Value, json};

const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";
const BINDING: &str = "K8S::ElasticLoadBalancingV2::TargetGroupBinding";

/// `{"id": ..., "resources": {<type>: {<id>: {"spec": ...}}}}`. The shared backend security group, no resource of the stack, stands as
/// [`Binding::BACKEND_GROUP`].
#[must_use]
pub fn printed(stack: &Stack) -> Value {
    let mut resources = Map::new();
    let mut put = |kind: &str, id: &str, spec: Value| {
        let of_kind = resources.entry(kind).or_insert_with(|| json!({}));
        of_kind[id] = json!({ "spec": without_nulls(spec) });
    };
    if let Some(group) = &stack.managed_security_group {
        put(SECURITY_GROUP, &group.id, security_group(group));
    }
    if let Some(balancer) = &stack.load_balancer {
        put(LOAD_BALANCER, LOAD_BALANCER_ID, load_balancer(balancer));
    }
    for group in &stack.target_groups {
        put(TARGET_GROUP, &group.id, target_group(group));
    }
    for one in &stack.listeners {
        put(LISTENER, &one.port.to_string(), listener(one));
    }
    for one in &stack.bindings {
        put(BINDING, &one.target_group, binding(one));
    }
    json!({ "id": stack.id, "resources": resources })
}

fn reference(kind: &str, id: &str, field: &str) -> Value {
    json!({ "$ref": format!("#/resources/{kind}/{id}/status/{field}") })
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

fn load_balancer(of: &LoadBalancer) -> Value {
    let group = |group: &SecurityGroupRef| match group {
        SecurityGroupRef::Id(id) => json!(id),
        SecurityGroupRef::Managed => reference(SECURITY_GROUP, MANAGED_SECURITY_GROUP_ID, "groupID"),
        SecurityGroupRef::Backend => json!(Binding::BACKEND_GROUP),
    };
    let mapping = |mapping: &SubnetMapping| {
        without_nulls(json!({
            "subnetID": mapping.subnet_id,
            "allocationID": mapping.allocation_id,
            "privateIPv4Address": mapping.private_ipv4_address,
            "ipv6Address": mapping.ipv6_address,
            "sourceNatIpv6Prefix": mapping.source_nat_ipv6_prefix,
        }))
    };
    json!({
        "name": of.name,
        "type": "network",
        "scheme": of.scheme,
        "ipAddressType": of.ip_address_type,
        "subnetMapping": of.subnets.iter().map(mapping).collect::<Vec<_>>(),
        "securityGroups": of.security_groups.iter().map(group).collect::<Vec<_>>(),
        "securityGroupsInboundRulesOnPrivateLink": of.enforce_inbound_rules_on_private_link,
        "enablePrefixForIpv6SourceNat": of.enable_prefix_for_ipv6_source_nat,
        "loadBalancerAttributes": attributes(&of.attributes),
        "minimumLoadBalancerCapacity": of.minimum_capacity.map(|units| json!({ "capacityUnits": units })),
        "tags": of.tags,
    })
}

fn security_group(of: &SecurityGroup) -> Value {
    let permission = |rule: &Permission| {
        let (list, peer) = match &rule.peer {
            Peer::Ipv4(range) => ("ipRanges", json!({ "cidrIP": range })),
            Peer::Ipv6(range) => ("ipv6Range", json!({ "cidrIPv6": range })),
            Peer::SecurityGroup(id) => ("userIDGroupPairs", json!({ "groupID": id })),
            Peer::PrefixList(id) => ("prefixLists", json!({ "listID": id })),
        };
        json!({ "ipProtocol": rule.protocol, "fromPort": rule.from_port, "toPort": rule.to_port, list: [peer] })
    };
    json!({
        "groupName": of.name,
        "description": of.description,
        "ingress": of.ingress.iter().map(permission).collect::<Vec<_>>(),
        "tags": of.tags,
    })
}

fn target_group(of: &TargetGroup) -> Value {
    let check = &of.health_check;
    json!({
        "name": of.name,
        "targetType": of.target_type,
        "protocol": of.protocol,
        "port": of.port,
        "ipAddressType": of.ip_address_type,
        "healthCheckConfig": without_nulls(json!({
            "protocol": check.protocol,
            "port": check.port,
            "path": check.path,
            "matcher": check.matcher.as_ref().map(|codes| json!({ "httpCode": codes })),
            "intervalSeconds": check.interval,
            "timeoutSeconds": check.timeout,
            "healthyThresholdCount": check.healthy_threshold,
            "unhealthyThresholdCount": check.unhealthy_threshold,
        })),
        "targetGroupAttributes": attributes(&of.attributes),
        "tags": of.tags,
    })
}

fn listener(of: &Listener) -> Value {
    let target = |(group, weight): &(TargetGroupRef, Option<i32>)| {
        let arn = match group {
            TargetGroupRef::Arn(arn) => json!(arn),
            TargetGroupRef::Id(id) => reference(TARGET_GROUP, id, "targetGroupARN"),
        };
        without_nulls(json!({ "targetGroupARN": arn, "weight": weight }))
    };
    let forward = without_nulls(json!({
        "targetGroups": of.targets.iter().map(target).collect::<Vec<_>>(),
        "targetGroupStickinessConfig": of.stickiness_enabled.map(|enabled| json!({ "enabled": enabled })),
    }));
    let certificates = of.certificates.iter().map(|arn| json!({ "certificateARN": arn }));
    json!({
        "loadBalancerARN": reference(LOAD_BALANCER, LOAD_BALANCER_ID, "loadBalancerARN"),
        "port": of.port,
        "protocol": of.protocol,
        "defaultActions": [{ "type": "forward", "forwardConfig": forward }],
        "certificates": (!of.certificates.is_empty()).then(|| certificates.collect::<Vec<_>>()),
        "sslPolicy": of.ssl_policy,
        "alpnPolicy": of.alpn_policy.as_ref().map(|policy| [policy]),
        "listenerAttributes": attributes(&of.attributes),
        "tags": of.tags,
    })
}

fn binding(of: &Binding) -> Value {
    let mut spec = of.spec.clone();
    if let Some(fields) = spec.as_object_mut() {
        fields.insert(
            "targetGroupARN".to_owned(),
            reference(TARGET_GROUP, &of.target_group, "targetGroupARN"),
        );
    }
    let metadata = json!({ "name": of.name, "namespace": of.namespace, "labels": of.labels });
    json!({ "template": { "metadata": metadata, "spec": spec } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_point_at_each_other() {
        let stack = Stack {
            id: "web/a".to_owned(),
            load_balancer: Some(LoadBalancer {
                security_groups: vec![SecurityGroupRef::Managed, SecurityGroupRef::Backend],
                ..LoadBalancer::default()
            }),
            listeners: vec![Listener {
                port: 80,
                targets: vec![(TargetGroupRef::Id("web/a:80".to_owned()), None)],
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
