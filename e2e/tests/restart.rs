//! What a group keeps when its controller is restarted: the rules of a member that became bad meanwhile, and secrets that AWS does not show.

use anyhow::{Context, Result, ensure};
use controllers_api::annotation::INGRESS_PREFIX as PREFIX;
use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::api::events::v1::Event;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Client;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use seatrial_e2e::calls::Calls;
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{INGRESS_CONTROLLER, Instance, Setup, get};
use seatrial_e2e::trial::trial;
use seatrial_e2e::webapp::alb_class;
use serde_json::{Value, json};
use std::time::Duration;

const NAMESPACE: &str = "default";
const CERTIFICATE: &str = "arn:aws:acm:us-west-2:123456789012:certificate/0a000000-0000-4000-8000-00000000000a";
const CONDITIONS: &str = "conditions.web";

#[tokio::test]
async fn a_restart_changes_nothing_but_what_has_changed() -> Result<()> {
    let setup = Setup {
        nodes: 0,
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let group = Group::make(instance).await?;
        group.restarted(async || Ok(()), 0).await.context("nothing changed")?;
        group.becomes_bad().await.context("a member became bad")?;
        group.secret_changes().await.context("a secret changed")?;
        group.goes().await.context("the group goes")
    })
    .await
}

/// Two members; the one called `login` asks for authentication.
struct Group<'a> {
    instance: &'a Instance,
    client: Client,
}

fn member(name: &str, annotations: &[(&str, String)]) -> Value {
    let mut all = json!({
        format!("{PREFIX}group.name"): "shop",
        format!("{PREFIX}scheme"): "internet-facing",
        format!("{PREFIX}target-type"): "ip",
        format!("{PREFIX}listen-ports"): r#"[{"HTTPS": 443}]"#,
        format!("{PREFIX}certificate-arn"): CERTIFICATE,
    });
    for (key, value) in annotations {
        all[format!("{PREFIX}{key}")] = json!(value);
    }
    let backend = json!({ "service": { "name": "web", "port": { "number": 80 } } });
    let path = json!({ "path": "/", "pathType": "Prefix", "backend": backend });
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": name, "namespace": NAMESPACE, "annotations": all },
        "spec": {
            "ingressClassName": "alb",
            "rules": [{ "host": format!("{name}.example.com"), "http": { "paths": [path] } }],
        },
    })
}

fn secret(client_secret: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": "login", "namespace": NAMESPACE },
        "stringData": { "clientID": "shop", "clientSecret": client_secret },
    })
}

