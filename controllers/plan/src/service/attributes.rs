//! Attributes of load balancers, target groups and listeners.

use crate::{PlanError, attributes};
use aws_api::elbv2::Attributes;
use controllers_api::annotation::Annotations;
use controllers_api::value;

const PROXY: &str = "proxy_protocol_v2.enabled";
/// Attributes of the load balancer; the older annotations for single ones win.
pub(crate) fn of_load_balancer(annotations: Annotations<'_>) -> Result<Attributes, PlanError> {
    let key = "aws-load-balancer-attributes";
    let mut attributes = annotations.map(key)?;
    attributes::check_routing_policy(annotations, key, &attributes)?;
    if let Some(enabled) = annotations.boolean("aws-load-balancer-access-log-enabled")? {
        attributes.insert("access_logs.s3.enabled".to_owned(), enabled.to_string());
        for (part, suffix) in [("bucket", "bucket-name"), ("prefix", "bucket-prefix")] {
            let value = annotations
                .text(&format!("aws-load-balancer-access-log-s3-{suffix}"))
                .filter(|_| enabled);
            attributes.extend(value.map(|value| (format!("access_logs.s3.{part}"), value.to_owned())));
        }
    }
    if let Some(enabled) = annotations.boolean("aws-load-balancer-cross-zone-load-balancing-enabled")? {
        attributes.insert("load_balancing.cross_zone.enabled".to_owned(), enabled.to_string());
    }
    Ok(attributes)
}

/// Attributes of the target group of a Service port.
pub(crate) fn of_target_group(annotations: Annotations<'_>, port: i32) -> Result<Attributes, PlanError> {
    let base = "aws-load-balancer-target-group-attributes";
    let own = format!("{base}.{port}");
    let mut attributes = annotations.map(base)?;
    for (key, value) in annotations.map(&own)? {
        if !(value.is_empty() && attributes.contains_key(&key)) {
            attributes.insert(key, value);
        }
    }
    attributes.entry(PROXY.to_owned()).or_insert_with(|| "false".to_owned());
    let listed = "aws-load-balancer-proxy-protocol-per-target-group";
    if annotations.text(listed).is_some() {
        let mut ports = Vec::new();
        for item in annotations.list(listed) {
            let wrong = |_| annotations.error(listed, format!("a list of port numbers: {item}"), "write 80,443");
            ports.push(item.parse::<i32>().map_err(wrong)?);
        }
        attributes.insert(PROXY.to_owned(), ports.contains(&port).to_string());
    }
    let everywhere = "aws-load-balancer-proxy-protocol";
    match annotations.text(everywhere) {
        None => {}
        Some("*") => {
            attributes.insert(PROXY.to_owned(), "true".to_owned());
        }
        Some(_) => {
            return Err(annotations
                .error(everywhere, "\"*\"", "write \"*\" or remove the annotation")
                .into());
        }
    }
    let key = if annotations.text(&own).is_some() { &own } else { base };
    check_client_address(annotations, key, &attributes)?;
    Ok(attributes)
}

/// Attributes of a listener.
pub(crate) fn of_listener(annotations: Annotations<'_>, protocol: &str, port: i32) -> Result<Attributes, PlanError> {
    Ok(annotations.map(&format!("aws-load-balancer-listener-attributes.{protocol}-{port}"))?)
}

/// Whether client addresses are preserved must be a boolean.
fn check_client_address(annotations: Annotations<'_>, key: &str, attributes: &Attributes) -> Result<(), PlanError> {
    let preserve = attributes.get("preserve_client_ip.enabled");
    if preserve.is_some_and(|text| value::boolean(text).is_none()) {
        let expected = "right: preserve_client_ip.enabled is no boolean";
        let remedy = "write preserve_client_ip.enabled=true or =false";
        return Err(annotations.error(key, expected, remedy).into());
    }
    Ok(())
}
