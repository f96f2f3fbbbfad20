//! Ingresses with annotations of every kind, all at once: each gets its load balancer without a Warning and with what the annotation says; nothing is
//! written when all are compared again, nor by a process that has just begun.

use crate::moto::with_ids;
use crate::stage::{Calls, Stage, mutating, since};
use crate::world::NAMESPACE;
use anyhow::{Context, Result, bail, ensure};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Patch, PatchParams};
use rustix::process::Signal;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{CONTROLLERS, get};
use seatrial_e2e::toolchain::checkout;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// The controller of Ingresses.
const CONTROLLER: &str = CONTROLLERS[1];
/// No call for so long means that nothing is left to do.
const QUIET: Duration = Duration::from_millis(700);

/// An Ingress told by its differences from the usual one, which sends all paths of `<name>.example.com` to pods.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    /// Annotations without their prefix; null removes one of the usual.
    #[serde(default)]
    annotations: BTreeMap<String, Option<String>>,
    /// Instead of the usual rules.
    rules: Option<Value>,
    /// `spec.defaultBackend`.
    default_backend: Option<Value>,
    /// `spec.tls`.
    tls: Option<Value>,
    /// `spec` of an IngressClassParams that its class points at.
    params: Option<Value>,
    /// Other objects, which come first.
    #[serde(default)]
    beside: Vec<Value>,
    /// What must be in its part of AWS, by JSON pointer; null where nothing may be. See [`part`].
    #[serde(default)]
    finds: BTreeMap<String, Value>,
    /// Whether moto forgets what it is told, so that it is told again by a process that has just begun.
    #[serde(default)]
    forgotten: bool,
}

impl Variant {
    fn manifests(&self, name: &str) -> Vec<Value> {
        let mut all = self.beside.clone();
        let mut class = "alb".to_owned();
        if let Some(params) = &self.params {
            class = name.to_owned();
            all.push(json!({
                "apiVersion": "elbv2.k8s.aws/v1beta1",
                "kind": "IngressClassParams",
                "metadata": { "name": name },
                "spec": params,
            }));
            let parameters = json!({ "apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": name });
            all.push(json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "IngressClass",
                "metadata": { "name": name },
                "spec": { "controller": "ingress.k8s.aws/alb", "parameters": parameters },
            }));
        }
        all.push(json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": { "name": name, "namespace": NAMESPACE, "annotations": self.all_annotations() },
            "spec": self.spec(name, &class),
        }));
        all
    }

    fn all_annotations(&self) -> Value {
        let mut all = BTreeMap::from([("scheme", "internet-facing"), ("target-type", "ip")]);
        for (key, value) in &self.annotations {
            match value {
                Some(value) => drop(all.insert(key, value)),
                None => drop(all.remove(key.as_str())),
            }
        }
        let prefixed = all
            .into_iter()
            .map(|(key, value)| (format!("alb.ingress.kubernetes.io/{key}"), json!(value)));
        Value::Object(prefixed.collect())
    }

    fn spec(&self, name: &str, class: &str) -> Value {
        let usual = json!([{
            "host": format!("{name}.example.com"),
            "http": { "paths": [{
                "path": "/",
                "pathType": "Prefix",
                "backend": { "service": { "name": "web", "port": { "number": 80 } } },
            }] },
        }]);
        let mut spec = json!({ "ingressClassName": class, "rules": self.rules.clone().unwrap_or(usual) });
        for (field, value) in [("defaultBackend", &self.default_backend), ("tls", &self.tls)] {
            if let Some(value) = value {
                spec[field] = value.clone();
            }
        }
        spec
    }
}

/// The name that an Ingress is reached by.
pub(crate) fn hostname(ingress: &Ingress) -> Option<&str> {
    let balancer = ingress.status.as_ref()?.load_balancer.as_ref()?;
    balancer.ingress.as_ref()?.first()?.hostname.as_deref()
}

