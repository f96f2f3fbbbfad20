//! What the controller writes to Kubernetes: finalizers, checkpoints, status, readiness gates.

use crate::checkpoint;
use crate::endpoints::Endpoint;
use crate::error::ReconcileError;
use crate::objects::{Pod, PodCondition};
use crate::readiness::{self, Gate};
use aws_api::elbv2::TargetHealth;
use controllers_api::target_group_binding::TargetGroupBinding;
use jiff::Timestamp;
use k8s_openapi::api::core::v1 as core;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use runtime::chain::Chain;
use runtime::finalizer;
use serde_json::{Value, json};
use std::sync::Arc;

/// Writes to the API server.
pub(crate) struct Writes {
    client: Client,
}

impl Writes {
    /// Writes with this client.
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Puts the finalizer on a binding that lacks it.
    pub(crate) async fn add_finalizer(&self, object: &TargetGroupBinding, name: &str) -> Result<(), ReconcileError> {
        finalizer::add(&self.bindings(object), object, name)
            .await
            .map_err(ReconcileError::AddFinalizer)
    }

    /// Takes the finalizer off a binding.
    pub(crate) async fn remove_finalizer(&self, object: &TargetGroupBinding, name: &str) -> Result<(), ReconcileError> {
        finalizer::remove(&self.bindings(object), object, name)
            .await
            .map_err(ReconcileError::RemoveFinalizer)
    }

    /// Writes a checkpoint; the object as it is afterwards.
    pub(crate) async fn checkpoint(
        &self,
        object: &TargetGroupBinding,
        fingerprint: &str,
    ) -> Result<TargetGroupBinding, ReconcileError> {
        let annotations = json!({
            checkpoint::ANNOTATION: fingerprint,
            checkpoint::TIMESTAMP_ANNOTATION: Timestamp::now().as_second().to_string(),
        });
        let patch = Patch::Merge(json!({ "metadata": { "annotations": annotations } }));
        let answer = self
            .bindings(object)
            .patch(&object.name_any(), &PatchParams::default(), &patch)
            .await;
        answer.map_err(ReconcileError::Checkpoint)
    }

    /// Records in the status that this generation of the spec is in effect.
    pub(crate) async fn observed(&self, object: &TargetGroupBinding) -> Result<(), ReconcileError> {
        let generation = object.metadata.generation;
        if object
            .status
            .as_ref()
            .is_some_and(|status| status.observed_generation == generation)
        {
            return Ok(());
        }
        self.status(object, json!({ "observedGeneration": generation })).await
    }

    /// Says in the status why a deleted binding is still there.
    pub(crate) async fn cleanup_failed(
        &self,
        object: &TargetGroupBinding,
        error: &ReconcileError,
    ) -> Result<(), ReconcileError> {
        let condition = json!({
            "type": "Ready",
            "status": "False",
            "reason": "FailedCleanup",
            "message": Chain(error).to_string(),
            "lastTransitionTime": seconds(Timestamp::now().as_millisecond()),
        });
        self.status(object, json!({ "conditions": [condition] })).await
    }

    async fn status(&self, object: &TargetGroupBinding, status: Value) -> Result<(), ReconcileError> {
        let patch = Patch::Merge(json!({ "status": status }));
        let answer = self
            .bindings(object)
            .patch_status(&object.name_any(), &PatchParams::default(), &patch)
            .await;
        answer.map(drop).or_else(ignore_gone).map_err(ReconcileError::Status)
    }

    /// Writes the gate `kind` of pods whose targets were there, by their health, and of those just registered.
    /// Whether every pod with that gate is ready as far as the gate goes.
    pub(crate) async fn open_gates(
        &self,
        kind: &str,
        matched: &[(Endpoint, TargetHealth)],
        registered: &[Endpoint],
    ) -> Result<bool, ReconcileError> {
        let known = matched
            .iter()
            .map(|(endpoint, health)| (endpoint, Gate::of_health(Some(health))));
        let new = registered.iter().map(|endpoint| (endpoint, Gate::registering()));
        let mut all_open = true;
        for (endpoint, gate) in known.chain(new) {
            let Some(pod) = endpoint.pod().filter(|pod| readiness::has_gate(pod, kind)) else {
                continue;
            };
            all_open &= gate.is_open();
            self.gate(pod, kind, &gate).await?;
        }
        Ok(all_open)
    }

    /// Lets pods go whose binding is gone.
    pub(crate) async fn release_gates(&self, kind: &str, pods: &[Arc<Pod>]) -> Result<(), ReconcileError> {
        for pod in pods {
            self.gate(pod, kind, &Gate::released()).await?;
        }
        Ok(())
    }

    async fn gate(&self, pod: &Pod, kind: &str, gate: &Gate) -> Result<(), ReconcileError> {
        let Some(condition) = readiness::condition(pod, kind, gate, Timestamp::now().as_millisecond()) else {
            return Ok(());
        };
        let pods: Api<core::Pod> = Api::namespaced(self.client.clone(), &pod.key.namespace);
        let patch = Patch::Strategic(condition_patch(pod, &condition));
        let answer = pods.patch_status(&pod.key.name, &PatchParams::default(), &patch).await;
        let failed = |source| ReconcileError::Gate {
            pod: pod.key.to_string(),
            source,
        };
        answer.map(drop).or_else(ignore_gone).map_err(failed)
    }

    fn bindings(&self, object: &TargetGroupBinding) -> Api<TargetGroupBinding> {
        Api::namespaced(self.client.clone(), &object.namespace().unwrap_or_default())
    }
}

/// The UID makes the patch fail on a pod of the same name that came after.
fn condition_patch(pod: &Pod, condition: &PodCondition) -> Value {
    json!({
        "metadata": { "uid": pod.uid },
        "status": { "conditions": [{
            "type": condition.kind,
            "status": condition.status,
            "reason": condition.reason,
            "message": condition.message,
            "lastTransitionTime": seconds(condition.changed_millis),
        }] },
    })
}

/// The API server's form of a time: whole seconds.
fn seconds(millis: i64) -> String {
    let at = Timestamp::from_second(millis.div_euclid(1000)).unwrap_or_default();
    at.to_string()
}

/// The object is gone, or another one has its name.
fn ignore_gone(error: kube::Error) -> Result<(), kube::Error> {
    match error {
        kube::Error::Api(status) if status.code == 404 || status.code == 409 => Ok(()),
        error => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds() {
        assert_eq!(seconds(1_700_000_000_999), "2023-11-14T22:13:20Z");
    }
}
