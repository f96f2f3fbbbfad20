//! What is watched, and which groups a change concerns.

use crate::cluster::{Cluster, labels};
use crate::controller::Controller;
use controllers_api::ingress_class_params::IngressClassParams;
use controllers_api::target_group_binding::TargetGroupBinding;
use k8s_openapi::api::core::v1::{Namespace, Service};
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use kube::runtime::watcher;
use kube::{Api, Client, CustomResourceExt, Resource, ResourceExt};
use loadbalancing::Seen;
use model::GroupId;
use plan::ingress::{held, services};
use runtime::Key;
use runtime::cache::{Cache, Change, follow};
use runtime::queue::Queue;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

/// How long a group that has nothing yet waits for members that are applied along with the first: each that comes later may move the rules of others.
const GATHERING: Duration = Duration::from_millis(250);

/// The watches of one process.
pub(crate) struct Watches {
    pub(crate) client: Client,
    /// `--watch-namespace`.
    pub(crate) namespace: Option<String>,
    pub(crate) queue: Queue<GroupId>,
    pub(crate) controller: Arc<Controller>,
    pub(crate) services: Cache<Service>,
    pub(crate) bindings: Cache<Seen>,
}

impl Watches {
    /// Begins all, and returns when the first lists are complete. Ingresses come last: what decides whose they are must be known before.
    pub(crate) async fn begin(self) {
        let watches = Arc::new(self);
        let cluster = watches.cluster();
        tokio::spawn(watches.clone().classes());
        tokio::spawn(watches.clone().params());
        tokio::spawn(watches.clone().namespaces());
        tokio::spawn(watches.clone().services());
        tokio::spawn(watches.clone().bindings());
        cluster.classes.wait_until_listed().await;
        cluster.params.wait_until_listed().await;
        cluster.namespaces.wait_until_listed().await;
        watches.services.wait_until_listed().await;
        watches.bindings.wait_until_listed().await;
        tokio::spawn(watches.clone().ingresses());
        cluster.ingresses.wait_until_listed().await;
    }

    async fn ingresses(self: Arc<Self>) {
        let (cache, selection) = (&self.cluster().ingresses, watcher::Config::default());
        let changed = |_, change: Change<Ingress>| {
            self.controller.metrics.cached("ingress", cache.len());
            if let Change::Applied { old, new, listed } = change
                && concerns_us(old.as_deref(), &new)
            {
                self.push(&new, listed);
            }
        };
        follow(self.api(), selection, cache, |ingress| ingress, changed).await;
    }

    fn push(&self, ingress: &Arc<Ingress>, listed: bool) {
        let (groups, error) = self.cluster().concerned(ingress, &self.controller.config);
        for group in groups {
            match listed {
                true => self.queue.push(group),
                false if self.is_new(&group) => self.queue.push_after(group, GATHERING),
                false => self.queue.push_first(group),
            }
        }
        if let Some(error) = error {
            let (controller, ingress) = (self.controller.clone(), ingress.clone());
            tokio::spawn(async move {
                tracing::warn!(ingress = %Key::of(&*ingress), %error, "of no group");
                controller.events.warning(&*ingress, "FailedLoadGroupID", &error).await;
            });
        }
    }

    /// Whether nothing was made for a named group yet.
    fn is_new(&self, group: &GroupId) -> bool {
        let holds = |ingress: &Ingress| held(ingress).contains(group);
        matches!(group, GroupId::Explicit(_)) && self.cluster().ingresses.select(|_, ingress| holds(ingress)).is_empty()
    }

    async fn services(self: Arc<Self>) {
        let changed = |key: Key, change: Change<Service>| {
            self.controller.metrics.cached("service", self.services.len());
            let same = |old: &Service, new: &Service| {
                old.annotations() == new.annotations()
                    && old.spec == new.spec
                    && old.metadata.deletion_timestamp.is_some() == new.metadata.deletion_timestamp.is_some()
            };
            match &change {
                Change::Applied {
                    old: Some(old), new, ..
                } if same(old, new) => return,
                Change::Applied { .. } | Change::Deleted(_) => {}
            }
            let name = (key.namespace, key.name);
            let names =
                |ingress: &Ingress| ingress.namespace().as_ref() == Some(&name.0) && services(ingress).contains(&name);
            self.push_groups(names);
        };
        follow(
            self.api(),
            watcher::Config::default(),
            &self.services,
            |service| service,
            changed,
        )
        .await;
    }

