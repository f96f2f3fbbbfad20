//! Between our types and the SDK's.

mod action;
mod rule;

pub(super) use action::{actions, actions_of};
pub(super) use rule::{conditions, rule, transforms};

use aws_api::Tags;
use aws_api::elbv2::{
    Attributes, Listener, ListenerSpec, LoadBalancer, LoadBalancerZone, Matcher, MutualAuthentication, SubnetMapping,
    Target, TargetGroup, TargetHealth, TrustStore,
};
use aws_sdk_elasticloadbalancingv2::types as sdk;

pub(super) fn load_balancer(from: sdk::LoadBalancer) -> LoadBalancer {
    LoadBalancer {
        arn: from.load_balancer_arn.unwrap_or_default(),
        name: from.load_balancer_name.unwrap_or_default(),
        dns_name: from.dns_name.unwrap_or_default(),
        kind: text(from.r#type.as_ref().map(sdk::LoadBalancerTypeEnum::as_str)),
        scheme: text(from.scheme.as_ref().map(sdk::LoadBalancerSchemeEnum::as_str)),
        state: text(
            from.state
                .and_then(|state| state.code)
                .as_ref()
                .map(sdk::LoadBalancerStateEnum::as_str),
        ),
        vpc_id: from.vpc_id.unwrap_or_default(),
        ip_address_type: text(from.ip_address_type.as_ref().map(sdk::IpAddressType::as_str)),
        zones: from
            .availability_zones
            .unwrap_or_default()
            .into_iter()
            .map(zone)
            .collect(),
        security_groups: from.security_groups.unwrap_or_default(),
        enforce_inbound_rules_on_private_link: from.enforce_security_group_inbound_rules_on_private_link_traffic,
        enable_prefix_for_ipv6_source_nat: from
            .enable_prefix_for_ipv6_source_nat
            .map(|value| value.as_str().to_owned()),
        customer_owned_ipv4_pool: from.customer_owned_ipv4_pool,
        ipv4_ipam_pool: from.ipam_pools.and_then(|pools| pools.ipv4_ipam_pool_id),
    }
}

fn zone(from: sdk::AvailabilityZone) -> LoadBalancerZone {
    LoadBalancerZone {
        zone: from.zone_name.unwrap_or_default(),
        subnet_id: from.subnet_id.unwrap_or_default(),
        source_nat_ipv6_prefixes: from.source_nat_ipv6_prefixes.unwrap_or_default(),
    }
}

pub(super) fn subnet_mappings(from: &[SubnetMapping]) -> Vec<sdk::SubnetMapping> {
    let mapping = |from: &SubnetMapping| {
        sdk::SubnetMapping::builder()
            .subnet_id(&from.subnet_id)
            .set_allocation_id(from.allocation_id.clone())
            .set_private_ipv4_address(from.private_ipv4_address.clone())
            .set_ipv6_address(from.ipv6_address.clone())
            .set_source_nat_ipv6_prefix(from.source_nat_ipv6_prefix.clone())
            .build()
    };
    from.iter().map(mapping).collect()
}

pub(super) fn target_group(from: sdk::TargetGroup) -> TargetGroup {
    let health_check = aws_api::elbv2::HealthCheck {
        protocol: text(from.health_check_protocol.as_ref().map(sdk::ProtocolEnum::as_str)),
        port: from.health_check_port.unwrap_or_default(),
        path: from.health_check_path,
        interval: from.health_check_interval_seconds.unwrap_or_default(),
        timeout: from.health_check_timeout_seconds.unwrap_or_default(),
        healthy_threshold: from.healthy_threshold_count.unwrap_or_default(),
        unhealthy_threshold: from.unhealthy_threshold_count.unwrap_or_default(),
        matcher: from.matcher.and_then(matcher_of),
    };
    TargetGroup {
        arn: from.target_group_arn.unwrap_or_default(),
        name: from.target_group_name.unwrap_or_default(),
        target_type: text(from.target_type.as_ref().map(sdk::TargetTypeEnum::as_str)),
        protocol: text(from.protocol.as_ref().map(sdk::ProtocolEnum::as_str)),
        protocol_version: from.protocol_version,
        port: from.port.unwrap_or_default(),
        vpc_id: from.vpc_id.unwrap_or_default(),
        ip_address_type: text(
            from.ip_address_type
                .as_ref()
                .map(sdk::TargetGroupIpAddressTypeEnum::as_str),
        ),
        health_check,
        control_port: from.target_control_port,
        load_balancer_arns: from.load_balancer_arns.unwrap_or_default(),
    }
}

pub(super) fn matcher(from: &Matcher) -> sdk::Matcher {
    let builder = sdk::Matcher::builder();
    match from {
        Matcher::Http(codes) => builder.http_code(codes),
        Matcher::Grpc(codes) => builder.grpc_code(codes),
    }
    .build()
}

fn matcher_of(from: sdk::Matcher) -> Option<Matcher> {
    from.http_code.map(Matcher::Http).or(from.grpc_code.map(Matcher::Grpc))
}

pub(super) fn ipam_pools(ipv4: &str) -> sdk::IpamPools {
    sdk::IpamPools::builder().ipv4_ipam_pool_id(ipv4).build()
}

pub(super) fn trust_store(from: sdk::TrustStore) -> TrustStore {
    TrustStore {
        arn: from.trust_store_arn.unwrap_or_default(),
        name: from.name.unwrap_or_default(),
    }
}

pub(super) fn mutual_authentication(from: &MutualAuthentication) -> sdk::MutualAuthenticationAttributes {
    sdk::MutualAuthenticationAttributes::builder()
        .mode(&from.mode)
        .set_trust_store_arn(from.trust_store_arn.clone())
        .set_ignore_client_certificate_expiry(from.ignore_client_certificate_expiry)
        .set_advertise_trust_store_ca_names(from.advertise_trust_store_ca_names.as_deref().map(Into::into))
        .build()
}

fn mutual_authentication_of(from: sdk::MutualAuthenticationAttributes) -> MutualAuthentication {
    MutualAuthentication {
        mode: from.mode.unwrap_or_default(),
        trust_store_arn: from.trust_store_arn,
        ignore_client_certificate_expiry: from.ignore_client_certificate_expiry,
        advertise_trust_store_ca_names: from
            .advertise_trust_store_ca_names
            .map(|value| value.as_str().to_owned()),
    }
}

pub(super) fn listener(from: sdk::Listener) -> Listener {
    let certificate = from
        .certificates
        .unwrap_or_default()
        .into_iter()
        .find_map(|certificate| certificate.certificate_arn);
    let spec = ListenerSpec {
        port: from.port.unwrap_or_default(),
        protocol: text(from.protocol.as_ref().map(sdk::ProtocolEnum::as_str)),
        default_actions: actions_of(from.default_actions),
        certificate,
        ssl_policy: from.ssl_policy,
        alpn_policy: from.alpn_policy.unwrap_or_default().into_iter().next(),
        mutual_authentication: from.mutual_authentication.map(mutual_authentication_of),
    };
    Listener {
        arn: from.listener_arn.unwrap_or_default(),
        load_balancer_arn: from.load_balancer_arn.unwrap_or_default(),
        spec,
    }
}

pub(super) fn certificates<'a>(arns: impl IntoIterator<Item = &'a String>) -> Vec<sdk::Certificate> {
    arns.into_iter()
        .map(|arn| sdk::Certificate::builder().certificate_arn(arn).build())
        .collect()
}

