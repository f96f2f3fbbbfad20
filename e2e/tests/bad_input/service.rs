//! Services that cannot be.

use super::{MOST_EVENTS, NAMESPACE, Shop};
use anyhow::{Context, Result, ensure};
use controllers_api::annotation::SERVICE_PREFIX as PREFIX;
use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use seatrial_e2e::cluster::wait_for;
use serde_json::{Value, json};

/// A Service that cannot be.
struct Bad {
    name: &'static str,
    target_type: &'static str,
    /// The annotation that is wrong, without its prefix, and its value.
    annotation: Option<(&'static str, &'static str)>,
    /// Merged into its spec.
    spec: Value,
    reason: &'static str,
    /// What the Event says, beside the annotation's key and its value.
    says: &'static [&'static str],
    /// Merged into its spec to mend it. The annotation is removed.
    mended: Value,
}

/// A Service whose annotation cannot be read or fulfilled.
fn annotated(name: &'static str, key: &'static str, value: &'static str, says: &'static [&'static str]) -> Bad {
    Bad {
        annotation: Some((key, value)),
        ..field(name, json!({}), says, json!({}))
    }
}

/// A Service whose spec cannot be fulfilled.
fn field(name: &'static str, spec: Value, says: &'static [&'static str], mended: Value) -> Bad {
    Bad {
        name,
        target_type: "ip",
        annotation: None,
        spec,
        reason: "FailedBuildModel",
        says,
        mended,
    }
}

fn bad_annotations() -> Vec<Bad> {
    let weighted =
        r#"{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"absent","servicePort":80,"weight":1}]}}"#;
    vec![
        annotated(
            "scheme",
            "aws-load-balancer-scheme",
            "public",
            &["one of internal, internet-facing"],
        ),
        annotated(
            "subnet",
            "aws-load-balancer-subnets",
            "subnet-0bad",
            &["no subnet subnet-0bad", "by id or Name tag"],
        ),
        annotated(
            "addresses",
            "aws-load-balancer-eip-allocations",
            "eipalloc-0a00000000000000a,eipalloc-0a00000000000000b,eipalloc-0c",
            &["3 given for 2 subnets", "give 2, or name 3 subnets"],
        ),
        annotated(
            "attributes",
            "aws-load-balancer-attributes",
            "deletion_protection.enabled",
            &["key1=value1"],
        ),
        annotated(
            "name",
            "aws-load-balancer-name",
            "a-name-of-more-than-thirty-two-characters",
            &["at most 32", "shorten it"],
        ),
        annotated(
            "ssl-ports",
            "aws-load-balancer-ssl-ports",
            "https",
            &["no port https", "spec.ports"],
        ),
        annotated(
            "security-group",
            "aws-load-balancer-security-groups",
            "sg-0bad",
            &["no sg-0bad", "by id (sg-...)"],
        ),
        annotated(
            "interval",
            "aws-load-balancer-healthcheck-interval",
            "10s",
            &["a number", "decimal integer"],
        ),
        annotated(
            "protocol",
            "aws-load-balancer-healthcheck-protocol",
            "udp",
            &["one of tcp, http, https"],
        ),
        annotated(
            "health-port",
            "aws-load-balancer-healthcheck-port",
            "admin",
            &["traffic-port, a number"],
        ),
        annotated(
            "action",
            "actions.TCP-80",
            "{type: forward}",
            &["an action in JSON", "forwardConfig"],
        ),
        annotated(
            "weighted",
            "actions.TCP-80",
            weighted,
            &["no Service absent", "same namespace"],
        ),
        annotated("proxy", "aws-load-balancer-proxy-protocol", "v2", &["write \"*\""]),
        annotated(
            "preserve",
            "aws-load-balancer-target-group-attributes",
            "preserve_client_ip.enabled=perhaps",
            &["no boolean", "preserve_client_ip.enabled=true"],
        ),
        annotated("dualstack", "aws-load-balancer-ip-address-type", "dualstack", &["IPv6"]),
        Bad {
            reason: "FailedDeployModel",
            ..annotated("refused-by-aws", "aws-load-balancer-healthcheck-interval", "3", &[])
        },
    ]
}

fn bad_fields() -> Vec<Bad> {
    let port =
        |protocol: &str| json!({ "name": protocol.to_lowercase(), "port": 80, "protocol": protocol, "targetPort": 80 });
    let instance = |bad| Bad {
        target_type: "instance",
        ..bad
    };
    vec![
        field(
            "two-protocols",
            json!({ "ports": [port("TCP"), port("UDP")] }),
            &["spec.ports: 80", "aws-load-balancer-enable-tcp-udp-listener"],
            json!({ "ports": [port("TCP")] }),
        ),
        field(
            "ranges",
            json!({ "loadBalancerSourceRanges": ["2001:db8::/32"] }),
            &["loadBalancerSourceRanges", "2001:db8::/32", "to dualstack"],
            json!({ "loadBalancerSourceRanges": null }),
        ),
        instance(field(
            "cluster-ip",
            json!({ "type": "ClusterIP" }),
            &["spec.type: ClusterIP", "targets of type ip"],
            json!({ "type": "LoadBalancer" }),
        )),
        instance(field(
            "no-node-ports",
            json!({ "allocateLoadBalancerNodePorts": false }),
            &["spec.ports[].nodePort: 0", "allocateLoadBalancerNodePorts"],
            json!({ "allocateLoadBalancerNodePorts": true }),
        )),
    ]
}

/// A Service that asks for a load balancer.
pub(super) fn service(name: &str, target_type: &str, annotation: Option<(&str, &str)>, spec: &Value) -> Value {
    let mut service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": name, "namespace": NAMESPACE, "annotations": {
            format!("{PREFIX}aws-load-balancer-type"): "external",
            format!("{PREFIX}aws-load-balancer-nlb-target-type"): target_type,
            format!("{PREFIX}aws-load-balancer-scheme"): "internet-facing",
        }},
        "spec": {
            "type": "LoadBalancer",
            "selector": { "app": name },
            "ports": [{ "name": "http", "port": 80, "protocol": "TCP", "targetPort": 80 }],
        },
    });
    if let Some((key, value)) = annotation {
        service["metadata"]["annotations"][format!("{PREFIX}{key}")] = json!(value);
    }
    for (key, value) in spec.as_object().into_iter().flatten() {
        service["spec"][key] = value.clone();
    }
    service
}

