//! What `status.loadBalancer` of a Service should say.

use k8s_openapi::api::core::v1::{LoadBalancerIngress, LoadBalancerStatus, PortStatus, Service};
use kube::api::{Api, Patch, PatchParams};
use serde_json::json;

/// The status of a Service that is reached at `dns_name`.
pub(crate) fn wanted(service: &Service, dns_name: &str) -> LoadBalancerStatus {
    let ports = service.spec.iter().flat_map(|spec| spec.ports.iter().flatten());
    let ports = ports.map(|port| PortStatus {
        port: port.port,
        protocol: port.protocol.clone().unwrap_or_else(|| "TCP".to_owned()),
        error: None,
    });
    let entry = LoadBalancerIngress {
        hostname: Some(dns_name.to_lowercase()),
        ports: Some(ports.collect()),
        ..LoadBalancerIngress::default()
    };
    LoadBalancerStatus {
        ingress: Some(vec![entry]),
    }
}

/// Brings the status of the Service to `wanted`; nothing is written if it says so already, or if it is gone.
pub(crate) async fn update(api: &Api<Service>, service: &Service, wanted: LoadBalancerStatus) -> kube::Result<()> {
    if current(service).eq(wanted.ingress.iter().flatten()) {
        return Ok(());
    }
    let name = service.metadata.name.as_deref().unwrap_or_default();
    let patch = json!({ "status": { "loadBalancer": { "ingress": wanted.ingress } } });
    match api
        .patch_status(name, &PatchParams::default(), &Patch::Merge(patch))
        .await
    {
        Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(()),
        result => result.map(drop),
    }
}

/// The entries that the status has now.
fn current(service: &Service) -> impl Iterator<Item = &LoadBalancerIngress> {
    let balancer = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    balancer
        .into_iter()
        .flat_map(|balancer| balancer.ingress.iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn service(ingress: &Value) -> Service {
        let service = json!({
            "spec": {"ports": [{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]},
            "status": {"loadBalancer": {"ingress": ingress}},
        });
        serde_json::from_value(service).unwrap()
    }

    #[test]
    fn rewritten_when_anything_differs() {
        let tcp = json!({"port": 80, "protocol": "TCP"});
        let udp = json!({"port": 53, "protocol": "UDP"});
        let entry = json!({"hostname": "a.elb.test", "ports": [tcp, udp]});
        let table = [
            ("as it should be", json!([entry]), true),
            ("none", json!([]), false),
            ("two", json!([entry, entry]), false),
            (
                "an address",
                json!([{"hostname": "a.elb.test", "ip": "10.0.0.1", "ports": [tcp, udp]}]),
                false,
            ),
            (
                "another name",
                json!([{"hostname": "b.elb.test", "ports": [tcp, udp]}]),
                false,
            ),
            (
                "a port less",
                json!([{"hostname": "a.elb.test", "ports": [tcp]}]),
                false,
            ),
            (
                "another protocol",
                json!([{"hostname": "a.elb.test", "ports": [tcp, {"port": 53, "protocol": "TCP"}]}]),
                false,
            ),
        ];
        for (what, ingress, same) in table {
            let service = service(&ingress);
            let wanted = wanted(&service, "A.elb.test");
            assert_eq!(current(&service).eq(wanted.ingress.iter().flatten()), same, "{what}");
        }
    }
}
