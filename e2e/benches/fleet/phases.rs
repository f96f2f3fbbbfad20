//! What happens to the Services, step by step.

use crate::observer::Observer;
use crate::{BINDINGS, SERVICE};
use anyhow::{Context, Result, ensure};
use aws_api::Aws;
use controllers_api::target_group_binding::TargetGroupBinding;
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::Client;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use rustix::process::Signal;
use seatrial_e2e::calls::Calls;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::fleet::{LONE, NAMESPACE, PODS, services};
use seatrial_e2e::instance::{AWS, CONTROLLERS};
use seatrial_e2e::load_balancer::{hostname, named};
use seatrial_e2e::usage::Usage;
use serde_json::json;
use std::time::Instant;

/// Requests to the API server at once.
const PARALLEL: usize = 8;

/// The Services of an instance.
pub(crate) struct Fleet<'a> {
    observer: Observer<'a>,
    client: Client,
    services: Api<Service>,
    aws: Aws,
}

/// How the Services came to be.
pub(crate) struct Grown {
    pub(crate) calls: Calls,
    /// From the first Service's creation to the last call.
    pub(crate) seconds: f64,
    /// Until the API server had all Services.
    pub(crate) creating: f64,
    pub(crate) usages: Vec<(&'static str, Usage)>,
    /// What the emulated AWS has cost.
    pub(crate) aws: Usage,
}

impl Grown {
    /// What both controllers have cost.
    pub(crate) fn usage(&self) -> Usage {
        self.usages
            .iter()
            .fold(Usage::default(), |sum, (_, usage)| sum + *usage)
    }
}

/// How soon a replaced pod was a target.
pub(crate) struct Change {
    /// Since the EndpointSlice showed it.
    pub(crate) since_ready: f64,
    /// Since the controllers were started.
    pub(crate) since_start: f64,
}

/// How the Services went.
pub(crate) struct Shrunk {
    pub(crate) calls: Calls,
    pub(crate) seconds: f64,
}

impl<'a> Fleet<'a> {
    /// Starts the pods and awaits that they are endpoints.
    pub(crate) async fn prepare(observer: Observer<'a>) -> Result<Self> {
        observer.instance.cluster.apply(PODS).await?;
        let client = observer.instance.cluster.client().await?;
        let pods: Api<Pod> = Api::namespaced(client.clone(), NAMESPACE);
        wait_for("the pods", 60, async || {
            let pods = pods.list(&ListParams::default()).await;
            pods.is_ok_and(|pods| pods.items.len() == 5 && pods.items.iter().all(is_ready))
        })
        .await?;
        Ok(Self {
            services: Api::namespaced(client.clone(), NAMESPACE),
            aws: observer.instance.aws().await,
            client,
            observer,
        })
    }

    /// Creates the Services and awaits that all have what they want.
    pub(crate) async fn grow(&self, count: usize, cross_zone: bool) -> Result<Grown> {
        let (before, began) = (self.observer.calls()?, Instant::now());
        stream::iter(services(count, cross_zone)?)
            .map(async |service| self.services.create(&PostParams::default(), &service).await)
            .buffer_unordered(PARALLEL)
            .try_for_each(async |_| Ok(()))
            .await?;
        let creating = began.elapsed().as_secs_f64();
        let last = self.observer.settled(async || self.provided(count).await).await?;
        Ok(Grown {
            calls: self.observer.calls()?.since(&before),
            seconds: (last - began).as_secs_f64(),
            creating,
            usages: self.observer.usages([SERVICE, BINDINGS])?,
            aws: self.observer.usage(AWS)?,
        })
    }

    /// Whether every Service has a hostname and every binding is in effect.
    async fn provided(&self, count: usize) -> Result<bool> {
        let services = self.services.list(&ListParams::default()).await?.items;
        let bindings = self.bindings().list(&ListParams::default()).await?.items;
        let in_effect = |binding: &&TargetGroupBinding| {
            let observed = binding.status.as_ref().and_then(|status| status.observed_generation);
            observed.is_some() && observed == binding.metadata.generation
        };
        Ok(
            services.iter().filter(|service| hostname(service).is_some()).count() == count
                && bindings.iter().filter(in_effect).count() == count,
        )
    }

    fn bindings(&self) -> Api<TargetGroupBinding> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    /// Kills both controllers and awaits that they are gone.
    async fn kill(&self) -> Result<()> {
        let processes = self.observer.instance.cluster.processes();
        CONTROLLERS
            .iter()
            .for_each(|label| processes.signal(label, Signal::KILL));
        let gone = async || CONTROLLERS.iter().all(|label| processes.pid(label).is_none());
        Ok(wait_for("the controllers' end", 10, gone).await?)
    }

    fn start(&self) -> Result<Instant> {
        for label in CONTROLLERS {
            self.observer.instance.start_controller(label)?;
        }
        Ok(Instant::now())
    }

    /// Kills and starts both controllers while nothing else happens; their calls.
    pub(crate) async fn restart(&self) -> Result<Calls> {
        self.kill().await?;
        let before = self.observer.calls()?;
        self.start()?;
        for label in CONTROLLERS {
            self.observer.instance.ready(label).await?;
        }
        self.observer.settled(async || Ok(true)).await?;
        Ok(self.observer.calls()?.since(&before))
    }

