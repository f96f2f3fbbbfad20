//! Ingresses, and what decides whose they are, as the watches show them.

use controllers_api::ingress_class_params::IngressClassParams;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use model::GroupId;
use plan::ingress::{Classes, Group, held, load, membership};
use plan::{Config, PlanError};
use runtime::cache::Cache;
use std::collections::{BTreeMap, BTreeSet};

/// Ingresses and what their classes say. Clones share the caches.
#[derive(Clone, Default)]
pub(crate) struct Cluster {
    pub(crate) ingresses: Cache<Ingress>,
    pub(crate) classes: Cache<IngressClass>,
    pub(crate) params: Cache<IngressClassParams>,
    /// Labels.
    pub(crate) namespaces: Cache<BTreeMap<String, String>>,
}

impl Cluster {
    /// The group as it is to be.
    pub(crate) fn group(&self, id: &GroupId, config: &Config) -> Group {
        let ingresses = self.ingresses.select(|_, _| true);
        load(id, &ingresses, &self.classes(), config)
    }

    /// The groups that a change of an Ingress concerns: the one it belongs to, and those that gave it something.
    pub(crate) fn concerned(&self, ingress: &Ingress, config: &Config) -> (BTreeSet<GroupId>, Option<PlanError>) {
        let mut groups: BTreeSet<GroupId> = held(ingress).into_iter().collect();
        match membership(ingress, &self.classes(), config) {
            Ok(membership) => groups.extend(membership.map(|membership| membership.group)),
            Err(error) => return (groups, Some(error)),
        }
        (groups, None)
    }

    /// All groups with Ingresses for which `wanted` holds.
    pub(crate) fn groups(&self, config: &Config, mut wanted: impl FnMut(&Ingress) -> bool) -> BTreeSet<GroupId> {
        let ingresses = self.ingresses.select(|_, ingress| wanted(ingress));
        ingresses
            .iter()
            .flat_map(|ingress| self.concerned(ingress, config).0)
            .collect()
    }

    /// Ids of the stacks that have, or are about to have, something on AWS; `id` among them only if it keeps members.
    pub(crate) fn claimed(&self, id: &GroupId, keeps_members: bool) -> Vec<String> {
        let held: BTreeSet<GroupId> = self
            .ingresses
            .filter_map(|_, ingress| Some(held(ingress)))
            .into_iter()
            .flatten()
            .collect();
        let others = held.into_iter().filter(|group| group != id || keeps_members);
        others.map(|group| group.to_string()).collect()
    }

    /// Namespaces only where a selector looks at them.
    pub(crate) fn classes(&self) -> Classes {
        let named = |key: &runtime::Key| key.name.clone();
        let params: BTreeMap<_, _> = self
            .params
            .filter_map(|key, params| Some((named(key), params.clone())))
            .into_iter()
            .collect();
        let selects = params.values().any(|params| params.spec.namespace_selector.is_some());
        let labels = |key: &runtime::Key, labels: &BTreeMap<_, _>| selects.then(|| (named(key), labels.clone()));
        Classes {
            classes: self
                .classes
                .filter_map(|key, class| Some((named(key), class.clone())))
                .into_iter()
                .collect(),
            namespaces: self.namespaces.filter_map(labels).into_iter().collect(),
            params,
        }
    }
}

/// The labels that selectors of classes look at.
pub(crate) fn labels(namespace: Namespace) -> BTreeMap<String, String> {
    namespace.metadata.labels.unwrap_or_default()
}