impl Stage<'_> {
    /// Plays all variants.
    pub(crate) async fn ingresses(&mut self) -> Result<()> {
        let text = fs::read_to_string(checkout().join("e2e/golden/ingresses.yaml"))?;
        let variants: BTreeMap<String, Variant> = serde_saphyr::from_str(&text).context("ingresses.yaml")?;
        for (name, variant) in &variants {
            let applied = self.apply(&variant.manifests(name)).await;
            applied.with_context(|| format!("{name} is refused"))?;
        }
        self.all_have_addresses().await?;
        self.quiet().await?;
        self.as_wished(&variants).await?;
        self.compared_again(variants.len() as u64).await?;
        self.begun_again(&variants).await?;
        eprintln!(
            "{} variants of Ingresses: as wished, and nothing more is written",
            variants.len()
        );
        self.clear(NAMESPACE).await.context("after the variants of Ingresses")
    }

    async fn all_have_addresses(&self) -> Result<()> {
        let without = async || -> Result<Vec<Ingress>> {
            let found = self.objects(NAMESPACE).await?.ingresses.into_values();
            Ok(found.filter(|ingress| hostname(ingress).is_none()).collect())
        };
        let waited = wait_for("all addresses", 120, async || {
            without().await.is_ok_and(|left| left.is_empty())
        })
        .await;
        let mut wrong = Vec::new();
        for ingress in self.objects(NAMESPACE).await?.ingresses.values() {
            let warnings = self.warnings(&ingress.metadata).await?;
            if hostname(ingress).is_none() || !warnings.is_empty() {
                let name = ingress.metadata.name.as_deref().unwrap_or_default();
                wrong.push(format!("{name}: {}", warnings.join("; ")));
            }
        }
        ensure!(wrong.is_empty(), "not every Ingress is well:\n  {}", wrong.join("\n  "));
        Ok(waited?)
    }

    /// Awaits that calls have ceased.
    async fn quiet(&self) -> Result<Calls> {
        let mut calls = self.calls()?;
        for _ in 0..100 {
            tokio::time::sleep(QUIET).await;
            let now = self.calls()?;
            if now == calls {
                return Ok(calls);
            }
            calls = now;
        }
        bail!("calls do not cease: {calls:?}")
    }

    /// Whether every variant's part of AWS is as it must be.
    async fn as_wished(&mut self, variants: &BTreeMap<String, Variant>) -> Result<()> {
        let objects = self.objects(NAMESPACE).await?;
        let state = self.moto.record()?;
        let mut wrong = Vec::new();
        for (name, variant) in variants {
            let ingress = objects
                .ingresses
                .get(name)
                .with_context(|| format!("no Ingress {name}"))?;
            let finalizer = ingress
                .metadata
                .finalizers
                .iter()
                .flatten()
                .next()
                .cloned()
                .unwrap_or_default();
            let group = finalizer.strip_prefix("group.ingress.k8s.aws/");
            let stack = group.map_or_else(|| format!("{NAMESPACE}/{name}"), str::to_owned);
            let part = part(&state, &stack);
            for (pointer, wanted) in &variant.finds {
                let found = part.pointer(pointer).unwrap_or(&Value::Null);
                if found != wanted {
                    wrong.push(format!("{name}: {pointer} is {found}, not {wanted}"));
                }
            }
        }
        ensure!(wrong.is_empty(), "AWS is not as wished:\n  {}", wrong.join("\n  "));
        Ok(())
    }

    /// Gives every Ingress an annotation that means nothing.
    async fn compared_again(&self, groups: u64) -> Result<()> {
        let (before, compared) = (self.calls()?, self.comparisons()?);
        let touch = Patch::Merge(json!({ "metadata": { "annotations": { "seatrial.test/touched": "once" } } }));
        let api = self.api::<Ingress>(NAMESPACE);
        for name in self.objects(NAMESPACE).await?.ingresses.keys() {
            api.patch(name, &PatchParams::default(), &touch).await?;
        }
        let all = async || self.comparisons().is_ok_and(|now| now >= compared + groups);
        wait_for("another comparison of each", 60, all).await?;
        let written = mutating(since(&before, self.quiet().await?));
        ensure!(written.is_empty(), "written by another comparison: {written:?}");
        Ok(())
    }

    /// Kills the controller and starts it again, once what moto forgets is gone.
    async fn begun_again(&mut self, variants: &BTreeMap<String, Variant>) -> Result<()> {
        let api = self.api::<Ingress>(NAMESPACE);
        for (name, _) in variants.iter().filter(|(_, variant)| variant.forgotten) {
            api.delete(name, &kube::api::DeleteParams::default()).await?;
            let gone = async || api.get_opt(name).await.is_ok_and(|found| found.is_none());
            wait_for(name, 30, gone).await?;
        }
        let processes = self.instance.cluster.processes();
        processes.signal(CONTROLLER, Signal::KILL);
        wait_for("the controller's end", 5, async || processes.pid(CONTROLLER).is_none()).await?;
        self.instance.start_controller(CONTROLLER)?;
        self.instance.ready(CONTROLLER).await?;
        let groups = variants.values().filter(|variant| !variant.forgotten).count() as u64;
        let all = async || self.comparisons().is_ok_and(|now| now >= groups);
        wait_for("a first comparison of each", 60, all).await?;
        self.quiet().await?;
        let written = mutating(self.calls_of(CONTROLLER)?);
        ensure!(
            written.is_empty(),
            "written by a process that has just begun: {written:?}"
        );
        Ok(())
    }

    /// How often the controller has compared a group with AWS since it was started.
    fn comparisons(&self) -> Result<u64> {
        let metrics = get(self.instance.metrics(CONTROLLER), "/metrics")?;
        let sample = "awslbc_controller_reconcile_stage_duration_count{controller=\"ingress\",reconcile_stage=\"deploy_model\"} ";
        let count = metrics.lines().find_map(|line| line.strip_prefix(sample));
        Ok(count.map_or(Ok(0), str::parse)?)
    }
}

