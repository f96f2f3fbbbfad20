//! Groups of Ingresses: what it costs to make them, to change one, to lose one.

use crate::observer::Observer;
use crate::phases::is_ready;
use crate::{BINDINGS, INGRESS};
use anyhow::{Context, Result, ensure};
use aws_api::Aws;
use controllers_api::target_group_binding::TargetGroupBinding;
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointSlice};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, Resource};
use seatrial_e2e::calls::Calls;
use seatrial_e2e::client::Ask;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::fleet::{Groups, INGRESS_CLASS, NAMESPACE, PATH, PODS, REPLICAS, member_host, member_name};
use seatrial_e2e::instance::Instance;
use seatrial_e2e::load_balancer::{addresses, named};
use seatrial_e2e::report::Bar::AtMost;
use seatrial_e2e::report::Report;
use seatrial_e2e::usage::{Usage, megabytes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Requests to the API server at once.
const PARALLEL: usize = 8;
/// How often a request is repeated until the wire shows a change.
const PAUSE: Duration = Duration::from_millis(2);
/// How often a path changes, and a member goes, each of another group.
const REPETITIONS: usize = 3;

/// Makes the groups with the client-side rates lifted; then a path changes, and a member goes.
pub(crate) async fn ingresses(groups: Groups, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(groups, Observer::new(instance)).await?;
    let grown = fleet.grow().await?;
    report.figure("Ingresses", "count", &[groups.len() as f64], None);
    report.figure("calls", "calls", &[grown.calls.total() as f64], AtMost(450.0));
    report.figure(
        "mutating calls",
        "calls",
        &[grown.calls.mutating() as f64],
        AtMost(335.0),
    );
    report.figure("steady, rates lifted", "s", &[grown.seconds], AtMost(8.0));
    report.figure("of it until all are created", "s", &[grown.creating], None);
    let resident = |usage: &Usage| megabytes(usage.resident);
    for (label, usage) in &grown.usages {
        let bar = (*label == INGRESS).then_some(AtMost(20.0));
        report.figure(&format!("resident, {label}"), "MB", &[resident(usage)], bar);
        report.figure(
            &format!("processor time, {label}"),
            "s",
            &[usage.cpu.as_secs_f64()],
            None,
        );
    }
    report.detail("calls", grown.calls);
    let (mut changed, mut deleted) = (Vec::new(), Vec::new());
    for group in 0..REPETITIONS.min(groups.groups) {
        changed.push(fleet.change_path(group, 4).await?);
        deleted.push(fleet.delete_member(group, 6).await?);
    }
    effects("one path changed", changed, report);
    effects("one member deleted", deleted, report);
    fleet.shrink().await
}

/// Makes the groups at the default client-side rates.
pub(crate) async fn default_rates(groups: Groups, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(groups, Observer::new(instance)).await?;
    let grown = fleet.grow().await?;
    report.figure("steady, default rates", "s", &[grown.seconds], AtMost(21.0));
    Ok(())
}

/// Makes many groups; then all are compared again.
pub(crate) async fn many(groups: Groups, instance: &Instance, report: &mut Report) -> Result<()> {
    let fleet = Fleet::prepare(groups, Observer::new(instance)).await?;
    let grown = fleet.grow().await?;
    let count = groups.len();
    report.figure(
        &format!("steady with {count}, rates lifted"),
        "s",
        &[grown.seconds],
        AtMost(40.0),
    );
    report.figure(
        &format!("calls for {count}"),
        "calls",
        &[grown.calls.total() as f64],
        None,
    );
    for (label, usage) in &grown.usages {
        let name = format!("resident with {count}, {label}");
        report.figure(&name, "MB", &[megabytes(usage.resident)], None);
    }
    report.detail(&format!("calls for {count}"), grown.calls);
    let resynced = fleet.resync().await?;
    report.figure("calls of a resync", "calls", &[resynced.total() as f64], None);
    report.figure(
        "mutating calls of a resync",
        "calls",
        &[resynced.mutating() as f64],
        AtMost(0.0),
    );
    report.detail("resync", resynced);
    fleet.shrink().await
}

fn effects(what: &str, effects: Vec<Effect>, report: &mut Report) {
    let each = |pick: fn(&Effect) -> f64| effects.iter().map(pick).collect::<Vec<_>>();
    report.figure(
        &format!("{what}, calls"),
        "calls",
        &each(|one| one.calls.total() as f64),
        AtMost(8.0),
    );
    let wire = each(|one| one.on_the_wire.as_secs_f64() * 1000.0);
    report.figure(&format!("{what}, until the wire shows it"), "ms", &wire, AtMost(500.0));
    let calls: Vec<_> = effects.into_iter().map(|one| one.calls.into()).collect();
    report.detail(what, serde_json::Value::Array(calls));
}

/// The groups of an instance.
struct Fleet<'a> {
    groups: Groups,
    observer: Observer<'a>,
    client: Client,
    aws: Aws,
}