pub(super) fn tags(from: &Tags) -> Vec<sdk::Tag> {
    from.iter()
        .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build())
        .collect()
}

pub(super) fn tags_of(from: Vec<sdk::Tag>) -> Tags {
    from.into_iter()
        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
        .collect()
}

/// Attributes of the three kinds are three SDK types of the same shape.
macro_rules! attributes {
    ($to:ident, $of:ident, $kind:ident) => {
        pub(super) fn $to(from: &Attributes) -> Vec<sdk::$kind> {
            from.iter()
                .map(|(key, value)| sdk::$kind::builder().key(key).value(value).build())
                .collect()
        }

        pub(super) fn $of(from: Vec<sdk::$kind>) -> Attributes {
            from.into_iter()
                .filter_map(|item| Some((item.key?, item.value.unwrap_or_default())))
                .collect()
        }
    };
}
attributes!(
    load_balancer_attributes,
    of_load_balancer_attributes,
    LoadBalancerAttribute
);
attributes!(
    target_group_attributes,
    of_target_group_attributes,
    TargetGroupAttribute
);
attributes!(listener_attributes, of_listener_attributes, ListenerAttribute);

pub(super) fn targets(from: &[Target]) -> Vec<sdk::TargetDescription> {
    let target = |from: &Target| {
        sdk::TargetDescription::builder()
            .id(&from.id)
            .port(from.port)
            .set_availability_zone(from.zone.clone())
            .build()
    };
    from.iter().map(target).collect()
}

pub(super) fn target_health(from: sdk::TargetHealthDescription) -> TargetHealth {
    let target = from.target.map(|target| Target {
        id: target.id.unwrap_or_default(),
        port: target.port.unwrap_or_default(),
        zone: target.availability_zone,
    });
    let health = from.target_health.as_ref();
    TargetHealth {
        target: target.unwrap_or_default(),
        state: text(
            health
                .and_then(|health| health.state.as_ref())
                .map(sdk::TargetHealthStateEnum::as_str),
        ),
        reason: health
            .and_then(|health| health.reason.as_ref())
            .map(|reason| reason.as_str().to_owned()),
        description: health.and_then(|health| health.description.clone()),
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

pub(super) fn capacity(units: i32) -> sdk::MinimumLoadBalancerCapacity {
    sdk::MinimumLoadBalancerCapacity::builder()
        .capacity_units(units)
        .build()
}
