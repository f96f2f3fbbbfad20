//! A second opinion on the controllers: on another emulator of AWS, moto, they make what the Go controller makes there.
//!
//! The cases in `e2e/golden` were recorded from the AWS Load Balancer Controller 3.5 on moto 5.2; their variants follow
//! from its documentation.

mod case;
mod expected;
mod group;
mod ingresses;
mod moto;
mod stage;
mod world;

use anyhow::{Context, Result, bail, ensure};
use case::Case;
use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, Patch, PatchParams};
use moto::Moto;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{OtherAws, Setup};
use seatrial_e2e::load_balancer::hostname;
use seatrial_e2e::trial::trial;
use serde_json::{Value, json};
use stage::{Stage, since};
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
        self.ingresses().await?;
        self.member_of_ten().await
    }

    /// Applies a case's manifests and awaits the recorded state.
    async fn case(&mut self, case: &Case) -> Result<()> {
        self.apply(&case.manifests).await?;
        let answered = wait_for("an answer", 20, async || {
            self.is_answered(case).await.unwrap_or_default()
        });
        let answered = answered.await;
        let objects = self.objects(NAMESPACE).await?;
        let expected = expected::expected(&case.aws, &objects)?;
        self.settle(&expected).await?;
        answered.context("AWS is as recorded, but the addresses are not")
    }

    /// Whether each Service and Ingress has its answer: an address, or a Warning.
    async fn is_answered(&self, case: &Case) -> Result<bool> {
        let found = self.objects(NAMESPACE).await?;
        for (name, has_address) in &case.has_address {
            let (metadata, address) = match (found.ingresses.get(name), found.services.get(name)) {
                (Some(ingress), _) => (&ingress.metadata, ingresses::hostname(ingress)),
                (None, Some(service)) => (&service.metadata, hostname(service)),
                (None, None) => return Ok(false),
            };
            if address.is_some() != *has_address || !has_address && self.warnings(metadata).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
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
        let calls = since(&before, self.calls()?);
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
            let found = self.objects(namespace).await.unwrap_or_default().services;
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
}
