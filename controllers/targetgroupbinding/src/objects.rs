//! What the controller keeps of the cluster's objects: the fields that decide targets and rules, and no more.
//!
//! A cluster has many pods and their manifests are large; everything here is a few strings per object.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use runtime::Key;
use std::collections::BTreeMap;

/// Annotation in which the VPC resource controller names a pod's own interface.
const POD_ENI: &str = "vpc.amazonaws.com/pod-eni";
/// Label that ties an EndpointSlice to its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

/// A pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pod {
    pub(crate) key: Key,
    pub(crate) uid: String,
    pub(crate) ip: String,
    pub(crate) node: String,
    /// Condition types of its readiness gates.
    pub(crate) gates: Vec<String>,
    /// `ContainersReady` and the conditions that its gates name.
    pub(crate) conditions: Vec<PodCondition>,
    pub(crate) container_ports: Vec<ContainerPort>,
    /// Content of the annotation `vpc.amazonaws.com/pod-eni`.
    pub(crate) eni: Option<String>,
    pub(crate) created_millis: i64,
}

/// A condition of a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PodCondition {
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// Unix milliseconds of the last change of status.
    pub(crate) changed_millis: i64,
}

/// A named port of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ContainerPort {
    pub(crate) name: String,
    pub(crate) port: i32,
}

impl Pod {
    /// The condition of a type.
    pub(crate) fn condition(&self, kind: &str) -> Option<&PodCondition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }
}

/// Status of a node's condition `Ready`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NodeReady {
    True,
    /// Also a node without the condition.
    #[default]
    False,
    /// The node's kubelet has not been heard of.
    Unknown,
}

/// A node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) provider_id: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) taints: Vec<Taint>,
    pub(crate) ready: NodeReady,
    pub(crate) created_millis: i64,
}

/// A taint of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taint {
    pub(crate) key: String,
    pub(crate) effect: String,
}

/// An EndpointSlice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) key: Key,
    /// The Service it belongs to, in the same namespace.
    pub(crate) service: String,
    /// `IPv4`, `IPv6` or `FQDN`.
    pub(crate) address_type: String,
    /// Port names (empty if unnamed) and numbers.
    pub(crate) ports: Vec<(String, i32)>,
    pub(crate) endpoints: Vec<SliceEndpoint>,
}

/// An endpoint of a slice whose target is a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SliceEndpoint {
    pub(crate) address: String,
    pub(crate) ready: Option<bool>,
    pub(crate) terminating: bool,
    pub(crate) pod: Key,
}

/// A Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) key: Key,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    pub(crate) kind: String,
    pub(crate) ports: Vec<ServicePort>,
}

/// A port of a Service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServicePort {
    pub(crate) name: String,
    pub(crate) port: i32,
    pub(crate) node_port: i32,
}

impl Service {
    /// The port with that number or name.
    pub(crate) fn port(&self, wanted: &IntOrString) -> Option<&ServicePort> {
        self.ports.iter().find(|port| match wanted {
            IntOrString::Int(number) => port.port == *number,
            IntOrString::String(name) => port.name == *name,
        })
    }
}

fn millis(time: Option<&Time>) -> i64 {
    time.map_or(0, |time| time.0.as_millisecond())
}

