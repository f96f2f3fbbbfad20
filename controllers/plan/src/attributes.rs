//! Attributes of load balancers, listeners and target groups, from annotations general and special.

use crate::{PlanError, Subject};
use aws_api::elbv2::Attributes;

const ROUTING_POLICY: &str = "dns_record.client_routing_policy";
const ROUTING_POLICIES: [&str; 3] = [
    "any_availability_zone",
    "availability_zone_affinity",
    "partial_availability_zone_affinity",
];
const PROXY_PROTOCOL: &str = "proxy_protocol_v2.enabled";
/// Whether targets see the client's address.
pub(crate) const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";

/// Load balancer attributes. The older, special annotations win over the map.
pub(crate) fn of_load_balancer(subject: &Subject<'_>) -> Result<Attributes, PlanError> {
    let key = "aws-load-balancer-attributes";
    let annotations = subject.annotations;
    let mut attributes = annotations.map(key)?;
    if let Some(policy) = attributes
        .get(ROUTING_POLICY)
        .filter(|policy| !ROUTING_POLICIES.contains(&policy.as_str()))
    {
        let expected = format!("right: {ROUTING_POLICY} is {policy:?}");
        return Err(annotations
            .error(key, expected, format!("use one of {}", ROUTING_POLICIES.join(", ")))
            .into());
    }
    if let Some(enabled) = annotations.boolean("aws-load-balancer-access-log-enabled")? {
        attributes.insert("access_logs.s3.enabled".into(), enabled.to_string());
        if enabled {
            for (name, annotation) in [("bucket", "bucket-name"), ("prefix", "bucket-prefix")] {
                if let Some(value) = annotations.text(&format!("aws-load-balancer-access-log-s3-{annotation}")) {
                    attributes.insert(format!("access_logs.s3.{name}"), value.to_owned());
                }
            }
        }
    }
    if let Some(enabled) = annotations.boolean("aws-load-balancer-cross-zone-load-balancing-enabled")? {
        attributes.insert("load_balancing.cross_zone.enabled".into(), enabled.to_string());
    }
    Ok(attributes)
}

/// Attributes of one listener.
pub(crate) fn of_listener(subject: &Subject<'_>, protocol: &str, port: i32) -> Result<Attributes, PlanError> {
    Ok(subject
        .annotations
        .map(&format!("aws-load-balancer-listener-attributes.{protocol}-{port}"))?)
}

/// Attributes of the target group of one Service port.
pub(crate) fn of_target_group(subject: &Subject<'_>, service_port: i32) -> Result<Attributes, PlanError> {
    let key = "aws-load-balancer-target-group-attributes";
    let annotations = subject.annotations;
    let mut attributes = annotations.map(key)?;
    let own = annotations.map(&format!("{key}.{service_port}"))?;
    attributes.extend(own.into_iter().filter(|(_, value)| !value.is_empty()));
    if let Some(value) = attributes
        .get(PRESERVE_CLIENT_IP)
        .filter(|value| controllers_api::value::boolean(value).is_none())
    {
        let expected = format!("right: {PRESERVE_CLIENT_IP} is {value:?}");
        return Err(annotations.error(key, expected, "write true or false").into());
    }
    attributes
        .entry(PROXY_PROTOCOL.into())
        .or_insert_with(|| "false".into());
    let key = "aws-load-balancer-proxy-protocol-per-target-group";
    let ports = annotations.list(key);
    if !ports.is_empty() {
        let numbers: Result<Vec<i32>, _> = ports.iter().map(|port| port.parse::<i32>()).collect();
        let numbers =
            numbers.map_err(|_| annotations.error(key, "a list of port numbers", "name Service ports by number"))?;
        attributes.insert(PROXY_PROTOCOL.into(), numbers.contains(&service_port).to_string());
    }
    let key = "aws-load-balancer-proxy-protocol";
    match annotations.text(key) {
        None => {}
        Some("*") => {
            attributes.insert(PROXY_PROTOCOL.into(), "true".into());
        }
        Some(_) => return Err(annotations.error(key, "*", "write \"*\" or remove it").into()),
    }
    Ok(attributes)
}
