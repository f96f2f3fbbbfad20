//! Walks through the steps of an operation, and kills a process at each.

use crate::faults;
use crate::operation::Operation;
use anyhow::{Context, Result, ensure};
use aws_sdk::Aws;
use controllers_api::target_group_binding::TargetGroupBinding;
use emulator::{Effect, Moment};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::Client;
use kube::api::{Api, ListParams};
use rustix::process::Signal;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{AWS, Instance};
use std::collections::BTreeSet;

/// Where the example is.
pub(crate) const NAMESPACE: &str = "ingress-nginx";
const PODS: usize = 2;
/// More steps than any operation has: one that never ends without reaching its step would be walked for ever.
const MOST_STEPS: u64 = 40;

/// A Service of the example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Example {
    /// Its targets are nodes.
    Instance,
    /// Its targets are pods.
    Ip,
}

impl Example {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Instance => "nginx",
            Self::Ip => "nginx-ip",
        }
    }

    pub(crate) fn manifest(self) -> &'static str {
        match self {
            Self::Instance => include_str!("../../../deploy/examples/nginx-service.yaml"),
            Self::Ip => include_str!("../../../deploy/examples/nginx-service-ip.yaml"),
        }
    }
}

/// An instance with the example's pods, and clients of it.
pub(crate) struct Walk<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) client: Client,
    pub(crate) aws: Aws,
    pub(crate) services: Api<Service>,
    pub(crate) bindings: Api<TargetGroupBinding>,
    pods: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// Starts the example's pods and awaits that they are ready.
    pub(crate) async fn prepare(instance: &'a Instance) -> Result<Self> {
        let nginx = include_str!("../../../deploy/examples/nginx.yaml");
        instance.cluster.apply(nginx).await?;
        let client = instance.cluster.client().await?;
        let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
        let addresses = async || {
            let listed = pods.list(&ListParams::default()).await;
            let pods = listed.map(|list| list.items).unwrap_or_default();
            pods.iter().filter_map(ready_address).collect::<BTreeSet<String>>()
        };
        wait_for("the example's pods", 60, async || addresses().await.len() == PODS).await?;
        Ok(Self {
            instance,
            aws: instance.aws().await,
            services: Api::namespaced(client.clone(), NAMESPACE),
            bindings: Api::namespaced(client.clone(), NAMESPACE),
            pods: addresses().await,
            client,
        })
    }

    /// Ids of the targets that a Service must have.
    pub(crate) fn targets(&self, example: Example) -> BTreeSet<String> {
        match example {
            Example::Ip => self.pods.clone(),
            Example::Instance => {
                let zones = &self.instance.cluster.plan().zones;
                zones.iter().map(|zone| zone.instance_id.clone()).collect()
            }
        }
    }

    /// Creates and deletes the Service again and again, each time with the victim killed one AWS write later, until neither operation
    /// has so many.
    pub(crate) async fn calls(&self, victim: &str, moment: Moment, example: Example) -> Result<()> {
        let mut unwalked = vec![Operation::Create, Operation::Delete];
        for step in 0.. {
            ensure!(step < MOST_STEPS, "{victim}: {unwalked:?} has no end");
            for operation in [Operation::Create, Operation::Delete] {
                let killed = if unwalked.contains(&operation) {
                    self.killed_at_call(victim, moment, step, operation, example).await
                } else {
                    self.undisturbed(operation, example).await.map(|()| false)
                };
                let at = || format!("{operation:?} {example:?}, {victim} killed {moment:?} AWS write {step} (from 0)");
                if !killed.with_context(at)? {
                    unwalked.retain(|other| *other != operation);
                }
            }
            if unwalked.is_empty() {
                eprintln!("{victim}, {moment:?}, {example:?}: {step} steps");
                return Ok(());
            }
        }
        Ok(())
    }

    async fn undisturbed(&self, operation: Operation, example: Example) -> Result<()> {
        self.begin(operation, example).await?;
        self.converged(operation, example).await
    }

    /// Whether the operation has that step.
    async fn killed_at_call(
        &self,
        victim: &str,
        moment: Moment,
        step: u64,
        operation: Operation,
        example: Example,
    ) -> Result<bool> {
        let effect = if victim == AWS { Effect::Kill } else { Effect::Hold };
        faults::set(self.instance, step, moment, effect)?;
        self.begin(operation, example).await?;
        let met = tokio::select! {
            met = self.until_met(victim) => met.map(|()| true)?,
            over = self.converged(operation, example) => over.map(|()| false)?,
        };
        if met {
            self.kill(victim).await?;
        }
        if !met || victim != AWS {
            faults::clear(self.instance)?;
        }
        if met {
            self.restart(victim).await?;
            self.converged(operation, example).await?;
        }
        Ok(met)
    }

    async fn until_met(&self, victim: &str) -> Result<()> {
        let met = async || match victim {
            AWS => self.instance.cluster.processes().pid(AWS).is_none(),
            _ => faults::is_met(self.instance),
        };
        Ok(wait_for("the step", 60, met).await?)
    }

    /// Returns when the process is no more.
    pub(crate) async fn kill(&self, victim: &str) -> Result<()> {
        let processes = self.instance.cluster.processes();
        processes.signal(victim, Signal::KILL);
        Ok(wait_for("the victim's end", 5, async || processes.pid(victim).is_none()).await?)
    }

    /// Starts the victim again, as a kubelet would.
    pub(crate) async fn restart(&self, victim: &str) -> Result<()> {
        if victim == AWS {
            self.instance.start_aws()?;
            return Ok(self.instance.aws_ready().await?);
        }
        Ok(self.instance.start_controller(victim)?)
    }
}

fn ready_address(pod: &Pod) -> Option<String> {
    let status = pod.status.as_ref()?;
    let conditions = status.conditions.iter().flatten();
    let ready = conditions
        .into_iter()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    status.pod_ip.clone().filter(|_| ready)
}