impl Shop<'_> {
    pub(super) async fn services(&self) -> Result<()> {
        let bad: Vec<Bad> = bad_annotations().into_iter().chain(bad_fields()).collect();
        for bad in &bad {
            let manifest = service(bad.name, bad.target_type, bad.annotation, &bad.spec);
            self.instance
                .cluster
                .apply(&manifest.to_string())
                .await
                .context(bad.name)?;
        }
        for target_type in ["ip", "instance"] {
            let manifest = service(&format!("good-{target_type}"), target_type, None, &json!({}));
            self.instance.cluster.apply(&manifest.to_string()).await?;
        }
        self.has_address("good-ip").await?;
        self.has_address("good-instance").await?;
        for bad in &bad {
            self.warned(bad).await.context(bad.name)?;
        }
        for bad in &bad {
            self.mend(bad).await.context(bad.name)?;
        }
        for bad in &bad {
            self.has_address(bad.name).await?;
            self.event("Service", bad.name, "Normal", "SuccessfullyReconciled")
                .await?;
        }
        self.clear().await
    }

    /// The Service is told what is wrong with it, not too often, and has no address.
    async fn warned(&self, bad: &Bad) -> Result<()> {
        let event = self.event("Service", bad.name, "Warning", bad.reason).await?;
        let found: Service = self.api().get(bad.name).await?;
        let regarding = event.regarding.unwrap_or_default();
        ensure!(
            regarding.uid == found.metadata.uid,
            "the Event is of another Service: {regarding:?}"
        );
        let note = event.note.unwrap_or_default();
        // AWS speaks of its own parameters.
        let annotation = bad.annotation.filter(|_| bad.reason == "FailedBuildModel");
        let annotation = annotation.map(|(key, value)| [format!("{PREFIX}{key}"), format!("{value:?}")]);
        let words = bad.says.iter().map(|word| (*word).to_owned());
        for word in words.chain(annotation.into_iter().flatten()) {
            ensure!(note.contains(&word), "{note:?} lacks {word:?}");
        }
        let times = self.warnings("Service", bad.name).await?;
        ensure!(times <= MOST_EVENTS, "it was told {times} times");
        ensure!(hostname(&found).is_none(), "it has an address");
        Ok(())
    }

    async fn mend(&self, bad: &Bad) -> Result<()> {
        let key = bad.annotation.map(|(key, _)| format!("{PREFIX}{key}"));
        let annotations: serde_json::Map<_, _> = key.into_iter().map(|key| (key, Value::Null)).collect();
        let patch = json!({ "metadata": { "annotations": annotations }, "spec": bad.mended });
        self.api()
            .patch(bad.name, &PatchParams::default(), &Patch::Merge(&patch))
            .await?;
        Ok(())
    }

    /// Deletes all Services, and awaits that they and what they had on AWS are gone.
    async fn clear(&self) -> Result<()> {
        for service in self.api().list(&ListParams::default()).await? {
            let name = service.metadata.name.unwrap_or_default();
            self.api().delete(&name, &DeleteParams::default()).await?;
        }
        wait_for("the Services' removal", 60, async || {
            let left = self.api().list(&ListParams::default()).await;
            left.is_ok_and(|left| left.items.is_empty())
        })
        .await?;
        let aws = self.instance.aws().await;
        let left = aws.elbv2.describe_load_balancers().await?;
        ensure!(left.is_empty(), "load balancers are left: {left:?}");
        Ok(())
    }

    async fn has_address(&self, name: &str) -> Result<()> {
        let what = format!("an address of {name}");
        let addressed = async || {
            let service = self.api().get(name).await;
            service.is_ok_and(|service| hostname(&service).is_some())
        };
        Ok(wait_for(&what, 30, addressed).await?)
    }

    fn api(&self) -> Api<Service> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }
}

fn hostname(service: &Service) -> Option<&String> {
    let status = service.status.as_ref()?.load_balancer.as_ref()?;
    status.ingress.as_ref()?.first()?.hostname.as_ref()
}
