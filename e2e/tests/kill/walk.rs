//! Walks through the steps of an operation, and kills a process at each.

use crate::faults;
use crate::operation::Operation;
use anyhow::{Context, Result, bail};
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
use std::fmt;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Where the example is.
pub(crate) const NAMESPACE: &str = "ingress-nginx";
const PODS: usize = 2;
/// More steps than any operation has: one that never ends without reaching its step would be walked for ever.
pub(crate) const MOST_STEPS: u64 = 40;
/// How long an operation may take after a kill.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often it is asked whether it is over.
const PAUSE: Duration = Duration::from_millis(30);

/// Who is killed, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kill<'v> {
    pub(crate) victim: &'v str,
    pub(crate) moment: Moment,
    /// So many AWS writes come before, whoever makes them.
    pub(crate) step: u64,
}

impl fmt::Display for Kill<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { victim, moment, step } = self;
        write!(f, "{victim} killed {moment:?} AWS write {step} (from 0)")
    }
}

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

/// Which Service comes and goes, and which is there all the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) example: Example,
    pub(crate) beside: Option<Example>,
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

    /// Addresses of the example's pods.
    pub(crate) fn pods(&self) -> &BTreeSet<String> {
        &self.pods
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

    /// Repeats the operations on the Service, each time with the victim killed one AWS write later, until none has so many.
    pub(crate) async fn calls(&self, victim: &str, moment: Moment, scene: Scene) -> Result<()> {
        let mut walked: Vec<(Operation, u64)> = Vec::new();
        for step in 0..MOST_STEPS {
            for operation in [Operation::Create, Operation::Delete, Operation::Abandon] {
                let kill = Kill { victim, moment, step };
                let at = || format!("{operation:?} {scene:?}, {kill}");
                if walked.iter().any(|(other, _)| *other == operation) {
                    self.undisturbed(operation, scene).await.with_context(at)?;
                } else if !self.killed_at_call(kill, operation, scene).await.with_context(at)? {
                    walked.push((operation, step));
                }
            }
            if walked.len() == 3 {
                eprintln!("{victim} killed {moment:?} each AWS write of {walked:?}, {scene:?}");
                return Ok(());
            }
        }
        bail!("{victim}, {scene:?}: only {walked:?} have an end");
    }

    /// The operation without a kill.
    pub(crate) async fn undisturbed(&self, operation: Operation, scene: Scene) -> Result<()> {
        let (first, last) = operation.ends();
        self.begin(first, scene.example).await?;
        self.converged(first, scene).await?;
        if last != first {
            self.begin(last, scene.example).await?;
        }
        self.converged(last, scene).await
    }

    /// Whether the operation has that step.
    async fn killed_at_call(&self, kill: Kill<'_>, operation: Operation, scene: Scene) -> Result<bool> {
        let (first, last) = operation.ends();
        let (begun, over) = (self.begin(first, scene.example), self.converged(first, scene));
        let met = self.killed(kill, begun, over).await?;
        if last != first {
            self.begin(last, scene.example).await?;
        }
        if met {
            self.restart(kill.victim).await?;
        }
        self.converged(last, scene).await?;
        Ok(met)
    }

    /// Whether what has `begun` has that step before it is `over`. The victim is started again.
    pub(crate) async fn strike(
        &self,
        kill: Kill<'_>,
        begun: impl Future<Output = Result<()>>,
        over: impl Future<Output = Result<()>>,
    ) -> Result<bool> {
        let met = self.killed(kill, begun, over).await?;
        if met {
            self.restart(kill.victim).await?;
        }
        Ok(met)
    }

    /// Kills the victim when the fault is met, if it is before all is over; the fault is gone then.
    async fn killed(
        &self,
        kill: Kill<'_>,
        begun: impl Future<Output = Result<()>>,
        over: impl Future<Output = Result<()>>,
    ) -> Result<bool> {
        let effect = if kill.victim == AWS { Effect::Kill } else { Effect::Hold };
        faults::set(self.instance, kill.step, kill.moment, effect)?;
        begun.await?;
        let met = tokio::select! {
            met = self.until_met(kill.victim) => met.map(|()| true)?,
            over = over => over.map(|()| false)?,
        };
        if met {
            self.kill(kill.victim).await?;
        }
        if self.instance.cluster.processes().pid(AWS).is_some() {
            faults::clear(self.instance)?;
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

/// Waits until nothing is left to do; `unfinished` says what is.
pub(crate) async fn until_finished(unfinished: impl AsyncFn() -> Result<Option<String>>) -> Result<()> {
    let mut last = String::new();
    let converges = async {
        loop {
            match unfinished().await {
                Ok(None) => return,
                Ok(Some(difference)) => last = difference,
                Err(error) => last = format!("{error:#}"),
            }
            sleep(PAUSE).await;
        }
    };
    if timeout(PATIENCE, converges).await.is_err() {
        bail!("not converged after {PATIENCE:?}: {last}");
    }
    Ok(())
}
