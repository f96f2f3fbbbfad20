//! From watches to the queue.
//!
//! What changes while the controller runs goes before what a list or a new binding brings: the targets of a rolling
//! update do not wait behind start-up work.

use crate::cluster::{Cluster, is_woken_by_itself};
use crate::objects;
use controllers_api::target_group_binding::TargetGroupBinding;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{Node, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::watcher;
use kube::{Api, Client, Resource};
use runtime::Key;
use runtime::cache::{Change, follow};
use runtime::queue::Queue;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Follows everything that decides targets, in `namespace` or in all, and never ends.
pub(crate) async fn watch(client: Client, namespace: Option<&str>, cluster: &Cluster, queue: &Queue<Key>) {
    let all = watcher::Config::default;
    let named = watcher::Config::default().labels("kubernetes.io/service-name");
    futures::join!(
        follow(
            api::<TargetGroupBinding>(&client, namespace),
            all(),
            &cluster.bindings,
            |binding| binding,
            |key, change| {
                if is_woken_by_itself(&change) {
                    queue.push(key);
                }
            }
        ),
        follow(
            api::<Service>(&client, namespace),
            all(),
            &cluster.services,
            |service| objects::Service::from(&service),
            |_, change| wake(queue, &change, cluster.woken_by_service(&change))
        ),
        follow(
            api::<EndpointSlice>(&client, namespace),
            named,
            &cluster.slices,
            |slice| objects::Slice::from(&slice),
            |_, change| wake(queue, &change, cluster.woken_by_slice(&change))
        ),
        follow(
            api::<Pod>(&client, namespace),
            all(),
            &cluster.pods,
            |pod| objects::Pod::from(&pod),
            |_, change| wake(queue, &change, cluster.woken_by_pod(&change))
        ),
        follow(
            Api::<Node>::all(client.clone()),
            all(),
            &cluster.nodes,
            |node| objects::Node::from(&node),
            |_, change| wake(queue, &change, cluster.woken_by_node(&change))
        ),
    );
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

fn wake<T>(queue: &Queue<Key>, change: &Change<T>, bindings: Vec<Key>) {
    let is_news = !matches!(change, Change::Applied { listed: true, .. });
    for binding in bindings {
        if is_news {
            queue.push_first(binding);
        } else {
            queue.push(binding);
        }
    }
}
