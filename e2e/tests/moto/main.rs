//! A second opinion on the controllers: on another emulator of AWS, moto, they make what the Go controller makes there.
//!
//! The cases in `e2e/golden` were recorded from the AWS Load Balancer Controller 3.5 on moto 5.2; their variants follow
//! from its documentation.

mod case;
mod expected;
mod moto;
mod world;

use anyhow::{Context, Result, bail, ensure};
use case::Case;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::events::v1::Event;
use kube::Client;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use moto::Moto;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{CONTROLLERS, Instance, OtherAws, Setup, get};
use seatrial_e2e::trial::trial;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use world::NAMESPACE;

const EXAMPLES: [&str; 2] = [
    include_str!("../../../deploy/examples/nginx-service.yaml"),
    include_str!("../../../deploy/examples/nginx-service-ip.yaml"),
];

#[tokio::test]
async fn controllers_make_on_moto_what_the_go_controller_makes() -> Result<()> {
    let moto = Moto::start().await?;
    let setup = Setup {
        nodes: 0,
        flags: vec!["--aws-api-throttle=none".to_owned()],
        aws: Some(OtherAws {
            endpoint: moto.endpoint(),
            vpc: moto.ids["vpc"].clone(),
            cluster_name: expected::CLUSTER.to_owned(),
        }),
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let client = instance.cluster.client().await?;
        world::build(instance, &client, &moto.ids).await?;
        let mut moto = moto;
        let mut stage = Stage {
            instance,
            client: client.clone(),
            empty: moto.record()?,
            moto,
        };
        tokio::select! {
            played = stage.play() => played,
            stopped = world::keep_nodes_ready(&client) => stopped,
        }
    })
    .await
}

/// Where the cases are played, one after the other.
struct Stage<'a> {
    instance: &'a Instance,
    client: Client,
    moto: Moto,
    /// The state of AWS while there is no Service of type LoadBalancer.
    empty: Value,
}

