//! The TargetGroupBindings of stacks in Kubernetes.

use controllers_api::target_group_binding::{TargetGroupBinding, TargetGroupBindingSpec};
use controllers_api::{
    INGRESS_STACK_LABEL, INGRESS_STACK_NAME_LABEL, INGRESS_STACK_NAMESPACE_LABEL, STACK_NAME_LABEL,
    STACK_NAMESPACE_LABEL,
};
use converge::{BindingError, BindingKey, Bindings, ResolvedBinding};
use kube::api::{DeleteParams, PostParams};
use kube::core::ObjectMeta;
use kube::{Api, Client};
use model::tags::Owner;
use runtime::Key;
use runtime::cache::Cache;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

/// How long the controller of bindings has to follow an update or a deletion.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long our own watch has to show what we have just made.
const VISIBLE: Duration = Duration::from_secs(5);

/// What is kept in memory of a TargetGroupBinding.
#[derive(Debug)]
pub struct Seen {
    labels: BTreeMap<String, String>,
    /// The whole spec as JSON.
    spec: Value,
    generation: i64,
    observed_generation: i64,
}

impl Seen {
    /// What is kept of a binding.
    #[must_use]
    pub fn of(binding: TargetGroupBinding) -> Self {
        Self {
            labels: binding.metadata.labels.unwrap_or_default(),
            spec: serde_json::to_value(&binding.spec).unwrap_or_default(),
            generation: binding.metadata.generation.unwrap_or_default(),
            observed_generation: binding
                .status
                .and_then(|status| status.observed_generation)
                .unwrap_or_default(),
        }
    }

    fn belongs_to(&self, owner: Owner, stack: &str) -> bool {
        let label = |name| self.labels.get(name).map(String::as_str);
        match (owner, stack.split_once('/')) {
            (Owner::Service, Some((namespace, name))) => {
                label(STACK_NAMESPACE_LABEL) == Some(namespace) && label(STACK_NAME_LABEL) == Some(name)
            }
            (Owner::Ingress, Some((namespace, name))) => {
                label(INGRESS_STACK_NAMESPACE_LABEL) == Some(namespace) && label(INGRESS_STACK_NAME_LABEL) == Some(name)
            }
            (Owner::Ingress, None) => label(INGRESS_STACK_LABEL) == Some(stack),
            (Owner::Service, None) => false,
        }
    }

    fn resolved(&self, key: &Key) -> ResolvedBinding {
        let key = BindingKey {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
        };
        ResolvedBinding {
            key,
            labels: self.labels.clone(),
            spec: self.spec.clone(),
        }
    }
}

/// Bindings as the watch shows them, written through the API server.
pub struct KubeBindings {
    /// The cluster.
    pub client: Client,
    /// What the stacks belong to, which decides their labels.
    pub owner: Owner,
    /// Bindings, as the watch shows them.
    pub cache: Cache<Seen>,
}

impl KubeBindings {
    fn api(&self, namespace: &str) -> Api<TargetGroupBinding> {
        Api::namespaced(self.client.clone(), namespace)
    }

    async fn put(&self, wanted: &ResolvedBinding) -> kube::Result<Option<i64>> {
        let key = key(wanted);
        let api = self.api(&key.namespace);
        let Some(mut binding) = api.get_opt(&key.name).await? else {
            return Ok(None);
        };
        binding.metadata.labels = Some(wanted.labels.clone());
        // The checkpoint of the old spec is an annotation.
        binding.metadata.annotations = None;
        binding.spec = spec(wanted)?;
        let updated = api.replace(&key.name, &PostParams::default(), &binding).await?;
        Ok(updated.metadata.generation)
    }

    async fn make(&self, wanted: &ResolvedBinding) -> kube::Result<()> {
        let key = key(wanted);
        let metadata = ObjectMeta {
            namespace: Some(key.namespace.clone()),
            name: Some(key.name.clone()),
            labels: Some(wanted.labels.clone()),
            ..ObjectMeta::default()
        };
        let binding = TargetGroupBinding {
            metadata,
            spec: spec(wanted)?,
            status: None,
        };
        let made = self.api(&key.namespace).create(&PostParams::default(), &binding).await;
        allow(made.map(drop), 409)
    }
}