/// How the Ingresses came to be.
struct Grown {
    calls: Calls,
    /// From the first Ingress's creation to the last call.
    seconds: f64,
    /// Until the API server had all Ingresses.
    creating: f64,
    usages: Vec<(&'static str, Usage)>,
}

/// What followed from a small change.
struct Effect {
    calls: Calls,
    /// From the write until a client saw it.
    on_the_wire: Duration,
}

impl<'a> Fleet<'a> {
    /// Starts the pods, makes the class and the Services, and awaits that the pods are ready.
    async fn prepare(groups: Groups, observer: Observer<'a>) -> Result<Self> {
        for manifest in [PODS, INGRESS_CLASS] {
            observer.instance.cluster.apply(manifest).await?;
        }
        let fleet = Self {
            groups,
            client: observer.instance.cluster.client().await?,
            aws: observer.instance.aws().await,
            observer,
        };
        let pods = fleet.api::<Pod>();
        wait_for("the pods", 60, async || {
            let pods = pods.list(&ListParams::default()).await;
            pods.is_ok_and(|pods| pods.items.len() == 5 && pods.items.iter().all(is_ready))
        })
        .await?;
        fleet.create(groups.services()?).await?;
        let endpoints = async || {
            fleet
                .endpoints()
                .await
                .is_ok_and(|count| count == REPLICAS * groups.len())
        };
        wait_for("the Services' endpoints", 60, endpoints).await?;
        Ok(fleet)
    }

    /// How many ready endpoints the members' Services have.
    async fn endpoints(&self) -> Result<usize> {
        let slices = self.api::<EndpointSlice>().list(&ListParams::default()).await?.items;
        let endpoints = slices.into_iter().flat_map(|slice| slice.endpoints.unwrap_or_default());
        let ready = |endpoint: &Endpoint| {
            let conditions = endpoint.conditions.as_ref();
            conditions.and_then(|conditions| conditions.ready) == Some(true)
        };
        Ok(endpoints.filter(ready).count())
    }

    fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }

    async fn create<K>(&self, objects: Vec<K>) -> Result<()>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>
            + Clone
            + Debug
            + Serialize
            + DeserializeOwned,
    {
        let api = self.api::<K>();
        stream::iter(objects)
            .map(async |object| api.create(&PostParams::default(), &object).await)
            .buffer_unordered(PARALLEL)
            .try_for_each(async |_| Ok(()))
            .await?;
        Ok(())
    }

    /// Creates the Ingresses and awaits that all have what they want.
    async fn grow(&self) -> Result<Grown> {
        let (before, began) = (self.observer.calls()?, Instant::now());
        self.create(self.groups.ingresses()?).await?;
        let creating = began.elapsed().as_secs_f64();
        let last = self.observer.settled(async || self.provided().await).await?;
        Ok(Grown {
            calls: self.observer.calls()?.since(&before),
            seconds: (last - began).as_secs_f64(),
            creating,
            usages: self.observer.usages([INGRESS, BINDINGS])?,
        })
    }

    /// Whether every Ingress has a hostname and every binding is in effect.
    async fn provided(&self) -> Result<bool> {
        let ingresses = self.api::<Ingress>().list(&ListParams::default()).await?.items;
        let bindings = self
            .api::<TargetGroupBinding>()
            .list(&ListParams::default())
            .await?
            .items;
        let in_effect = |binding: &&TargetGroupBinding| {
            let observed = binding.status.as_ref().and_then(|status| status.observed_generation);
            observed.is_some() && observed == binding.metadata.generation
        };
        let named = ingresses.iter().filter(|ingress| hostname(ingress).is_some()).count();
        Ok(named == self.groups.len() && bindings.iter().filter(in_effect).count() == self.groups.len())
    }

