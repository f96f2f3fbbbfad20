//! What TargetGroupBindings of both kinds of load balancers have in common.

use controllers_api::target_group_binding::{
    IpAddressType, NetworkingPeer, NetworkingPort, Protocol, SecurityGroup, ServiceReference, TargetGroupBindingSpec,
    TargetType,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use model::TargetGroup;
use std::collections::BTreeMap;

/// The binding of a target group to a Service's port. Nodes are chosen by `node_labels`, for targets of type instance.
pub(crate) fn spec(
    group: &TargetGroup,
    service: &str,
    port: IntOrString,
    node_labels: &BTreeMap<String, String>,
    vpc_id: &str,
) -> TargetGroupBindingSpec {
    let instance = group.target_type == "instance";
    let selector = LabelSelector {
        match_labels: Some(node_labels.clone()),
        match_expressions: None,
    };
    TargetGroupBindingSpec {
        target_type: Some(if instance { TargetType::Instance } else { TargetType::Ip }),
        target_group_protocol: Some(group.protocol.clone()),
        service_ref: ServiceReference {
            name: service.to_owned(),
            port,
        },
        node_selector: (instance && !node_labels.is_empty()).then_some(selector),
        ip_address_type: Some(match group.ip_address_type.as_str() {
            "ipv6" => IpAddressType::Ipv6,
            _ => IpAddressType::Ipv4,
        }),
        vpc_id: vpc_id.to_owned(),
        ..TargetGroupBindingSpec::default()
    }
}

/// A port that may be reached; all if it is not given.
pub(crate) fn allowed(protocol: Protocol, port: Option<IntOrString>) -> NetworkingPort {
    NetworkingPort {
        protocol: Some(protocol),
        port,
    }
}

/// A TCP port that may be reached; all if it is not given.
pub(crate) fn tcp(port: Option<IntOrString>) -> NetworkingPort {
    allowed(Protocol::Tcp, port)
}

/// A security group that may come. Groups that have no id yet stand as the placeholders of [`model::Binding`].
pub(crate) fn from_group(id: &str) -> Vec<NetworkingPeer> {
    let source = SecurityGroup {
        group_id: id.to_owned(),
    };
    vec![NetworkingPeer {
        security_group: Some(source),
        ip_block: None,
    }]
}