impl<'a> Group<'a> {
    async fn make(instance: &'a Instance) -> Result<Self> {
        let provider = json!({
            "issuer": "https://login.test",
            "authorizationEndpoint": "https://login.test/authorize",
            "tokenEndpoint": "https://login.test/token",
            "userInfoEndpoint": "https://login.test/user",
            "secretName": "login",
        });
        let login = [
            ("auth-type", "oidc".to_owned()),
            ("auth-idp-oidc", provider.to_string()),
        ];
        let class = alb_class();
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": "web", "namespace": NAMESPACE },
            "spec": { "selector": { "app": "web" }, "ports": [{ "port": 80 }] },
        });
        for manifest in [
            class,
            service,
            secret("one"),
            member("login", &login),
            member("plain", &[]),
        ] {
            instance.cluster.apply(&manifest.to_string()).await?;
        }
        let client = instance.cluster.client().await?;
        let group = Self { instance, client };
        wait_for("two rules", 60, async || {
            group.hosts().await.is_ok_and(|rules| rules.len() == 2)
        })
        .await?;
        group.settled("plain").await?;
        Ok(group)
    }

    /// Lets `change` happen while no controller runs, and checks how many calls that change something the next one makes.
    async fn restarted(&self, change: impl AsyncFnOnce() -> Result<()>, writes: u64) -> Result<()> {
        let label = [INGRESS_CONTROLLER.to_owned()];
        self.instance
            .cluster
            .processes()
            .stop(&label, Duration::from_secs(30))
            .await;
        change().await?;
        let (calls, told) = (self.calls()?, self.reconciled().await?);
        self.instance.start_controller(INGRESS_CONTROLLER)?;
        let more = async || self.reconciled().await.is_ok_and(|times| times > told);
        wait_for("a reconcile", 60, more).await?;
        let made = self.calls()?.since(&calls);
        ensure!(made.mutating() == writes, "{writes} writes were expected: {made:?}");
        Ok(())
    }

    /// The member keeps its rule, and loses nothing when it is mended.
    async fn becomes_bad(&self) -> Result<()> {
        let before = self.hosts().await?;
        self.restarted(async || self.annotate(json!("{")).await, 0).await?;
        let warned = async || {
            let events = self.events("login").await.unwrap_or_default();
            events.iter().any(|event| {
                let note = event.note.as_deref().unwrap_or_default();
                event.reason.as_deref() == Some("FailedBuildModel") && note.contains(CONDITIONS)
            })
        };
        wait_for("a warning", 30, warned).await?;
        ensure!(
            self.hosts().await? == before,
            "{:?} instead of {before:?}",
            self.hosts().await?
        );
        self.restarted(async || self.annotate(Value::Null).await, 0).await?;
        ensure!(
            self.hosts().await? == before,
            "{:?} instead of {before:?}",
            self.hosts().await?
        );
        Ok(())
    }

    /// It is written once, and never again.
    async fn secret_changes(&self) -> Result<()> {
        let change = async || Ok(self.instance.cluster.apply(&secret("two").to_string()).await?);
        self.restarted(change, 1).await?;
        self.restarted(async || Ok(()), 0).await
    }

    /// Nothing is remembered of it.
    async fn goes(&self) -> Result<()> {
        let api = self.ingresses();
        for name in ["login", "plain"] {
            api.delete(name, &DeleteParams::default()).await?;
        }
        wait_for("the Ingresses' removal", 60, async || {
            api.list(&ListParams::default())
                .await
                .is_ok_and(|left| left.items.is_empty())
        })
        .await?;
        let memories: Api<ConfigMap> = Api::namespaced(self.client.clone(), "kube-system");
        let names = memories.list(&ListParams::default()).await?.items.into_iter();
        let mut names = names.filter_map(|memory| memory.metadata.name);
        ensure!(!names.any(|name| name.starts_with("aws-lbc-")), "a memory is left");
        Ok(())
    }

    async fn annotate(&self, value: Value) -> Result<()> {
        let patch = json!({ "metadata": { "annotations": { format!("{PREFIX}{CONDITIONS}"): value } } });
        self.ingresses()
            .patch("login", &PatchParams::default(), &Patch::Merge(&patch))
            .await?;
        Ok(())
    }

    /// The conditions of all rules, in order.
    async fn hosts(&self) -> Result<Vec<String>> {
        let aws = self.instance.aws().await;
        let balancers = aws.elbv2.describe_load_balancers().await?;
        let balancer = balancers.first().context("no load balancer")?;
        let mut rules = Vec::new();
        for listener in aws.elbv2.describe_listeners(&balancer.arn).await? {
            rules.extend(aws.elbv2.describe_rules(&listener.arn).await?);
        }
        rules.retain(|rule| !rule.is_default);
        rules.sort_by_key(|rule| rule.spec.priority);
        Ok(rules.iter().map(|rule| format!("{:?}", rule.spec.conditions)).collect())
    }

    async fn settled(&self, name: &str) -> Result<()> {
        let settled = async || {
            let events = self.events(name).await.unwrap_or_default();
            events
                .iter()
                .any(|event| event.reason.as_deref() == Some("SuccessfullyReconciled"))
        };
        Ok(wait_for("a reconcile", 60, settled).await?)
    }

    /// How often the member that stays good was reconciled.
    async fn reconciled(&self) -> Result<i32> {
        let events = self.events("plain").await?;
        let normal = events.iter().filter(|event| event.type_.as_deref() == Some("Normal"));
        Ok(normal
            .map(|event| event.series.as_ref().map_or(1, |series| series.count))
            .sum())
    }

    async fn events(&self, name: &str) -> Result<Vec<Event>> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), NAMESPACE);
        let of_object = ListParams::default().fields(&format!("regarding.kind=Ingress,regarding.name={name}"));
        Ok(api.list(&of_object).await?.items)
    }

    fn calls(&self) -> Result<Calls> {
        let response = get(self.instance.aws_address(), "/_seatrial/counters")?;
        let (_, body) = response.split_once("\r\n\r\n").context("an answer with a body")?;
        Ok(Calls::of_counters(body)?)
    }

    fn ingresses(&self) -> Api<Ingress> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }
}