    async fn classes(self: Arc<Self>) {
        let cache = &self.cluster().classes;
        let changed = |_, change: Change<IngressClass>| {
            let same =
                |old: &IngressClass, new: &IngressClass| old.spec == new.spec && old.annotations() == new.annotations();
            if !matches!(&change, Change::Applied { old: Some(old), new, .. } if same(old, new)) {
                self.push_groups(|_| true);
            }
        };
        follow(
            Api::all(self.client.clone()),
            watcher::Config::default(),
            cache,
            |class| class,
            changed,
        )
        .await;
    }

    async fn params(self: Arc<Self>) {
        runtime::crd::wait_until_served(&self.client, IngressClassParams::crd_name()).await;
        let cache = &self.cluster().params;
        let changed = |_, change: Change<IngressClassParams>| {
            if !matches!(&change, Change::Applied { old: Some(old), new, .. } if old.spec == new.spec) {
                self.push_groups(|_| true);
            }
        };
        follow(
            Api::all(self.client.clone()),
            watcher::Config::default(),
            cache,
            |params| params,
            changed,
        )
        .await;
    }

    async fn namespaces(self: Arc<Self>) {
        let cluster = self.cluster();
        let changed = |key: Key, change| {
            let same = matches!(&change, Change::Applied { old: Some(old), new, .. } if old == new);
            let selected = !cluster
                .params
                .select(|_, params| params.spec.namespace_selector.is_some())
                .is_empty();
            if selected && !same {
                self.push_groups(|ingress| ingress.namespace().as_ref() == Some(&key.name));
            }
        };
        let api: Api<Namespace> = Api::all(self.client.clone());
        follow(api, watcher::Config::default(), &cluster.namespaces, labels, changed).await;
    }

    async fn bindings(self: Arc<Self>) {
        runtime::crd::wait_until_served(&self.client, TargetGroupBinding::crd_name()).await;
        let api: Api<TargetGroupBinding> = self.api();
        follow(api, watcher::Config::default(), &self.bindings, Seen::of, |_, _| ()).await;
    }

    fn push_groups(&self, wanted: impl FnMut(&Ingress) -> bool) {
        for group in self.cluster().groups(&self.controller.config, wanted) {
            self.queue.push_first(group);
        }
    }

    fn cluster(&self) -> &Cluster {
        &self.controller.cluster
    }

    fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope> + DeserializeOwned + Debug + Clone,
    {
        match self.namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        }
    }
}

/// Whether the step from `old` to `new` calls for a reconcile. The same version seen again does: that is a resync.
fn concerns_us(old: Option<&Ingress>, new: &Ingress) -> bool {
    old.is_none_or(|old| {
        old.resource_version() == new.resource_version()
            || old.annotations() != new.annotations()
            || old.spec != new.spec
            || old.metadata.deletion_timestamp.is_some() != new.metadata.deletion_timestamp.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ingress(version: &str, annotation: &str, class: &str) -> Ingress {
        let ingress = json!({
            "metadata": {"name": "web", "namespace": "shop", "resourceVersion": version, "annotations": {"a": annotation}},
            "spec": {"ingressClassName": class},
        });
        serde_json::from_value(ingress).unwrap()
    }

    #[test]
    fn what_calls_for_a_reconcile() {
        let old = ingress("1", "1", "alb");
        let mut labelled = ingress("2", "1", "alb");
        labelled.labels_mut().insert("l".to_owned(), "1".to_owned());
        let table = [
            ("nothing but the version", ingress("2", "1", "alb"), false),
            ("labels", labelled, false),
            ("annotation", ingress("2", "2", "alb"), true),
            ("spec", ingress("2", "1", "other"), true),
            ("resync", ingress("1", "1", "alb"), true),
        ];
        for (what, new, expected) in table {
            assert_eq!(concerns_us(Some(&old), &new), expected, "{what}");
        }
        assert!(concerns_us(None, &old));
    }
}