impl From<&core::Pod> for Pod {
    fn from(pod: &core::Pod) -> Self {
        let spec = pod.spec.as_ref();
        let status = pod.status.as_ref();
        let gates: Vec<String> = spec
            .and_then(|spec| spec.readiness_gates.as_ref())
            .map(|gates| gates.iter().map(|gate| gate.condition_type.clone()).collect())
            .unwrap_or_default();
        let conditions = status
            .and_then(|status| status.conditions.as_ref())
            .into_iter()
            .flatten()
            .filter(|condition| condition.type_ == "ContainersReady" || gates.contains(&condition.type_))
            .map(|condition| PodCondition {
                kind: condition.type_.clone(),
                status: condition.status.clone(),
                reason: condition.reason.clone().unwrap_or_default(),
                message: condition.message.clone().unwrap_or_default(),
                changed_millis: millis(condition.last_transition_time.as_ref()),
            })
            .collect();
        let container_ports = spec
            .into_iter()
            .flat_map(|spec| spec.containers.iter().chain(spec.init_containers.iter().flatten()))
            .flat_map(|container| container.ports.iter().flatten())
            .filter_map(|port| {
                Some(ContainerPort {
                    name: port.name.clone()?,
                    port: port.container_port,
                })
            })
            .collect();
        Self {
            key: Key::of(pod),
            uid: pod.metadata.uid.clone().unwrap_or_default(),
            ip: status.and_then(|status| status.pod_ip.clone()).unwrap_or_default(),
            node: spec.and_then(|spec| spec.node_name.clone()).unwrap_or_default(),
            gates,
            conditions,
            container_ports,
            eni: pod
                .metadata
                .annotations
                .as_ref()
                .and_then(|annotations| annotations.get(POD_ENI).cloned()),
            created_millis: millis(pod.metadata.creation_timestamp.as_ref()),
        }
    }
}

impl From<&core::Node> for Node {
    fn from(node: &core::Node) -> Self {
        let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
        let ready = conditions
            .into_iter()
            .flatten()
            .find(|condition| condition.type_ == "Ready");
        Self {
            name: node.metadata.name.clone().unwrap_or_default(),
            provider_id: node
                .spec
                .as_ref()
                .and_then(|spec| spec.provider_id.clone())
                .unwrap_or_default(),
            labels: node.metadata.labels.clone().unwrap_or_default(),
            taints: node
                .spec
                .iter()
                .flat_map(|spec| spec.taints.iter().flatten())
                .map(|taint| Taint {
                    key: taint.key.clone(),
                    effect: taint.effect.clone(),
                })
                .collect(),
            ready: match ready.map(|condition| condition.status.as_str()) {
                Some("True") => NodeReady::True,
                Some("Unknown") => NodeReady::Unknown,
                _ => NodeReady::False,
            },
            created_millis: millis(node.metadata.creation_timestamp.as_ref()),
        }
    }
}

impl From<&EndpointSlice> for Slice {
    fn from(slice: &EndpointSlice) -> Self {
        let key = Key::of(slice);
        let endpoints = slice.endpoints.iter().flatten().filter_map(|endpoint| {
            let target = endpoint
                .target_ref
                .as_ref()
                .filter(|target| target.kind.as_deref() == Some("Pod"))?;
            let conditions = endpoint.conditions.as_ref();
            Some(SliceEndpoint {
                address: endpoint.addresses.first()?.clone(),
                ready: conditions.and_then(|conditions| conditions.ready),
                terminating: conditions
                    .and_then(|conditions| conditions.terminating)
                    .unwrap_or(false),
                pod: Key::new(
                    target.namespace.as_ref().unwrap_or(&key.namespace),
                    target.name.as_ref()?,
                ),
            })
        });
        Self {
            service: slice
                .metadata
                .labels
                .as_ref()
                .and_then(|l| l.get(SERVICE_NAME).cloned())
                .unwrap_or_default(),
            address_type: slice.address_type.clone(),
            ports: slice
                .ports
                .iter()
                .flatten()
                .filter_map(|port| Some((port.name.clone().unwrap_or_default(), port.port?)))
                .collect(),
            endpoints: endpoints.collect(),
            key,
        }
    }
}

impl From<&core::Service> for Service {
    fn from(service: &core::Service) -> Self {
        let spec = service.spec.as_ref();
        Self {
            key: Key::of(service),
            kind: spec.and_then(|spec| spec.type_.clone()).unwrap_or_default(),
            ports: spec
                .iter()
                .flat_map(|spec| spec.ports.iter().flatten())
                .map(|port| ServicePort {
                    name: port.name.clone().unwrap_or_default(),
                    port: port.port,
                    node_port: port.node_port.unwrap_or(0),
                })
                .collect(),
        }
    }
}
