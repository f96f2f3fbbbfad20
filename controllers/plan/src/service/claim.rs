//! Which Services are ours. See the Go controller's guide "Network Load Balancer", sections on the type annotation and on load balancer class.

use crate::Config;
use crate::service::annotations;
use k8s_openapi::api::core::v1::Service;

/// Whether a Service asks us for a load balancer.
#[must_use]
pub fn is_ours(service: &Service, config: &Config) -> bool {
    if service.metadata.deletion_timestamp.is_some() {
        return false;
    }
    let spec = service.spec.as_ref();
    let kind = spec.and_then(|spec| spec.type_.as_deref());
    if config.gates.service_type_load_balancer_only && kind != Some("LoadBalancer") {
        return false;
    }
    if let Some(class) = spec.and_then(|spec| spec.load_balancer_class.as_deref()) {
        return class == config.load_balancer_class;
    }
    let annotations = annotations(service);
    match annotations.text("aws-load-balancer-type") {
        Some("nlb-ip") => true,
        Some("external") => {
            matches!(
                annotations.text("aws-load-balancer-nlb-target-type"),
                Some("ip" | "instance")
            )
        }
        _ => false,
    }
}
