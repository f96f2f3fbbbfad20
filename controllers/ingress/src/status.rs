//! What `status.loadBalancer` of an Ingress should say.

use converge::Converged;
use k8s_openapi::api::networking::v1::{Ingress, IngressLoadBalancerIngress, IngressPortStatus};
use kube::api::{Api, Patch, PatchParams};
use model::Stack;
use serde_json::json;
use std::collections::BTreeSet;

/// The entries of all members of a group: its load balancer with the ports of all, and the one in front of it if there is one.
pub(crate) fn wanted(stack: &Stack, converged: &Converged) -> Vec<IngressLoadBalancerIngress> {
    let ports: BTreeSet<i32> = stack.listeners.iter().map(|listener| listener.port).collect();
    let port = |port: i32| IngressPortStatus {
        port,
        ..IngressPortStatus::default()
    };
    let entry = |name: &String| IngressLoadBalancerIngress {
        hostname: Some(name.to_lowercase()),
        ..IngressLoadBalancerIngress::default()
    };
    let main = IngressLoadBalancerIngress {
        ports: Some(ports.into_iter().map(port).collect()),
        ..entry(&converged.dns_name)
    };
    let frontend = converged.frontend_dns_name.as_ref().map(entry);
    [main].into_iter().chain(frontend).collect()
}

/// Brings the status of the Ingress to `wanted`; nothing is written if it says so already, or if it is gone.
pub(crate) async fn update(
    api: &Api<Ingress>,
    ingress: &Ingress,
    wanted: &[IngressLoadBalancerIngress],
) -> kube::Result<()> {
    if same(&current(ingress), wanted) {
        return Ok(());
    }
    let name = ingress.metadata.name.as_deref().unwrap_or_default();
    let patch = json!({ "status": { "loadBalancer": { "ingress": wanted } } });
    match api
        .patch_status(name, &PatchParams::default(), &Patch::Merge(patch))
        .await
    {
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        result => result.map(drop),
    }
}

fn current(ingress: &Ingress) -> Vec<IngressLoadBalancerIngress> {
    let balancer = ingress.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    balancer
        .and_then(|balancer| balancer.ingress.clone())
        .unwrap_or_default()
}

/// The API server writes the protocol of ports where none was said.
fn same(current: &[IngressLoadBalancerIngress], wanted: &[IngressLoadBalancerIngress]) -> bool {
    let ports = |entry: &IngressLoadBalancerIngress| -> BTreeSet<i32> {
        entry.ports.iter().flatten().map(|port| port.port).collect()
    };
    let equal = |(one, other): (&IngressLoadBalancerIngress, &IngressLoadBalancerIngress)| {
        one.hostname == other.hostname && one.ip == other.ip && ports(one) == ports(other)
    };
    current.len() == wanted.len() && current.iter().zip(wanted).all(equal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converged(frontend: Option<&str>) -> Converged {
        Converged {
            dns_name: "K8s-Shop.elb.test".to_owned(),
            load_balancer_arn: String::new(),
            frontend_dns_name: frontend.map(str::to_owned),
            changes: 0,
        }
    }

    fn stack() -> Stack {
        let listener = |port| model::Listener {
            port,
            ..model::Listener::default()
        };
        Stack {
            listeners: vec![listener(443), listener(80)],
            ..Stack::default()
        }
    }

    #[test]
    fn all_ports_in_order_and_the_front_end_after() {
        let wanted = wanted(&stack(), &converged(Some("Front.elb.test")));
        let json = serde_json::to_value(&wanted).unwrap();
        let expected = json!([
            {"hostname": "k8s-shop.elb.test", "ports": [{"port": 80, "protocol": ""}, {"port": 443, "protocol": ""}]},
            {"hostname": "front.elb.test"},
        ]);
        assert_eq!(json, expected);
    }

    #[test]
    fn written_when_hosts_or_ports_differ() {
        let wanted = wanted(&stack(), &converged(None));
        let mut current = wanted.clone();
        for port in current[0].ports.iter_mut().flatten() {
            port.protocol = "TCP".to_owned();
        }
        assert!(same(&current, &wanted));
        current[0].ports.as_mut().unwrap().pop();
        assert!(!same(&current, &wanted));
        assert!(!same(&[], &wanted));
    }
}
