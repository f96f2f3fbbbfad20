//! Where cases are played: an instance whose AWS is moto.

use crate::expected::{self, Objects};
use crate::moto::{self, Moto};
use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams, ListParams, ObjectMeta};
use kube::{Client, Resource};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{CONTROLLERS, Instance, get};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Calls by operation.
pub(crate) type Calls = BTreeMap<String, i64>;

/// One case after the other; in between AWS is empty.
pub(crate) struct Stage<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) client: Client,
    pub(crate) moto: Moto,
    /// The state of AWS while nothing has a load balancer.
    pub(crate) empty: Value,
}

impl Stage<'_> {
    /// Applies manifests in which ids of AWS are named.
    pub(crate) async fn apply(&self, manifests: &[Value]) -> Result<()> {
        for manifest in manifests {
            let manifest = moto::with_ids(manifest, &self.moto.ids);
            self.instance.cluster.apply(&manifest.to_string()).await?;
        }
        Ok(())
    }

    /// What has, or could have, load balancers in a namespace.
    pub(crate) async fn objects(&self, namespace: &str) -> Result<Objects> {
        let (services, ingresses) = (
            self.api::<Service>(namespace).list(&ListParams::default()).await?,
            self.api::<Ingress>(namespace).list(&ListParams::default()).await?,
        );
        Ok(Objects {
            services: by_name(services.items),
            ingresses: by_name(ingresses.items),
        })
    }

    pub(crate) fn api<K>(&self, namespace: &str) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// What Warnings say of an object.
    pub(crate) async fn warnings(&self, object: &ObjectMeta) -> Result<Vec<String>> {
        let api = self.api::<Event>(object.namespace.as_deref().unwrap_or_default());
        let of_object = |event: &Event| event.regarding.as_ref().map(|regarding| &regarding.uid) == Some(&object.uid);
        let warns = |event: &Event| event.type_.as_deref() == Some("Warning") && of_object(event);
        let events = api.list(&ListParams::default()).await?.items.into_iter();
        Ok(events.filter(warns).filter_map(|event| event.note).collect())
    }

    /// Awaits that AWS is in this state; says what differs if it does not become so.
    pub(crate) async fn settle(&mut self, expected: &Value) -> Result<()> {
        let mut last = Vec::new();
        for _ in 0..10 {
            last = expected::differences(expected, &self.moto.record()?);
            if last.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("AWS differs (expected, found):\n  {}", last.join("\n  "))
    }

    /// Deletes the namespace's Ingresses, and its Services that have load balancers, and awaits that AWS is as if they had never been.
    pub(crate) async fn clear(&mut self, namespace: &str) -> Result<()> {
        let objects = self.objects(namespace).await?;
        for name in objects.ingresses.keys() {
            let ingresses = self.api::<Ingress>(namespace);
            ingresses.delete(name, &DeleteParams::default()).await?;
        }
        for (name, _) in objects.services.iter().filter(|(_, service)| is_balanced(service)) {
            let services = self.api::<Service>(namespace);
            services.delete(name, &DeleteParams::default()).await?;
        }
        wait_for("the removal of Services and Ingresses", 60, async || {
            let found = self.objects(namespace).await;
            found.is_ok_and(|found| found.ingresses.is_empty() && !found.services.values().any(is_balanced))
        })
        .await?;
        let empty = self.empty.clone();
        self.settle(&empty).await
    }

    /// AWS calls of the controllers so far, by operation.
    pub(crate) fn calls(&self) -> Result<Calls> {
        let mut calls = Calls::new();
        for label in CONTROLLERS {
            for (operation, count) in self.calls_of(label)? {
                *calls.entry(operation).or_default() += count;
            }
        }
        ensure!(!calls.is_empty(), "the controllers count no AWS calls");
        Ok(calls)
    }

    /// AWS calls of a controller since it was started, by operation.
    pub(crate) fn calls_of(&self, label: &str) -> Result<Calls> {
        let mut calls = Calls::new();
        let metrics = get(self.instance.metrics(label), "/metrics")?;
        for line in metrics.lines().filter(|line| line.starts_with("aws_api_calls_total")) {
            let operation = line
                .split("operation=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let count = line.rsplit(' ').next().and_then(|count| count.parse::<i64>().ok());
            let (operation, count) = operation
                .zip(count)
                .with_context(|| format!("no call counter: {line}"))?;
            *calls.entry(operation.to_owned()).or_default() += count;
        }
        Ok(calls)
    }
}

/// Those of `calls` that are not in `before`.
pub(crate) fn since(before: &Calls, calls: Calls) -> Calls {
    let new = calls.into_iter().map(|(operation, count)| {
        let old = before.get(&operation).copied().unwrap_or_default();
        (operation, count - old)
    });
    new.filter(|(_, count)| *count > 0).collect()
}

/// Calls that change something.
pub(crate) fn mutating(mut calls: Calls) -> Calls {
    let reads = |operation: &str| {
        ["Describe", "Get", "List"]
            .iter()
            .any(|verb| operation.starts_with(verb))
    };
    calls.retain(|operation, _| !reads(operation));
    calls
}

fn by_name<K: Resource>(objects: Vec<K>) -> BTreeMap<String, K> {
    let named = |object: K| Some((object.meta().name.clone()?, object));
    objects.into_iter().filter_map(named).collect()
}

fn is_balanced(service: &Service) -> bool {
    let spec = service.spec.as_ref();
    spec.is_some_and(|spec| spec.type_.as_deref() == Some("LoadBalancer"))
}
