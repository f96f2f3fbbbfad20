//! Many Services of type LoadBalancer over a few pods.

use k8s_openapi::api::core::v1::Service;
use serde_json::json;

/// The namespace of the fleet.
pub const NAMESPACE: &str = "fleet";
/// The one Service with a pod of its own, so that replacing the pod concerns no other Service.
pub const LONE: &str = "lone";

/// The namespace, and the pods: four that share the Services, one behind [`LONE`].
pub const PODS: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: fleet}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shared, namespace: fleet}
spec:
  replicas: 4
  selector: {matchLabels: {app: shared}}
  template:
    metadata: {labels: {app: shared}}
    spec:
      containers: [{name: web, image: "seatrial.test/echo:1", args: [serve, "80"], ports: [{containerPort: 80}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lone, namespace: fleet}
spec:
  replicas: 1
  selector: {matchLabels: {app: lone}}
  template:
    metadata: {labels: {app: lone}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: web, image: "seatrial.test/echo:1", args: [serve, "80"], ports: [{containerPort: 80}]}]
"#;

/// `count` Services with targets by pod, as an EKS user writes them; the first is [`LONE`]. With `cross_zone` each asks for an attribute that
/// is not AWS's default, which costs a ModifyLoadBalancerAttributes.
///
/// # Errors
/// Never: the form is fixed.
pub fn services(count: usize, cross_zone: bool) -> serde_json::Result<Vec<Service>> {
    let name = |index: usize| {
        if index == 0 {
            LONE.to_owned()
        } else {
            format!("web-{index}")
        }
    };
    (0..count).map(|index| service(&name(index), cross_zone)).collect()
}

fn service(name: &str, cross_zone: bool) -> serde_json::Result<Service> {
    let app = if name == LONE { LONE } else { "shared" };
    let prefix = "service.beta.kubernetes.io/aws-load-balancer";
    serde_json::from_value(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "annotations": {
                format!("{prefix}-type"): "external",
                format!("{prefix}-nlb-target-type"): "ip",
                format!("{prefix}-scheme"): "internet-facing",
                format!("{prefix}-cross-zone-load-balancing-enabled"): cross_zone.to_string(),
            },
        },
        "spec": {
            "type": "LoadBalancer",
            "selector": { "app": app },
            "ports": [{ "name": "http", "port": 8080, "targetPort": 80 }],
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_service_has_a_name_of_its_own_and_one_has_its_own_pod() {
        let services = services(20, true).unwrap();
        let names: BTreeSet<_> = services
            .iter()
            .filter_map(|service| service.metadata.name.clone())
            .collect();
        assert!(names.len() == 20 && names.contains(LONE));
        let selects = |service: &&Service| {
            let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
            selector
                .and_then(|selector| selector.get("app"))
                .is_some_and(|app| app == LONE)
        };
        assert_eq!(services.iter().filter(selects).count(), 1);
    }
}