    /// Replaces a pod as soon as the controllers have been started again.
    pub(crate) async fn endpoint_change_during_restart(&self) -> Result<Change> {
        let group = self.lone_target_group().await?;
        self.kill().await?;
        let started = self.start()?;
        self.replace_lone_pod().await?;
        let ready = Instant::now();
        self.registered(&group).await?;
        let (since_ready, since_start) = (ready.elapsed().as_secs_f64(), started.elapsed().as_secs_f64());
        self.observer.settled(async || Ok(true)).await?;
        Ok(Change {
            since_ready,
            since_start,
        })
    }

    /// Replaces a pod while no controller runs, then starts them.
    pub(crate) async fn endpoint_change_while_stopped(&self) -> Result<Change> {
        let group = self.lone_target_group().await?;
        self.kill().await?;
        self.replace_lone_pod().await?;
        let started = self.start()?;
        self.registered(&group).await?;
        let since_start = started.elapsed().as_secs_f64();
        self.observer.settled(async || Ok(true)).await?;
        Ok(Change {
            since_ready: since_start,
            since_start,
        })
    }

    /// Deletes the pod behind the lone Service, and awaits that another is its endpoint.
    async fn replace_lone_pod(&self) -> Result<()> {
        let before = self.lone_addresses().await?;
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), NAMESPACE);
        let lone = ListParams::default().labels("app=lone");
        pods.delete_collection(&DeleteParams::default().grace_period(0), &lone)
            .await?;
        let replaced = async || {
            let now = self.lone_addresses().await.unwrap_or_default();
            now.iter().any(|address| !before.contains(address))
        };
        Ok(wait_for("another pod", 30, replaced).await?)
    }

    /// Addresses of the ready endpoints of the lone Service.
    async fn lone_addresses(&self) -> Result<Vec<String>> {
        let slices: Api<EndpointSlice> = Api::namespaced(self.client.clone(), NAMESPACE);
        let lone = ListParams::default().labels(&format!("kubernetes.io/service-name={LONE}"));
        let endpoints = slices
            .list(&lone)
            .await?
            .items
            .into_iter()
            .flat_map(|slice| slice.endpoints.unwrap_or_default());
        let ready = endpoints.filter(|endpoint| {
            let conditions = endpoint.conditions.as_ref();
            conditions.and_then(|conditions| conditions.ready) == Some(true)
        });
        Ok(ready.flat_map(|endpoint| endpoint.addresses).collect())
    }

    async fn lone_target_group(&self) -> Result<String> {
        let service = self.services.get(LONE).await?;
        let balancer = named(&self.aws, hostname(&service).context("a hostname")?)
            .await?
            .context("a load balancer")?;
        let groups = self.aws.elbv2.describe_target_groups().await?;
        let group = groups
            .into_iter()
            .find(|group| group.load_balancer_arns.contains(&balancer.arn));
        Ok(group.context("a target group")?.arn)
    }

    /// Awaits that the endpoints of the lone Service are registered.
    async fn registered(&self, group: &str) -> Result<()> {
        let wanted = self.lone_addresses().await?;
        ensure!(!wanted.is_empty(), "{LONE} has no endpoint");
        let registered = async || {
            let health = self
                .aws
                .elbv2
                .describe_target_health(group, &[])
                .await
                .unwrap_or_default();
            let serves = |address: &String| {
                health
                    .iter()
                    .any(|health| health.target.id == *address && health.state != "draining")
            };
            wanted.iter().all(serves)
        };
        Ok(wait_for("the pod's target", 30, registered).await?)
    }

    /// Gives every Service an annotation that means nothing, so that each is compared with AWS again; the calls of that.
    pub(crate) async fn resync(&self) -> Result<Calls> {
        let (before, reconciles) = (self.observer.calls()?, self.observer.reconciles(SERVICE)?);
        let names = self.services.list_metadata(&ListParams::default()).await?.items;
        let wanted = reconciles + names.len() as u64;
        let touch = Patch::Merge(json!({ "metadata": { "annotations": { "seatrial.test/touched": "once" } } }));
        stream::iter(names.into_iter().filter_map(|object| object.metadata.name))
            .map(async |name| {
                self.services
                    .patch_metadata(&name, &PatchParams::default(), &touch)
                    .await
            })
            .buffer_unordered(PARALLEL)
            .try_for_each(async |_| Ok(()))
            .await?;
        let reconciled = async || Ok(self.observer.reconciles(SERVICE)? >= wanted);
        self.observer.settled(reconciled).await?;
        Ok(self.observer.calls()?.since(&before))
    }

    /// Deletes all Services; nothing may be left of them on AWS.
    pub(crate) async fn shrink(&self) -> Result<Shrunk> {
        let (before, began) = (self.observer.calls()?, Instant::now());
        self.services
            .delete_collection(&DeleteParams::default(), &ListParams::default())
            .await?;
        let none = async || {
            Ok(self
                .services
                .list_metadata(&ListParams::default())
                .await?
                .items
                .is_empty())
        };
        let last = self.observer.settled(none).await?;
        let calls = self.observer.calls()?.since(&before);
        let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
        ensure!(
            self.aws.elbv2.describe_load_balancers().await?.is_empty(),
            "load balancers are left"
        );
        ensure!(
            self.aws.elbv2.describe_target_groups().await?.is_empty(),
            "target groups are left"
        );
        ensure!(
            self.aws.ec2.describe_security_groups(&[], &ours).await?.is_empty(),
            "security groups are left"
        );
        ensure!(
            self.bindings()
                .list_metadata(&ListParams::default())
                .await?
                .items
                .is_empty(),
            "bindings are left"
        );
        Ok(Shrunk {
            calls,
            seconds: (last - began).as_secs_f64(),
        })
    }
}

pub(crate) fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions
        .into_iter()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
}
