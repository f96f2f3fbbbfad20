//! Network interfaces of pods and nodes. Lookups are batched, answers are kept for ten minutes.

use crate::node_filter::{self, COMPUTE_TYPE};
use crate::objects::{Node, Pod};
use aws_api::AwsError;
use aws_api::ec2::{Ec2, Instance, NetworkInterface};
use ipnet::IpNet;
use parking_lot::Mutex;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const TTL: Duration = Duration::from_secs(600);
/// EC2 takes 200 values per filter.
const CHUNK: usize = 199;

/// The part of an interface that decides rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) id: String,
    pub(crate) security_groups: Vec<String>,
}

impl From<&NetworkInterface> for Interface {
    fn from(interface: &NetworkInterface) -> Self {
        Self {
            id: interface.id.clone(),
            security_groups: interface.security_groups.clone(),
        }
    }
}

/// Why an interface was not found.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum InterfacesError {
    #[error("cannot describe instances")]
    Instances(#[source] AwsError),
    #[error("cannot describe network interfaces")]
    Interfaces(#[source] AwsError),
    #[error("no network interface found for {0}")]
    Unresolved(String),
}

/// Finds interfaces.
pub(crate) struct Interfaces {
    ec2: Arc<dyn Ec2>,
    vpc_id: String,
    /// By instance id. The lock is held while missing ones are fetched: who comes meanwhile shares the answer.
    instances: tokio::sync::Mutex<HashMap<String, (Instant, Arc<Instance>)>>,
    /// By pod UID.
    pods: Mutex<HashMap<String, (Instant, Interface)>>,
}

impl Interfaces {
    /// Looks in the VPC of the cluster.
    pub(crate) fn new(ec2: Arc<dyn Ec2>, vpc_id: String) -> Self {
        Self {
            ec2,
            vpc_id,
            instances: tokio::sync::Mutex::default(),
            pods: Mutex::default(),
        }
    }

    /// The primary interface of every node. At most one DescribeInstances per 199 nodes that are not known.
    pub(crate) async fn of_nodes(&self, nodes: &[Arc<Node>]) -> Result<Vec<Interface>, InterfacesError> {
        let ids: Vec<&str> = nodes.iter().filter_map(|node| node_filter::instance_id(node)).collect();
        let instances = self.instances(&ids, Instant::now() - TTL).await?;
        ids.into_iter()
            .map(|id| {
                let primary = instances
                    .get(id)
                    .and_then(|instance| instance.interfaces.iter().find(|i| i.device_index == Some(0)));
                primary
                    .map(Interface::from)
                    .ok_or_else(|| InterfacesError::Unresolved(format!("instance {id}")))
            })
            .collect()
    }

    /// The interface of every pod; pods on nodes outside AWS have none and are left out.
    pub(crate) async fn of_pods(
        &self,
        pods: &[Arc<Pod>],
        node: impl Fn(&str) -> Option<Arc<Node>>,
    ) -> Result<Vec<(Arc<Pod>, Interface)>, InterfacesError> {
        let asked = Instant::now();
        let on_hybrid = |pod: &Arc<Pod>| node(&pod.node).is_some_and(|node| node_filter::is_hybrid(&node));
        let pods: Vec<&Arc<Pod>> = pods.iter().filter(|pod| !on_hybrid(pod)).collect();
        let mut search = Search::default();
        {
            let known = self.pods.lock();
            for pod in &pods {
                match known.get(&pod.uid).filter(|(at, _)| *at + TTL > asked) {
                    Some((_, interface)) => search.found(pod, interface.clone()),
                    None => search.missing.push((*pod).clone()),
                }
            }
        }
        if !search.missing.is_empty() {
            self.by_annotation(&mut search).await?;
            // What is known of an instance may be older than an address of a new pod.
            self.by_instance(&mut search, &node, asked - TTL).await?;
            self.by_instance(&mut search, &node, asked).await?;
            self.by_address(&mut search).await?;
        }
        if let Some(pod) = search.missing.first() {
            return Err(InterfacesError::Unresolved(format!("pod {} at {}", pod.key, pod.ip)));
        }
        let mut known = self.pods.lock();
        known.retain(|_, (at, _)| *at + TTL > asked);
        for (uid, interface) in &search.by_uid {
            known.entry(uid.clone()).or_insert_with(|| (asked, interface.clone()));
        }
        Ok(pods
            .into_iter()
            .filter_map(|pod| Some((pod.clone(), search.by_uid.remove(&pod.uid)?)))
            .collect())
    }

    async fn by_annotation(&self, search: &mut Search) -> Result<(), InterfacesError> {
        let named: HashMap<String, String> = search
            .missing
            .iter()
            .filter_map(|pod| Some((pod.uid.clone(), branch_interface(pod)?)))
            .collect();
        if named.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = named.values().cloned().collect();
        let found = self.describe_by("network-interface-id", &ids).await?;
        search.resolve(|pod| {
            found
                .iter()
                .find(|interface| Some(&interface.id) == named.get(&pod.uid))
        });
        Ok(())
    }

    async fn by_instance(
        &self,
        search: &mut Search,
        node: &impl Fn(&str) -> Option<Arc<Node>>,
        not_before: Instant,
    ) -> Result<(), InterfacesError> {
        let mut instance_of: BTreeMap<String, String> = BTreeMap::new();
        for pod in &search.missing {
            let Some(node) = node(&pod.node) else { continue };
            let kind = node.labels.get(COMPUTE_TYPE).map_or("ec2", String::as_str);
            if let (Some(id), "ec2" | "auto" | "hybrid") = (node_filter::instance_id(&node), kind) {
                instance_of.insert(pod.node.clone(), id.to_owned());
            }
        }
        if instance_of.is_empty() {
            return Ok(());
        }
        let ids: HashSet<&str> = instance_of.values().map(String::as_str).collect();
        let instances = self.instances(&ids.into_iter().collect::<Vec<_>>(), not_before).await?;
        search.resolve(|pod| {
            let instance = instances.get(instance_of.get(&pod.node)?)?;
            let address: IpAddr = pod.ip.parse().ok()?;
            instance.interfaces.iter().find(|interface| holds(interface, address))
        });
        Ok(())
    }

    async fn by_address(&self, search: &mut Search) -> Result<(), InterfacesError> {
        let addresses = |ipv6: bool| -> Vec<String> {
            search
                .missing
                .iter()
                .map(|pod| pod.ip.clone())
                .filter(|ip| ip.contains(':') == ipv6)
                .collect()
        };
        let (v4, v6) = (addresses(false), addresses(true));
        let mut found = self.describe_by("addresses.private-ip-address", &v4).await?;
        found.extend(self.describe_by("ipv6-addresses.ipv6-address", &v6).await?);
        search.resolve(|pod| {
            let address: IpAddr = pod.ip.parse().ok()?;
            found.iter().find(|interface| holds(interface, address))
        });
        Ok(())
    }

    async fn describe_by(&self, filter: &str, values: &[String]) -> Result<Vec<NetworkInterface>, InterfacesError> {
        let mut found = Vec::new();
        for chunk in values.chunks(CHUNK) {
            let filters = vec![
                ("vpc-id".to_owned(), vec![self.vpc_id.clone()]),
                (filter.to_owned(), chunk.to_vec()),
            ];
            let interfaces = self.ec2.describe_network_interfaces(&[], &filters).await;
            found.extend(interfaces.map_err(InterfacesError::Interfaces)?);
        }
        Ok(found)
    }

    /// Instances by id, as they were at `not_before` or later. One that is gone is left out.
    async fn instances(
        &self,
        ids: &[&str],
        not_before: Instant,
    ) -> Result<HashMap<String, Arc<Instance>>, InterfacesError> {
        let mut known = self.instances.lock().await;
        let is_fresh = |id: &str, known: &HashMap<String, (Instant, Arc<Instance>)>| {
            known.get(id).is_some_and(|(at, _)| *at >= not_before)
        };
        let missing: Vec<String> = ids
            .iter()
            .filter(|id| !is_fresh(id, &known))
            .map(|id| (*id).to_owned())
            .collect();
        for chunk in missing.chunks(CHUNK) {
            let at = Instant::now();
            let filters = vec![("instance-id".to_owned(), chunk.to_vec())];
            let fetched = self
                .ec2
                .describe_instances(&[], &filters)
                .await
                .map_err(InterfacesError::Instances)?;
            known.retain(|_, (at, _)| at.elapsed() < TTL);
            known.extend(
                fetched
                    .into_iter()
                    .map(|instance| (instance.id.clone(), (at, Arc::new(instance)))),
            );
        }
        Ok(ids
            .iter()
            .filter_map(|id| Some(((*id).to_owned(), known.get(*id)?.1.clone())))
            .collect())
    }
}

/// Pods on the way to their interfaces.
#[derive(Default)]
struct Search {
    by_uid: HashMap<String, Interface>,
    missing: Vec<Arc<Pod>>,
}

impl Search {
    fn found(&mut self, pod: &Pod, interface: Interface) {
        self.by_uid.insert(pod.uid.clone(), interface);
    }

    fn resolve<'a>(&mut self, find: impl Fn(&Pod) -> Option<&'a NetworkInterface>) {
        for pod in std::mem::take(&mut self.missing) {
            match find(&pod) {
                Some(interface) => self.found(&pod, interface.into()),
                None => self.missing.push(pod),
            }
        }
    }
}

