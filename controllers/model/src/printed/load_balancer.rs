//! Load balancers and certificates.

use super::{SECURITY_GROUP, attributes, reference, tags, without_nulls};
use crate::tags::MANAGED_SECURITY_GROUP_ID;
use crate::{Binding, Certificate, LoadBalancer, SecurityGroupRef};
use aws_api::elbv2::SubnetMapping;
use serde_json::{Value, json};

pub(super) fn load_balancer(of: &LoadBalancer) -> Value {
    let group = |group: &SecurityGroupRef| match group {
        SecurityGroupRef::Id(id) => json!(id),
        SecurityGroupRef::Managed => managed_group(),
        SecurityGroupRef::Backend => json!(Binding::BACKEND_GROUP),
    };
    json!({
        "name": of.name,
        "type": of.kind.as_str(),
        "scheme": of.scheme,
        "ipAddressType": of.ip_address_type,
        "subnetMapping": of.subnets.iter().map(subnet).collect::<Vec<_>>(),
        "securityGroups": of.security_groups.iter().map(group).collect::<Vec<_>>(),
        "securityGroupsInboundRulesOnPrivateLink": of.enforce_inbound_rules_on_private_link,
        "enablePrefixForIpv6SourceNat": of.enable_prefix_for_ipv6_source_nat,
        "customerOwnedIPv4Pool": of.customer_owned_ipv4_pool,
        "ipv4IPAMPool": of.ipv4_ipam_pool,
        "loadBalancerAttributes": attributes(&of.attributes),
        "minimumLoadBalancerCapacity": of.minimum_capacity.map(|units| json!({ "capacityUnits": units })),
        "tags": tags(&of.tags),
    })
}

pub(super) fn managed_group() -> Value {
    reference(SECURITY_GROUP, MANAGED_SECURITY_GROUP_ID, "groupID")
}

fn subnet(mapping: &SubnetMapping) -> Value {
    without_nulls(json!({
        "subnetID": mapping.subnet_id,
        "allocationID": mapping.allocation_id,
        "privateIPv4Address": mapping.private_ipv4_address,
        "ipv6Address": mapping.ipv6_address,
        "sourceNatIpv6Prefix": mapping.source_nat_ipv6_prefix,
    }))
}

pub(super) fn certificate(of: &Certificate) -> Value {
    json!({
        "type": of.kind(),
        "domainName": of.domain_name,
        "subjectAlternativeNames": of.subject_alternative_names,
        "certificateAuthorityARN": of.certificate_authority_arn,
        "validationMethod": of.certificate_authority_arn.is_none().then_some("DNS"),
        "tags": tags(&of.tags),
    })
}
