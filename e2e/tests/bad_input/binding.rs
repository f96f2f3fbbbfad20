//! TargetGroupBindings that cannot be.

use super::service::service;
use super::{MOST_EVENTS, NAMESPACE, Shop};
use anyhow::{Context, Result, ensure};
use aws_api::elbv2::{HealthCheck, NewTargetGroup};
use controllers_api::target_group_binding::TargetGroupBinding;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::world::VPC;
use serde_json::json;

impl Shop<'_> {
    pub(super) async fn bindings(&self) -> Result<()> {
        let mut backend = service("backend", "ip", None, &json!({ "type": "NodePort" }));
        backend["metadata"]["annotations"] = json!({});
        self.instance.cluster.apply(&backend.to_string()).await?;
        let group = self.target_group().await?;
        let missing = group.replace("targetgroup/own/", "targetgroup/absent/");
        for (name, arn, service, port, reason, says) in [
            (
                "no-group",
                &missing,
                "backend",
                80,
                "FailedReconcile",
                ["absent", "spec.targetGroupARN"],
            ),
            (
                "no-service",
                &group,
                "absent",
                80,
                "BackendNotFound",
                ["shop/absent", "spec.serviceRef.name"],
            ),
            (
                "no-port",
                &group,
                "backend",
                81,
                "BackendNotFound",
                ["no port 81", "spec.serviceRef.port"],
            ),
        ] {
            let binding = json!({
                "apiVersion": "elbv2.k8s.aws/v1beta1",
                "kind": "TargetGroupBinding",
                "metadata": { "name": name, "namespace": NAMESPACE },
                "spec": {
                    "targetGroupARN": arn,
                    "targetType": "ip",
                    "serviceRef": { "name": service, "port": port },
                },
            });
            self.instance.cluster.apply(&binding.to_string()).await.context(name)?;
            let event = self.event("TargetGroupBinding", name, "Warning", reason).await?;
            let note = event.note.unwrap_or_default();
            for word in says {
                ensure!(note.contains(word), "{name}: {note:?} lacks {word:?}");
            }
            let times = self.warnings("TargetGroupBinding", name).await?;
            ensure!(times <= MOST_EVENTS, "{name} was told {times} times");
        }
        self.mend_bindings(&group).await
    }

    /// Bindings that name what exists take effect.
    async fn mend_bindings(&self, group: &str) -> Result<()> {
        let api: Api<TargetGroupBinding> = Api::namespaced(self.client.clone(), NAMESPACE);
        for name in ["no-service", "no-port", "no-group"] {
            let spec = json!({ "targetGroupARN": group, "serviceRef": { "name": "backend", "port": 80 } });
            api.patch(name, &PatchParams::default(), &Patch::Merge(&json!({ "spec": spec })))
                .await?;
            self.event("TargetGroupBinding", name, "Normal", "SuccessfullyReconciled")
                .await?;
            api.delete(name, &DeleteParams::default()).await?;
        }
        wait_for("the bindings' removal", 30, async || {
            let left = api.list(&ListParams::default()).await;
            left.is_ok_and(|left| left.items.is_empty())
        })
        .await?;
        Ok(())
    }

    /// A target group that no controller made.
    async fn target_group(&self) -> Result<String> {
        let new = NewTargetGroup {
            name: "own".to_owned(),
            target_type: "ip".to_owned(),
            protocol: "TCP".to_owned(),
            port: 80,
            vpc_id: VPC.to_owned(),
            ip_address_type: "ipv4".to_owned(),
            health_check: HealthCheck {
                protocol: "TCP".to_owned(),
                port: "traffic-port".to_owned(),
                interval: 10,
                timeout: 10,
                healthy_threshold: 3,
                unhealthy_threshold: 3,
                ..HealthCheck::default()
            },
            ..NewTargetGroup::default()
        };
        Ok(self.instance.aws().await.elbv2.create_target_group(&new).await?.arn)
    }
}