impl Stage<'_> {
    async fn play(&mut self) -> Result<()> {
        let mut wrong = Vec::new();
        let cases = case::all()?;
        for case in &cases {
            match self.case(case).await {
                Ok(()) => eprintln!("{}: as recorded", case.name),
                Err(error) => wrong.push(format!("{}: {error:#}", case.name)),
            }
            self.clear(NAMESPACE).await.with_context(|| case.name.clone())?;
        }
        self.examples().await.context("the examples")?;
        ensure!(
            wrong.is_empty(),
            "{} of {} cases:\n{}",
            wrong.len(),
            cases.len(),
            wrong.join("\n")
        );
        Ok(())
    }

    /// Applies a case's manifests and awaits the recorded state.
    async fn case(&mut self, case: &Case) -> Result<()> {
        for manifest in &case.manifests {
            let manifest = moto::with_ids(manifest, &self.moto.ids);
            self.instance.cluster.apply(&manifest.to_string()).await?;
        }
        let answered = wait_for("an answer", 20, async || self.is_answered(case).await).await;
        let services = self.services(NAMESPACE).await?;
        let expected = expected::expected(&case.aws, &services)?;
        self.settle(&expected).await?;
        answered.context("AWS is as recorded, but the Services' addresses are not")
    }

    /// Whether each Service has its answer: an address, or a Warning.
    async fn is_answered(&self, case: &Case) -> bool {
        let found = self.services(NAMESPACE).await.unwrap_or_default();
        for (name, has_address) in &case.has_address {
            let Some(service) = found.get(name) else { return false };
            if hostname(service).is_some() != *has_address || !has_address && !self.is_warned(service).await {
                return false;
            }
        }
        true
    }

    async fn is_warned(&self, service: &Service) -> bool {
        let api: Api<Event> = Api::namespaced(self.client.clone(), NAMESPACE);
        let of_service =
            |event: &Event| event.regarding.as_ref().map(|object| &object.uid) == Some(&service.metadata.uid);
        let warns = |event: &Event| event.type_.as_deref() == Some("Warning") && of_service(event);
        let events = api.list(&ListParams::default()).await;
        events.is_ok_and(|events| events.iter().any(warns))
    }

    /// Awaits that AWS is in this state; says what differs if it does not become so.
    async fn settle(&mut self, expected: &Value) -> Result<()> {
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

    /// Deletes the namespace's Services that have load balancers, and awaits that AWS is as if they had never been.
    async fn clear(&mut self, namespace: &str) -> Result<()> {
        let api: Api<Service> = Api::namespaced(self.client.clone(), namespace);
        let balanced = |service: &Service| {
            service
                .spec
                .as_ref()
                .is_some_and(|spec| spec.type_.as_deref() == Some("LoadBalancer"))
        };
        for (name, _) in self
            .services(namespace)
            .await?
            .iter()
            .filter(|(_, service)| balanced(service))
        {
            api.delete(name, &DeleteParams::default()).await?;
        }
        wait_for("the Services' removal", 60, async || {
            let found = self.services(namespace).await;
            found.is_ok_and(|found| !found.values().any(balanced))
        })
        .await?;
        let empty = self.empty.clone();
        self.settle(&empty).await
    }

    async fn services(&self, namespace: &str) -> Result<BTreeMap<String, Service>> {
        let api: Api<Service> = Api::namespaced(self.client.clone(), namespace);
        let all = api.list(&ListParams::default()).await?;
        Ok(all
            .into_iter()
            .filter_map(|service| Some((service.metadata.name.clone()?, service)))
            .collect())
    }

    /// The example Services: made, moved to another port, deleted. Prints how many calls that took.
    async fn examples(&mut self) -> Result<()> {
        let namespace = "ingress-nginx";
        let before = self.calls()?;
        world::example_pods(self.instance, &self.client).await?;
        for manifest in EXAMPLES {
            self.instance.cluster.apply(manifest).await?;
        }
        self.listening(namespace, 8080).await?;
        let api: Api<Service> = Api::namespaced(self.client.clone(), namespace);
        let moved =
            json!({ "spec": { "ports": [{ "name": "http", "protocol": "TCP", "port": 9090, "targetPort": 80 }] } });
        for name in ["nginx", "nginx-ip"] {
            api.patch(name, &PatchParams::default(), &Patch::Merge(&moved)).await?;
        }
        self.listening(namespace, 9090).await?;
        self.clear(namespace).await?;
        let mut calls = self.calls()?;
        for (operation, count) in before {
            *calls.entry(operation).or_default() -= count;
        }
        calls.retain(|_, count| *count > 0);
        println!(
            "two Services made, moved and deleted on moto: {} calls {}",
            calls.values().sum::<i64>(),
            json!(calls)
        );
        Ok(())
    }

    /// Awaits two load balancers that listen on this port alone, each with two targets.
    async fn listening(&mut self, namespace: &str, port: i64) -> Result<()> {
        wait_for("both addresses", 20, async || {
            let found = self.services(namespace).await.unwrap_or_default();
            found.len() == 2 && found.values().all(|service| hostname(service).is_some())
        })
        .await?;
        let mut state = Value::Null;
        for _ in 0..20 {
            state = self.moto.record()?;
            let ports = |balancer: &Value| -> Vec<Value> {
                let listeners = balancer["listeners"].as_array().into_iter().flatten();
                listeners.map(|listener| listener["Port"].clone()).collect()
            };
            let (balancers, groups) = (state["loadBalancers"].as_array(), state["targetGroups"].as_array());
            let balancers = balancers.map(Vec::as_slice).unwrap_or_default();
            let groups = groups.map(Vec::as_slice).unwrap_or_default();
            if balancers.len() == 2
                && groups.len() == 2
                && balancers.iter().all(|balancer| ports(balancer) == [json!(port)])
                && groups
                    .iter()
                    .all(|group| group["targets"].as_array().is_some_and(|targets| targets.len() == 2))
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("not two load balancers on port {port} with two targets each: {state:#}")
    }

    /// AWS calls of the controllers so far, by operation.
    fn calls(&self) -> Result<BTreeMap<String, i64>> {
        let mut calls = BTreeMap::new();
        for label in CONTROLLERS {
            let metrics = get(self.instance.metrics(label), "/metrics")?;
            let lines = metrics.lines().filter(|line| line.starts_with("aws_api_calls_total"));
            for line in lines {
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
        }
        ensure!(!calls.is_empty(), "the controllers count no AWS calls");
        Ok(calls)
    }
}

fn hostname(service: &Service) -> Option<&String> {
    let status = service.status.as_ref()?.load_balancer.as_ref()?;
    status.ingress.as_ref()?.first()?.hostname.as_ref()
}
