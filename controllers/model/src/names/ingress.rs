//! Names of what a group of Ingresses asks for.

use super::{digest, hexadecimal, of_object, readable};
use crate::GroupId;

/// What a target group's name is made of.
#[derive(Debug, Clone, Copy)]
pub struct TargetGroupName<'a> {
    /// Cluster name.
    pub cluster: &'a str,
    /// The group.
    pub group: &'a GroupId,
    /// Namespace of the Ingress.
    pub ingress_namespace: &'a str,
    /// Name of the Ingress.
    pub ingress_name: &'a str,
    /// Namespace of the backend Service.
    pub service_namespace: &'a str,
    /// Name of the backend Service.
    pub service_name: &'a str,
    /// UID of the backend Service.
    pub service_uid: &'a str,
    /// Port of the Service as the Ingress writes it: a name or a number.
    pub service_port: &'a str,
    /// Port of the target group.
    pub port: i32,
    /// `instance` or `ip`.
    pub target_type: &'a str,
    /// `HTTP` or `HTTPS`.
    pub protocol: &'a str,
    /// `HTTP1`, `HTTP2` or `GRPC`.
    pub protocol_version: &'a str,
    /// Port on which targets are asked how many requests they take.
    pub control_port: Option<i32>,
}

/// Name of a group's load balancer.
#[must_use]
pub fn load_balancer(cluster: &str, group: &GroupId, scheme: &str) -> String {
    of_group(group, &[cluster, &group.to_string(), scheme])
}

/// Name of a group's managed security group.
#[must_use]
pub fn managed_security_group(cluster: &str, group: &GroupId) -> String {
    of_group(group, &[cluster, &group.to_string()])
}

/// Name of a target group and of its binding.
#[must_use]
pub fn target_group(of: &TargetGroupName<'_>) -> String {
    let (group, port) = (of.group.to_string(), of.port.to_string());
    let control_port = of.control_port.map(|port| port.to_string()).unwrap_or_default();
    of_object(
        of.service_namespace,
        of.service_name,
        &[
            of.cluster,
            &group,
            of.ingress_namespace,
            of.ingress_name,
            of.service_uid,
            of.service_port,
            &port,
            of.target_type,
            of.protocol,
            of.protocol_version,
            &control_port,
        ],
    )
}

/// Name of the network load balancer in front of the load balancer of this name.
#[must_use]
pub fn frontend_nlb(load_balancer: &str) -> String {
    let begin: String = load_balancer.chars().take(28).collect();
    format!("{begin}-nlb")
}

/// Name of the target group behind a port of the network load balancer in front.
#[must_use]
pub fn frontend_target_group(
    cluster: &str,
    group: &GroupId,
    port: i32,
    health_port: &str,
    health_protocol: &str,
) -> String {
    let (id, port) = (group.to_string(), port.to_string());
    of_group(
        group,
        &[cluster, &id, &port, "alb", "TCP", health_port, health_protocol],
    )
}

/// Resource id of a certificate that is made for an Ingress; `kind` is `AMAZON_ISSUED` or `PRIVATE`.
#[must_use]
pub fn certificate_id(kind: &str, host: &str, namespace: &str, name: &str) -> String {
    let host = host.replace('*', "wildcard");
    let digits = hexadecimal(&[namespace, "/", name], 4);
    format!("{}/{host}-{digits}", kind.to_ascii_lowercase())
}

fn of_group(group: &GroupId, hashed: &[&str]) -> String {
    match group {
        GroupId::Explicit(name) => format!("k8s-{}-{}", readable(name, 17), digest(hashed)),
        GroupId::Implicit { namespace, name } => of_object(namespace, name, hashed),
    }
}

/// Name of the ConfigMap in which the controller keeps what a group must remember.
#[must_use]
pub fn memory_of(group: &GroupId) -> String {
    format!("aws-lbc-ingress-group-{}", hexadecimal(&[&group.to_string()], 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancers_and_security_groups() {
        for (cluster, group, scheme, balancer, security_group) in [
            (
                "cluster-dummy",
                "ns-1/ing-1",
                "internal",
                "k8s-ns1-ing1-b7e914000d",
                "k8s-ns1-ing1-bd83176788",
            ),
            (
                "",
                "awesome-ns/ing-1",
                "internet-facing",
                "k8s-awesomen-ing1-43b698093c",
                "",
            ),
            ("", "explicit-group", "internal", "k8s-explicitgroup-5bf9e53c23", ""),
            (
                "my-cluster",
                "prod-web/store.front",
                "internet-facing",
                "k8s-prodweb-storefro-1b71d328d7",
                "k8s-prodweb-storefro-2597b03faa",
            ),
            (
                "my-cluster",
                "team.awesome-group-with-long-name",
                "internal",
                "k8s-teamawesomegroupw-f167b6ebda",
                "k8s-teamawesomegroupw-e93aa700b6",
            ),
            (
                "demo",
                "shop/web",
                "internet-facing",
                "k8s-shop-web-17d71bc701",
                "k8s-shop-web-aba6dfbc4e",
            ),
        ] {
            let group = GroupId::from(group);
            assert_eq!(load_balancer(cluster, &group, scheme), balancer);
            if !security_group.is_empty() {
                assert_eq!(managed_security_group(cluster, &group), security_group);
            }
        }
    }

    #[test]
    fn target_groups() {
        let (dummy, store) = (GroupId::from("ns-1/ing-1"), GroupId::from("prod-web/store.front"));
        let plain = TargetGroupName {
            cluster: "cluster-dummy",
            group: &dummy,
            ingress_namespace: "ns-1",
            ingress_name: "ing-1",
            service_namespace: "ns-1",
            service_name: "svc-1",
            service_uid: "",
            service_port: "http",
            port: 32768,
            target_type: "instance",
            protocol: "HTTP",
            protocol_version: "HTTP1",
            control_port: None,
        };
        assert_eq!(target_group(&plain), "k8s-ns1-svc1-9889425938");
        let cart = TargetGroupName {
            cluster: "my-cluster",
            group: &store,
            ingress_namespace: "prod-web",
            ingress_name: "store.front",
            service_namespace: "prod-web",
            service_name: "cart-svc",
            service_uid: "11111111-2222-3333-4444-555555555555",
            service_port: "80",
            port: 8080,
            target_type: "ip",
            ..plain
        };
        assert_eq!(target_group(&cart), "k8s-prodweb-cartsvc-01efbfd940");
        let controlled = TargetGroupName {
            control_port: Some(3000),
            ..cart
        };
        assert_eq!(target_group(&controlled), "k8s-prodweb-cartsvc-c21450414f");
    }

    #[test]
    fn the_network_load_balancer_in_front() {
        let store = GroupId::from("prod-web/store.front");
        let group = frontend_target_group("my-cluster", &store, 80, "traffic-port", "HTTP");
        assert_eq!(group, "k8s-prodweb-storefro-8884ab4465");
        assert_eq!(
            frontend_nlb("k8s-prodweb-storefro-1b71d328d7"),
            "k8s-prodweb-storefro-1b71d32-nlb"
        );
        assert_eq!(frontend_nlb("shop"), "shop-nlb");
    }

    #[test]
    fn certificates() {
        let id = certificate_id("AMAZON_ISSUED", "*.example.com", "prod-web", "store.front");
        assert_eq!(id, "amazon_issued/wildcard.example.com-9c633554");
    }
}
