//! Names of what a Service asks for.

use super::of_object;

/// What a target group's name is made of.
#[derive(Debug, Clone, Copy)]
pub struct TargetGroupName<'a> {
    /// Cluster name.
    pub cluster: &'a str,
    /// UID of the Service that owns the load balancer, only for target groups of other Services.
    pub base_uid: &'a str,
    /// Namespace of the backend Service.
    pub namespace: &'a str,
    /// Name of the backend Service.
    pub name: &'a str,
    /// UID of the backend Service.
    pub uid: &'a str,
    /// Port of the target group.
    pub port: i32,
    /// Port of the Service.
    pub service_port: i32,
    /// `instance` or `ip`.
    pub target_type: &'a str,
    /// Protocol of the target group.
    pub protocol: &'a str,
    /// Protocol of its health check.
    pub health_check_protocol: &'a str,
    /// Interval of its health check, seconds.
    pub health_check_interval: i32,
}

/// Name of a Service's load balancer.
#[must_use]
pub fn load_balancer(cluster: &str, namespace: &str, name: &str, uid: &str, scheme: &str) -> String {
    of_object(namespace, name, &[cluster, uid, scheme])
}

/// Name of a Service's managed security group.
#[must_use]
pub fn managed_security_group(cluster: &str, namespace: &str, name: &str, uid: &str) -> String {
    of_object(namespace, name, &[cluster, name, namespace, uid])
}

/// Name of a target group and of its binding.
#[must_use]
pub fn target_group(of: &TargetGroupName<'_>) -> String {
    let (port, service_port) = (of.port.to_string(), of.service_port.to_string());
    let interval = of.health_check_interval.to_string();
    of_object(
        of.namespace,
        of.name,
        &[
            of.cluster,
            of.base_uid,
            of.uid,
            &port,
            &service_port,
            of.target_type,
            of.protocol,
            of.health_check_protocol,
            &interval,
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID_1: &str = "bdca2bd0-bfc6-449a-88a3-03451f05f18c";
    const UID_2: &str = "7ab4be33-11c2-4a7b-b655-7add8affab36";
    const UID_3: &str = "7ab4be33-11c2-4a7b-b622-7add8affab36";
    const UID_4: &str = "2dc098f0-ae33-4378-af7b-83e2a0424495";

    #[test]
    fn load_balancers() {
        for (cluster, uid, scheme, digits) in [
            ("my-cluster", UID_1, "internal", "6b0ba8ff70"),
            ("my-cluster", UID_1, "internet-facing", "4d831c6ca6"),
            ("my-cluster", UID_2, "internal", "518cdfc227"),
            ("my-cluster", UID_2, "internet-facing", "33e41aa671"),
            ("my-cluster", UID_3, "internal", "b44ef5a42d"),
            ("my-cluster", UID_4, "internal", "7ca1de7e6c"),
            ("my-cluster", UID_4, "internet-facing", "2af705447d"),
            ("my-cluster", "", "internal", "6652458428"),
            ("my-cluster", "", "internet-facing", "579592c587"),
            ("", "", "internet-facing", "e053368fb2"),
        ] {
            let name = load_balancer(cluster, "some.namespace", "a-service", uid, scheme);
            assert_eq!(name, format!("k8s-somename-aservice-{digits}"));
        }
    }

    #[test]
    fn security_groups() {
        let name = managed_security_group("my-cluster", "default", "traffic-local", "");
        assert_eq!(name, "k8s-default-trafficl-27d98646ec");
    }

    #[test]
    fn target_groups() {
        for (uid, port, service_port, target_type, health, digits) in [
            (UID_1, 80, 80, "ip", "TCP", "d4818dcd51"),
            (UID_2, 80, 80, "ip", "HTTP", "62f81639fc"),
            (UID_2, 80, 83, "ip", "HTTP", "3ede6b28b6"),
            (UID_2, 8883, 83, "ip", "HTTP", "77ea0c7734"),
            (UID_3, 80, 80, "ip", "TCP", "cc40ce9c73"),
            (UID_4, 31223, 80, "instance", "TCP", "0c68c79423"),
            (UID_4, 31223, 80, "instance", "HTTP", "d2b8571b2f"),
            (UID_4, 32323, 83, "instance", "TCP", "c200165858"),
            (UID_4, 32323, 83, "instance", "HTTP", "4be0ac1fb8"),
            ("", 32332, 80, "instance", "TCP", "060a48475d"),
        ] {
            let name = target_group(&TargetGroupName {
                cluster: "my-cluster",
                base_uid: "",
                namespace: "default",
                name: "web",
                uid,
                port,
                service_port,
                target_type,
                protocol: "TCP",
                health_check_protocol: health,
                health_check_interval: 10,
            });
            assert_eq!(name, format!("k8s-default-web-{digits}"));
        }
    }
}
