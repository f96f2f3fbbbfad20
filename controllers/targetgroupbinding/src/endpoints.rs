//! From a Service to the endpoints that its target group should hold. Pure: the objects are arguments.

use crate::node_filter;
use crate::objects::{Node, NodeReady, Pod, Service, ServicePort, Slice, SliceEndpoint};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use runtime::Key;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An address and port that should be a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Target id: a pod's address or an instance id.
    pub(crate) id: String,
    pub(crate) port: i32,
    pub(crate) backend: Backend,
}

/// What answers behind an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Backend {
    Pod(Arc<Pod>),
    Node(Arc<Node>),
}

impl Endpoint {
    /// The pod, in ip mode.
    pub(crate) fn pod(&self) -> Option<&Arc<Pod>> {
        match &self.backend {
            Backend::Pod(pod) => Some(pod),
            Backend::Node(_) => None,
        }
    }

    /// Unix milliseconds at which pod or node was made; it tells a new pod from an old one with the same address.
    pub(crate) fn created_millis(&self) -> i64 {
        match &self.backend {
            Backend::Pod(pod) => pod.created_millis,
            Backend::Node(node) => node.created_millis,
        }
    }
}

/// Endpoints in order of id and port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) endpoints: Vec<Endpoint>,
    /// Whether a slice names a pod that is not known yet: the same question will soon have another answer.
    pub(crate) incomplete: bool,
}

/// Why a Service has no answer to the question for its endpoints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EndpointsError {
    #[error("Service {0} does not exist; make it, or correct spec.serviceRef.name")]
    ServiceMissing(Key),
    #[error("Service {service} has no port {port}; name one of its ports in spec.serviceRef.port")]
    PortMissing { service: Key, port: String },
    #[error("Service {service} is of type {kind}: targets of type instance need NodePort or LoadBalancer")]
    NoNodePort { service: Key, kind: String },
}

impl EndpointsError {
    /// Whether the backend is gone, so that its targets are to go too; otherwise they stay as they are.
    pub(crate) fn is_backend_missing(&self) -> bool {
        matches!(self, Self::ServiceMissing(_) | Self::PortMissing { .. })
    }
}

/// The pods behind a port of a Service: those that are ready, and those that wait only for their readiness gates.
/// With `fail_open`, pods on nodes that are not heard of count while there are no others.
pub(crate) fn pods(
    port: &ServicePort,
    address_type: &str,
    slices: &[Arc<Slice>],
    pod: impl Fn(&Key) -> Option<Arc<Pod>>,
    node: impl Fn(&str) -> Option<Arc<Node>>,
    fail_open: bool,
) -> Resolved {
    let (mut usable, mut doubtful) = (BTreeMap::new(), BTreeMap::new());
    let mut incomplete = false;
    for slice in slices.iter().filter(|slice| slice.address_type == address_type) {
        for (_, number) in slice
            .ports
            .iter()
            .filter(|(name, _)| port.name.is_empty() || *name == port.name)
        {
            for endpoint in &slice.endpoints {
                let Some(pod) = pod(&endpoint.pod) else {
                    incomplete = true;
                    continue;
                };
                let pool = match verdict(endpoint, &pod, node(&pod.node).as_deref()) {
                    Verdict::Use => &mut usable,
                    Verdict::IfNothingElse => &mut doubtful,
                    Verdict::Skip => continue,
                };
                let found = Endpoint {
                    id: endpoint.address.clone(),
                    port: *number,
                    backend: Backend::Pod(pod),
                };
                pool.insert((found.id.clone(), found.port), found);
            }
        }
    }
    let chosen = if usable.is_empty() && fail_open {
        doubtful
    } else {
        usable
    };
    Resolved {
        endpoints: chosen.into_values().collect(),
        incomplete,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Use,
    /// Its node is not heard of.
    IfNothingElse,
    Skip,
}

/// An endpoint that is not ready is still used when its containers are and nothing but readiness gates, which wait
/// for the target to be healthy, can hold it back.
fn verdict(endpoint: &SliceEndpoint, pod: &Pod, node: Option<&Node>) -> Verdict {
    if endpoint.ready.unwrap_or(true) {
        return Verdict::Use;
    }
    if pod
        .condition("ContainersReady")
        .is_none_or(|condition| condition.status != "True")
    {
        return Verdict::Skip;
    }
    match node.map(|node| node.ready) {
        Some(NodeReady::True) if !endpoint.terminating => Verdict::Use,
        Some(NodeReady::Unknown) => Verdict::IfNothingElse,
        _ => Verdict::Skip,
    }
}

/// The instances that serve a node port: suitable nodes that are ready. With `fail_open`, those not heard of count
/// while there are no others. Nodes that are no EC2 instances cannot be targets and are left out.
pub(crate) fn nodes<'a>(
    service: &Service,
    port: &ServicePort,
    nodes: impl Iterator<Item = &'a Arc<Node>>,
    selector: Option<&LabelSelector>,
    fail_open: bool,
) -> Result<Resolved, EndpointsError> {
    if service.kind != "NodePort" && service.kind != "LoadBalancer" {
        return Err(EndpointsError::NoNodePort {
            service: service.key.clone(),
            kind: service.kind.clone(),
        });
    }
    let (mut ready, mut unknown) = (BTreeMap::new(), BTreeMap::new());
    for node in nodes.filter(|node| node_filter::is_suitable(node, selector)) {
        let Some(id) = node_filter::instance_id(node) else {
            continue;
        };
        let pool = match node.ready {
            NodeReady::True => &mut ready,
            NodeReady::Unknown => &mut unknown,
            NodeReady::False => continue,
        };
        let endpoint = Endpoint {
            id: id.to_owned(),
            port: port.node_port,
            backend: Backend::Node(node.clone()),
        };
        pool.insert(endpoint.id.clone(), endpoint);
    }
    let chosen = if ready.is_empty() && fail_open { unknown } else { ready };
    Ok(Resolved {
        endpoints: chosen.into_values().collect(),
        incomplete: false,
    })
}

#[cfg(test)]
mod tests;
