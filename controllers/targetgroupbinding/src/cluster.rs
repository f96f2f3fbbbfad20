//! The cluster as the watches have shown it, and which bindings a change concerns.

use crate::binding::{Binding, service_of};
use crate::checkpoint::ANNOTATION;
use crate::endpoints::{self, EndpointsError, Resolved};
use crate::node_filter;
use crate::objects::{Node, Pod, Service, Slice};
use crate::readiness;
use controllers_api::target_group_binding::{TargetGroupBinding, TargetType};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::ResourceExt;
use runtime::Key;
use runtime::cache::{Cache, Change};
use std::sync::Arc;

/// Caches of everything that decides targets and rules. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Cluster {
    pub(crate) bindings: Cache<TargetGroupBinding>,
    pub(crate) services: Cache<Service>,
    pub(crate) slices: Cache<Slice>,
    pub(crate) pods: Cache<Pod>,
    pub(crate) nodes: Cache<Node>,
}

impl Cluster {
    /// Waits until every kind has been listed.
    pub(crate) async fn wait_until_listed(&self) {
        self.bindings.wait_until_listed().await;
        self.services.wait_until_listed().await;
        self.slices.wait_until_listed().await;
        self.pods.wait_until_listed().await;
        self.nodes.wait_until_listed().await;
    }

    /// The endpoints of a binding's Service.
    pub(crate) fn endpoints(&self, binding: &Binding, fail_open: bool) -> Result<Resolved, EndpointsError> {
        let key = binding.service();
        let service = self
            .services
            .get(&key)
            .ok_or_else(|| EndpointsError::ServiceMissing(key.clone()))?;
        let wanted = &binding.object.spec.service_ref.port;
        let port = service.port(wanted).ok_or_else(|| EndpointsError::PortMissing {
            service: key.clone(),
            port: port_text(wanted),
        })?;
        match binding.target_type {
            TargetType::Ip => {
                let slices = select(&self.slices, |at, slice| {
                    at.namespace == key.namespace && slice.service == key.name
                });
                let pod = |key: &Key| self.pods.get(key);
                Ok(endpoints::pods(
                    port,
                    binding.address_type(),
                    &slices,
                    pod,
                    |name| self.node(name),
                    fail_open,
                ))
            }
            TargetType::Instance => {
                let nodes = select(&self.nodes, |_, _| true);
                let selector = binding.object.spec.node_selector.as_ref();
                endpoints::nodes(&service, port, nodes.iter(), selector, fail_open)
            }
        }
    }

    /// A node by name.
    pub(crate) fn node(&self, name: &str) -> Option<Arc<Node>> {
        self.nodes.get(&Key::new("", name))
    }

    /// Pods of a namespace that list a readiness gate.
    pub(crate) fn pods_with_gate(&self, namespace: &str, gate: &str) -> Vec<Arc<Pod>> {
        select(&self.pods, |key, pod| {
            key.namespace == namespace && readiness::has_gate(pod, gate)
        })
    }

    /// Bindings that want networking rules and are not being deleted.
    pub(crate) fn bindings_with_rules(&self) -> Vec<Key> {
        self.bindings.filter_map(|key, binding| {
            let wants_rules = binding.spec.networking.is_some() && binding.metadata.deletion_timestamp.is_none();
            wants_rules.then(|| key.clone())
        })
    }

    /// Bindings to look at again after a Service changed.
    pub(crate) fn woken_by_service(&self, change: &Change<Service>) -> Vec<Key> {
        let (old, new) = sides(change);
        let Some(service) = new.or(old) else { return Vec::new() };
        if old == new {
            Vec::new()
        } else {
            self.bindings_of(&service.key)
        }
    }

    /// Bindings to look at again after an EndpointSlice changed.
    pub(crate) fn woken_by_slice(&self, change: &Change<Slice>) -> Vec<Key> {
        let (old, new) = sides(change);
        if old == new {
            return Vec::new();
        }
        let mut services: Vec<Key> = [old, new]
            .into_iter()
            .flatten()
            .map(|slice| Key::new(&slice.key.namespace, &slice.service))
            .collect();
        services.dedup();
        services.iter().flat_map(|service| self.bindings_of(service)).collect()
    }

    /// Bindings that a pod's readiness gates name, if the pod changed.
    pub(crate) fn woken_by_pod(&self, change: &Change<Pod>) -> Vec<Key> {
        let (old, new) = sides(change);
        let Some(pod) = new.or(old).filter(|_| old != new) else {
            return Vec::new();
        };
        let named = pod.gates.iter().filter_map(|gate| readiness::binding_of_gate(gate));
        named.map(|name| Key::new(&pod.key.namespace, name)).collect()
    }

    /// Bindings to instances whose selector makes the change of a node matter.
    pub(crate) fn woken_by_node(&self, change: &Change<Node>) -> Vec<Key> {
        let (old, new) = sides(change);
        self.bindings.filter_map(|key, binding| {
            let concerned = binding.spec.target_type != Some(TargetType::Ip)
                && node_filter::is_interesting(old, new, binding.spec.node_selector.as_ref());
            concerned.then(|| key.clone())
        })
    }

    fn bindings_of(&self, service: &Key) -> Vec<Key> {
        self.bindings
            .filter_map(|key, binding| (service_of(binding) == *service).then(|| key.clone()))
    }
}

/// Whether a binding itself must be looked at again: not after what this controller writes to it.
pub(crate) fn is_woken_by_itself(change: &Change<TargetGroupBinding>) -> bool {
    let (Some(old), Some(new)) = sides(change) else {
        return matches!(change, Change::Applied { .. });
    };
    let checkpoint =
        |binding: &TargetGroupBinding| binding.annotations().get(ANNOTATION).is_some_and(|c| !c.is_empty());
    old.metadata.uid != new.metadata.uid
        || old.metadata.generation != new.metadata.generation
        || old.metadata.deletion_timestamp != new.metadata.deletion_timestamp
        || (checkpoint(old) && !checkpoint(new))
}

fn select<T>(cache: &Cache<T>, wanted: impl Fn(&Key, &T) -> bool) -> Vec<Arc<T>> {
    let keys = cache.filter_map(|key, object| wanted(key, object).then(|| key.clone()));
    keys.iter().filter_map(|key| cache.get(key)).collect()
}

fn port_text(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

fn sides<T>(change: &Change<T>) -> (Option<&T>, Option<&T>) {
    match change {
        Change::Applied { old, new, .. } => (old.as_deref(), Some(new)),
        Change::Deleted(old) => (Some(old), None),
    }
}
