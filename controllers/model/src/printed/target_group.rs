//! Target groups and their bindings.

use super::load_balancer::managed_group;
use super::{TARGET_GROUP, attributes, reference, tags, without_nulls};
use crate::{Binding, TargetGroup};
use aws_api::elbv2::Matcher;
use serde_json::{Value, json};

pub(super) fn target_group(of: &TargetGroup) -> Value {
    let check = &of.health_check;
    let matcher = check.matcher.as_ref().map(|matcher| match matcher {
        Matcher::Http(codes) => json!({ "httpCode": codes }),
        Matcher::Grpc(codes) => json!({ "grpcCode": codes }),
    });
    json!({
        "name": of.name,
        "targetType": of.target_type,
        "protocol": of.protocol,
        "protocolVersion": of.protocol_version,
        "port": of.port,
        "ipAddressType": of.ip_address_type,
        "healthCheckConfig": without_nulls(json!({
            "protocol": check.protocol,
            "port": check.port,
            "path": check.path,
            "matcher": matcher,
            "intervalSeconds": check.interval,
            "timeoutSeconds": check.timeout,
            "healthyThresholdCount": check.healthy_threshold,
            "unhealthyThresholdCount": check.unhealthy_threshold,
        })),
        "targetControlPort": of.control_port,
        "targetGroupAttributes": attributes(&of.attributes),
        "tags": tags(&of.tags),
    })
}

pub(super) fn binding(of: &Binding) -> Value {
    let mut spec = of.spec.clone();
    point_at_managed_group(&mut spec);
    if let Some(fields) = spec.as_object_mut() {
        let arn = reference(TARGET_GROUP, &of.target_group, "targetGroupARN");
        fields.insert("targetGroupARN".to_owned(), arn);
    }
    let metadata =
        json!({ "name": of.name, "namespace": of.namespace, "labels": of.labels, "creationTimestamp": null });
    json!({ "template": { "metadata": metadata, "spec": spec } })
}

/// The managed security group is a resource of the stack; the spec names it by a placeholder.
fn point_at_managed_group(value: &mut Value) {
    match value {
        Value::String(text) if text == Binding::MANAGED_GROUP => *value = managed_group(),
        Value::Array(items) => items.iter_mut().for_each(point_at_managed_group),
        Value::Object(fields) => fields.values_mut().for_each(point_at_managed_group),
        _ => {}
    }
}
