//! Opens the ports of a binding's backends to what `spec.networking` lists.

use crate::binding::Binding;
use crate::cluster::Cluster;
use crate::endpoints::{Backend, Endpoint};
use crate::error::OpenError;
use crate::interfaces::Interfaces;
use crate::networking;
use crate::objects::{Node, Pod};
use crate::rules::{GroupRules, Rules};
use crate::security_groups::SecurityGroups;
use controllers_api::target_group_binding::TargetType;
use runtime::Key;
use std::collections::BTreeMap;
use std::sync::Arc;

/// From endpoints to interfaces, to security groups, to rules.
pub(crate) struct Ports {
    pub(crate) interfaces: Interfaces,
    pub(crate) groups: Arc<SecurityGroups>,
    pub(crate) rules: Rules,
}

impl Ports {
    /// Makes the backends reachable. A binding without `spec.networking` leaves that to the user.
    pub(crate) async fn open(
        &self,
        binding: &Binding,
        endpoints: &[Endpoint],
        cluster: &Cluster,
    ) -> Result<(), OpenError> {
        let Some(rules) = self.needs(binding, endpoints, cluster).await? else {
            return Ok(());
        };
        let stated = self
            .rules
            .state(&binding.key, Some(rules), || cluster.bindings_with_rules());
        stated.await.map_err(OpenError::Rules)
    }

    /// The rules that make the backends reachable; none where that is left to the user.
    pub(crate) async fn needs(
        &self,
        binding: &Binding,
        endpoints: &[Endpoint],
        cluster: &Cluster,
    ) -> Result<Option<GroupRules>, OpenError> {
        let Some(networking) = &binding.object.spec.networking else {
            return Ok(None);
        };
        let mut rules = GroupRules::new();
        for (group, pods) in self.groups_of(endpoints, cluster).await? {
            let pods = (binding.target_type == TargetType::Ip).then_some(pods.as_slice());
            let permissions = networking::permissions(&networking.ingress, pods).map_err(OpenError::Networking)?;
            rules.insert(group, permissions);
        }
        Ok(Some(rules))
    }

    /// Takes back what a binding opened.
    pub(crate) async fn close(&self, binding: &Key, cluster: &Cluster) -> Result<(), OpenError> {
        let others = || {
            cluster
                .bindings_with_rules()
                .into_iter()
                .filter(|key| key != binding)
                .collect()
        };
        self.rules.state(binding, None, others).await.map_err(OpenError::Rules)
    }

    /// The security groups of the endpoints' interfaces, with the pods behind each.
    async fn groups_of(
        &self,
        endpoints: &[Endpoint],
        cluster: &Cluster,
    ) -> Result<BTreeMap<String, Vec<Arc<Pod>>>, OpenError> {
        let (mut pods, mut nodes): (Vec<Arc<Pod>>, Vec<Arc<Node>>) = (Vec::new(), Vec::new());
        for endpoint in endpoints {
            match &endpoint.backend {
                Backend::Pod(pod) => pods.push(pod.clone()),
                Backend::Node(node) => nodes.push(node.clone()),
            }
        }
        let mut groups: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
        let node = |name: &str| cluster.node(name);
        for (pod, interface) in self
            .interfaces
            .of_pods(&pods, node)
            .await
            .map_err(OpenError::Interfaces)?
        {
            let group = self.groups.choose(&interface).await.map_err(OpenError::Group)?;
            groups.entry(group).or_default().push(pod);
        }
        for interface in self.interfaces.of_nodes(&nodes).await.map_err(OpenError::Interfaces)? {
            groups
                .entry(self.groups.choose(&interface).await.map_err(OpenError::Group)?)
                .or_default();
        }
        Ok(groups)
    }
}