#[async_trait::async_trait]
impl Bindings for KubeBindings {
    async fn list(&self, stack: &str) -> Result<Vec<ResolvedBinding>, BindingError> {
        Ok(self
            .cache
            .filter_map(|key, seen| seen.belongs_to(self.owner, stack).then(|| seen.resolved(key))))
    }

    /// Waits for our own watch only: whoever lists the stack next, perhaps to delete it, must see the binding.
    async fn create(&self, _stack: &str, wanted: &ResolvedBinding) -> Result<(), BindingError> {
        let key = key(wanted);
        self.make(wanted).await.map_err(|error| failed("create", &key, error))?;
        let visible = self.cache.wait_for(|cache| cache.get(&key));
        if timeout(VISIBLE, visible).await.is_err() {
            tracing::warn!(%key, "the watch does not show the binding that was made");
        }
        Ok(())
    }

    async fn update(&self, _stack: &str, wanted: &ResolvedBinding) -> Result<(), BindingError> {
        let key = key(wanted);
        let generation = self.put(wanted).await.map_err(|error| failed("update", &key, error))?;
        let Some(generation) = generation else {
            return self.make(wanted).await.map_err(|error| failed("create", &key, error));
        };
        let followed = self.cache.wait_for(|cache| {
            let seen = cache.get(&key)?;
            (seen.generation >= generation && seen.observed_generation >= generation).then_some(())
        });
        let late = |_| {
            BindingError::new(
                format!("binding {key} was updated, but its controller has not followed"),
                None,
            )
        };
        timeout(PATIENCE, followed).await.map_err(late)
    }

    async fn delete(&self, key: &BindingKey) -> Result<(), BindingError> {
        let key = Key::new(&key.namespace, &key.name);
        let deleted = self
            .api(&key.namespace)
            .delete(&key.name, &DeleteParams::default())
            .await;
        allow(deleted.map(drop), 404).map_err(|error| failed("delete", &key, error))?;
        let gone = self.cache.wait_for(|cache| cache.get(&key).is_none().then_some(()));
        let late = |_| {
            BindingError::new(
                format!("binding {key} is deleted, but its finalizer has not been removed"),
                None,
            )
        };
        timeout(PATIENCE, gone).await.map_err(late)
    }
}

fn key(wanted: &ResolvedBinding) -> Key {
    Key::new(&wanted.key.namespace, &wanted.key.name)
}

fn spec(wanted: &ResolvedBinding) -> kube::Result<TargetGroupBindingSpec> {
    serde_json::from_value(wanted.spec.clone()).map_err(kube::Error::SerdeError)
}

fn failed(verb: &str, key: &Key, error: kube::Error) -> BindingError {
    BindingError::new(format!("cannot {verb} binding {key}"), Some(Box::new(error)))
}

/// Takes the answer `code` as success.
fn allow(result: kube::Result<()>, code: u16) -> kube::Result<()> {
    match result {
        Err(kube::Error::Api(status)) if status.code == code => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen() -> Seen {
        let labels = [(STACK_NAMESPACE_LABEL, "shop"), (STACK_NAME_LABEL, "web")];
        Seen {
            labels: labels
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            spec: json!({"targetGroupARN": "arn:tg", "targetType": "ip", "serviceRef": {"name": "web", "port": 80}}),
            generation: 1,
            observed_generation: 1,
        }
    }

    #[test]
    fn found_by_its_labels() {
        for (stack, expected) in [("shop/web", true), ("shop/other", false), ("web", false), ("", false)] {
            assert_eq!(seen().belongs_to(Owner::Service, stack), expected, "{stack:?}");
            assert!(!seen().belongs_to(Owner::Ingress, stack), "{stack:?}");
        }
        let mut of_group = seen();
        of_group.labels = BTreeMap::from([(INGRESS_STACK_LABEL.to_owned(), "web".to_owned())]);
        assert!(of_group.belongs_to(Owner::Ingress, "web"));
        assert!(!of_group.belongs_to(Owner::Ingress, "shop/web"));
    }

    #[test]
    fn what_is_written_reads_back_equal() {
        let resolved = seen().resolved(&Key::new("shop", "k8s-shop-web"));
        let written = TargetGroupBinding::new("k8s-shop-web", spec(&resolved).unwrap());
        let read = Seen::of(written).resolved(&Key::new("shop", "k8s-shop-web"));
        assert_eq!(read.spec, resolved.spec);
    }
}
