//! Many Services of type LoadBalancer, or many groups of Ingresses, over a few pods.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use serde_json::json;

/// The namespace of the fleet.
pub const NAMESPACE: &str = "fleet";
/// The one Service with a pod of its own, so that replacing the pod concerns no other Service.
pub const LONE: &str = "lone";

/// How many pods share the Services.
pub const REPLICAS: usize = 4;

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

/// Groups of Ingresses with targets by pod, each member with a Service and a host of its own.
#[derive(Debug, Clone, Copy)]
pub struct Groups {
    /// How many groups.
    pub groups: usize,
    /// How many members each has.
    pub members: usize,
}

impl Groups {
    /// How many Ingresses that makes.
    #[must_use]
    pub fn len(self) -> usize {
        self.groups * self.members
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Names of all members.
    pub fn names(self) -> impl Iterator<Item = String> {
        (0..self.groups).flat_map(move |group| (0..self.members).map(move |member| member_name(group, member)))
    }

    /// The members' Services.
    ///
    /// # Errors
    /// Never: the form is fixed; nor do the others.
    pub fn services(self) -> serde_json::Result<Vec<Service>> {
        let service = |name: String| {
            serde_json::from_value(json!({
                "metadata": { "name": name, "namespace": NAMESPACE },
                "spec": { "selector": { "app": "shared" }, "ports": [{ "name": "http", "port": 80 }] },
            }))
        };
        self.names().map(service).collect()
    }

    /// The Ingresses, group by group; all serve [`PATH`].
    ///
    /// # Errors
    /// As above.
    pub fn ingresses(self) -> serde_json::Result<Vec<Ingress>> {
        let pairs = (0..self.groups).flat_map(|group| (0..self.members).map(move |member| (group, member)));
        pairs.map(|(group, member)| ingress(group, member)).collect()
    }
}

/// The path that Ingresses of groups serve.
pub const PATH: &str = "/app";

/// The name of a member of a group.
#[must_use]
pub fn member_name(group: usize, member: usize) -> String {
    format!("g{group}-m{member}")
}

/// The host that it serves.
#[must_use]
pub fn member_host(group: usize, member: usize) -> String {
    format!("{}.example.com", member_name(group, member))
}

fn ingress(group: usize, member: usize) -> serde_json::Result<Ingress> {
    let name = member_name(group, member);
    let prefix = "alb.ingress.kubernetes.io";
    let backend = json!({ "service": { "name": name, "port": { "name": "http" } } });
    let paths = json!([{ "path": PATH, "pathType": "Prefix", "backend": backend }]);
    serde_json::from_value(json!({
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "annotations": {
                format!("{prefix}/group.name"): format!("g{group}"),
                format!("{prefix}/scheme"): "internet-facing",
                format!("{prefix}/target-type"): "ip",
            },
        },
        "spec": {
            "ingressClassName": CLASS,
            "rules": [{ "host": member_host(group, member), "http": { "paths": paths } }],
        },
    }))
}

/// The class of all Ingresses.
pub const CLASS: &str = "alb";

/// Its manifest.
pub const INGRESS_CLASS: &str = r#"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_member_has_a_service_and_a_host_of_its_own() {
        let groups = Groups { groups: 3, members: 4 };
        let (services, ingresses) = (groups.services().unwrap(), groups.ingresses().unwrap());
        let hosts: BTreeSet<_> = ingresses
            .iter()
            .filter_map(|ingress| ingress.spec.as_ref()?.rules.as_ref()?.first()?.host.clone())
            .collect();
        assert_eq!((services.len(), hosts.len(), groups.len()), (12, 12, 12));
        let named = |one: &Service, other: &Ingress| one.metadata.name == other.metadata.name;
        assert!(services.iter().zip(&ingresses).all(|(one, other)| named(one, other)));
    }

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