    /// Gives every Ingress an annotation that means nothing, so that each group is compared with AWS again.
    async fn resync(&self) -> Result<Calls> {
        let (before, reconciles) = (self.observer.calls()?, self.observer.reconciles(INGRESS)?);
        let touch = Patch::Merge(json!({ "metadata": { "annotations": { "seatrial.test/touched": "once" } } }));
        let api = self.api::<Ingress>();
        stream::iter(self.groups.names())
            .map(async |name| api.patch_metadata(&name, &PatchParams::default(), &touch).await)
            .buffer_unordered(PARALLEL)
            .try_for_each(async |_| Ok(()))
            .await?;
        let wanted = reconciles + self.groups.groups as u64;
        let compared = async || Ok(self.observer.reconciles(INGRESS)? >= wanted);
        self.observer.settled(compared).await?;
        Ok(self.observer.calls()?.since(&before))
    }

    /// A member serves another path.
    async fn change_path(&self, group: usize, member: usize) -> Result<Effect> {
        let (was, is) = (
            self.ask(group, member, PATH).await?,
            self.ask(group, member, "/v2").await?,
        );
        self.until(&was, 200).await?;
        self.until(&is, 404).await?;
        let name = member_name(group, member);
        let mut rules = json!(self.api::<Ingress>().get(&name).await?.spec)["rules"].take();
        rules[0]["http"]["paths"][0]["path"] = json!("/v2");
        let patch = Patch::Merge(json!({ "spec": { "rules": rules } }));
        let (before, began) = (self.observer.calls()?, Instant::now());
        self.api::<Ingress>()
            .patch(&name, &PatchParams::default(), &patch)
            .await?;
        self.until(&is, 200).await?;
        let on_the_wire = began.elapsed();
        self.until(&was, 404).await?;
        self.observer.settled(async || Ok(true)).await?;
        let calls = self.observer.calls()?.since(&before);
        Ok(Effect { calls, on_the_wire })
    }

    /// A member goes.
    async fn delete_member(&self, group: usize, member: usize) -> Result<Effect> {
        let ask = self.ask(group, member, PATH).await?;
        self.until(&ask, 200).await?;
        let (name, api) = (member_name(group, member), self.api::<Ingress>());
        let (before, began) = (self.observer.calls()?, Instant::now());
        api.delete(&name, &DeleteParams::default()).await?;
        self.until(&ask, 404).await?;
        let on_the_wire = began.elapsed();
        let gone = async || Ok(api.get_opt(&name).await?.is_none());
        self.observer.settled(gone).await?;
        let calls = self.observer.calls()?.since(&before);
        Ok(Effect { calls, on_the_wire })
    }

    /// A request to a member.
    async fn ask(&self, group: usize, member: usize, path: &str) -> Result<Ask> {
        let ingress = self.api::<Ingress>().get(&member_name(group, member)).await?;
        let name = hostname(&ingress).context("a hostname")?;
        let balancer = named(&self.aws, name).await?.context("a load balancer")?;
        let address = addresses(&self.aws, &balancer.arn).await?.into_iter().next();
        let socket = SocketAddr::new(address.context("an address")?, 80);
        Ok(Ask::get(socket, &member_host(group, member), path))
    }

    async fn until(&self, ask: &Ask, status: u16) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = ask.send().await?;
            if answer.status == status {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "{} is answered with {}",
                ask.url(),
                answer.status
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Deletes all Ingresses; nothing may be left of them on AWS.
    async fn shrink(&self) -> Result<()> {
        let api = self.api::<Ingress>();
        api.delete_collection(&DeleteParams::default(), &ListParams::default())
            .await?;
        let none = async || Ok(api.list_metadata(&ListParams::default()).await?.items.is_empty());
        self.observer.settled(none).await?;
        let (elbv2, ec2) = (&self.aws.elbv2, &self.aws.ec2);
        let balancers = elbv2.describe_load_balancers().await?;
        ensure!(balancers.is_empty(), "load balancers are left: {balancers:?}");
        let groups = elbv2.describe_target_groups().await?;
        ensure!(groups.is_empty(), "target groups are left: {groups:?}");
        let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
        let groups = ec2.describe_security_groups(&[], &ours).await?;
        ensure!(groups.is_empty(), "security groups are left: {groups:?}");
        Ok(())
    }
}

fn hostname(ingress: &Ingress) -> Option<&str> {
    let balancer = ingress.status.as_ref()?.load_balancer.as_ref()?;
    balancer.ingress.as_ref()?.first()?.hostname.as_deref()
}