/// What AWS has of one group: the load balancer with its listeners by port and their rules by priority, target groups by resource, and what the managed
/// security group lets in.
fn part(state: &Value, stack: &str) -> Value {
    let of_stack = |kind: &str| {
        let all = state[kind].as_array().into_iter().flatten();
        all.filter(|object| object["tags"]["ingress.k8s.aws/stack"] == stack)
    };
    let keyed = |list: &Value, key: &str| {
        let items = list.as_array().into_iter().flatten();
        let named = items.map(|item| (item[key].to_string().trim_matches('"').to_owned(), item.clone()));
        Value::Object(named.collect())
    };
    let mut balancer = of_stack("loadBalancers").next().cloned().unwrap_or_default();
    let mut listeners = keyed(&balancer["listeners"], "Port");
    for listener in listeners.as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        listener["rules"] = keyed(&listener["rules"], "priority");
    }
    if balancer.is_object() {
        balancer["listeners"] = listeners;
    }
    let groups = of_stack("targetGroups").map(|group| {
        let resource = group["tags"]["ingress.k8s.aws/resource"].as_str().unwrap_or_default();
        let (_, backend) = resource.split_once('/').unwrap_or_default();
        (backend.to_owned(), group.clone())
    });
    json!({
        "loadBalancer": balancer,
        "targetGroups": groups.collect::<Map<_, _>>(),
        "ingress": of_stack("securityGroups").next().map(|group| group["ingress"].clone()),
    })
}

#[test]
fn ids_are_named_in_parameters_of_classes_too() {
    let ids = [("cert".to_owned(), "arn:c".to_owned())].into();
    let params = json!({ "kind": "IngressClassParams", "spec": { "certificateArn": ["cert"], "scheme": "internal" } });
    assert_eq!(with_ids(&params, &ids)["spec"]["certificateArn"], json!(["arn:c"]));
    let ingress = json!({ "kind": "Ingress", "spec": { "rules": [{ "host": "cert" }] } });
    assert_eq!(with_ids(&ingress, &ids), ingress);
}