/// Whether an address is one of an interface or within a prefix that is delegated to it.
fn holds(interface: &NetworkInterface, address: IpAddr) -> bool {
    let is = |text: &String| text.parse() == Ok(address);
    let contains = |prefix: &String| prefix.parse::<IpNet>().is_ok_and(|prefix| prefix.contains(&address));
    interface.addresses.iter().chain(&interface.ipv6_addresses).any(is)
        || interface.prefixes.iter().chain(&interface.ipv6_prefixes).any(contains)
}

/// The interface that the VPC resource controller gave to a pod of its own.
fn branch_interface(pod: &Pod) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Branch {
        eni_id: String,
        #[serde(default)]
        private_ip: String,
        #[serde(default)]
        ipv6_addr: String,
    }
    let branches: Vec<Branch> = serde_json::from_str(pod.eni.as_deref()?).ok()?;
    branches
        .into_iter()
        .find(|b| b.private_ip == pod.ip || b.ipv6_addr == pod.ip)
        .map(|branch| branch.eni_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_prefixes() {
        let interface = NetworkInterface {
            addresses: vec!["10.0.0.5".into()],
            prefixes: vec!["10.0.1.16/28".into()],
            ipv6_prefixes: vec!["fd00::/80".into()],
            ..NetworkInterface::default()
        };
        let table = [
            ("10.0.0.5", true),
            ("10.0.1.17", true),
            ("10.0.1.32", false),
            ("fd00::7", true),
            ("fd01::7", false),
        ];
        for (address, held) in table {
            assert_eq!(holds(&interface, address.parse().unwrap()), held, "{address}");
        }
    }

    #[test]
    fn pod_eni_annotation() {
        let pod = |eni: &str| Pod {
            ip: "10.0.0.9".into(),
            eni: Some(eni.into()),
            ..Pod::default()
        };
        let named = r#"[{"eniId":"eni-1","privateIp":"10.0.0.8"},{"eniId":"eni-2","privateIp":"10.0.0.9"}]"#;
        assert_eq!(branch_interface(&pod(named)).as_deref(), Some("eni-2"));
        assert_eq!(branch_interface(&pod("[]")), None);
        assert_eq!(branch_interface(&pod("not json")), None);
    }
}
