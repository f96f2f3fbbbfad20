//! The webhooks of the ingress-controller, asked by a real API server: what is refused says why, and nobody but the one to blame is kept from writing.

use anyhow::{Context, Result, bail, ensure};
use controllers_api::ingress_class_params::IngressClassParams;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::api::networking::v1::{Ingress, IngressClass};
use kube::Client;
use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{INGRESS_CONTROLLER, Instance, Setup};
use seatrial_e2e::trial::trial;
use serde_json::{Value, json};
use std::time::Duration;

const PREFIX: &str = "alb.ingress.kubernetes.io/";

#[tokio::test]
async fn what_cannot_be_is_refused_before_it_is_stored() -> Result<()> {
    let setup = Setup {
        nodes: 0,
        ingress_flags: vec!["--disable-ingress-group-name-annotation".to_owned()],
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let door = Door::open(instance).await?;
        door.refuses().await.context("refusals")?;
        door.lets_pass().await.context("what is right")?;
        door.outlives_its_controller(instance).await.context("a restart")
    })
    .await
}

/// The API server with its webhooks. Nothing that it is asked for is stored, unless said otherwise.
struct Door {
    client: Client,
}

/// An Ingress with one path.
fn ingress(name: &str, class: Option<&str>, annotation: Option<(&str, &str)>) -> Value {
    let backend = json!({ "service": { "name": "web", "port": { "number": 80 } } });
    let path = json!({ "path": "/", "pathType": "Prefix", "backend": backend });
    let mut ingress = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": name, "namespace": "default", "annotations": {} },
        "spec": { "ingressClassName": class, "rules": [{ "http": { "paths": [path] } }] },
    });
    if let Some((key, value)) = annotation {
        ingress["metadata"]["annotations"][format!("{PREFIX}{key}")] = json!(value);
    }
    ingress
}

fn class(name: &str, controller: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": { "name": name },
        "spec": { "controller": controller },
    })
}

fn params(spec: &Value) -> Value {
    json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "IngressClassParams",
        "metadata": { "name": "params" },
        "spec": spec,
    })
}

impl Door {
    /// Points the API server at the webhooks, as a chart does, and awaits that it asks them.
    async fn open(instance: &Instance) -> Result<Self> {
        let webhook = |name: &str, path: &str, group: &str, version: &str, resource: &str| {
            json!({
                "name": format!("{name}.elbv2.k8s.aws"),
                "clientConfig": { "url": format!("https://{}{path}", instance.webhooks()) },
                "rules": [{ "apiGroups": [group], "apiVersions": [version], "resources": [resource],
                            "operations": ["CREATE", "UPDATE"] }],
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
            })
        };
        let ingresses = webhook(
            "vingress",
            "/validate-networking-v1-ingress",
            "networking.k8s.io",
            "v1",
            "ingresses",
        );
        let params = webhook(
            "vingressclassparams",
            "/validate-elbv2-k8s-aws-v1beta1-ingressclassparams",
            "elbv2.k8s.aws",
            "v1beta1",
            "ingressclassparams",
        );
        let configuration = json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "aws-load-balancer-webhook" },
            "webhooks": [ingresses, params],
        });
        instance.cluster.apply(&configuration.to_string()).await?;
        let door = Self {
            client: instance.cluster.client().await?,
        };
        door.store(&class("alb", "ingress.k8s.aws/alb")).await?;
        door.awaited().await?;
        Ok(door)
    }

    /// Until a refusal comes from the webhook, and not for want of it.
    async fn awaited(&self) -> Result<()> {
        let asked = async || {
            let answer = self.ask(&ingress("first", Some("absent"), None)).await;
            answer.is_err_and(|answer| answer.contains("denied the request"))
        };
        Ok(wait_for("the webhook", 60, asked).await?)
    }

    async fn refuses(&self) -> Result<()> {
        let mut resource = ingress("resource", Some("alb"), None);
        resource["spec"]["rules"][0]["http"]["paths"][0]["backend"] =
            json!({ "resource": { "apiGroup": "example.com", "kind": "Bucket", "name": "assets" } });
        let of = |annotation| ingress("web", Some("alb"), Some(annotation));
        let rows: [(Value, &[&str]); 4] = [
            (
                of(("conditions.web", "{")),
                &[
                    "Ingress default/web",
                    "conditions.web",
                    "a list of conditions in JSON",
                    "write [",
                ],
            ),
            (
                of(("group.name", "shop")),
                &[
                    "group.name",
                    "--disable-ingress-group-name-annotation",
                    "remove the annotation",
                ],
            ),
            (
                ingress("web", Some("absent"), None),
                &["spec.ingressClassName", "no such IngressClass", "make it"],
            ),
            (resource, &["backend.resource", "assets", "name a Service"]),
        ];
        for (object, says) in rows {
            self.denied(&object, says).await?;
        }
        let rows: [(Value, &[&str]); 2] = [
            (
                json!({ "inboundCIDRs": ["10.0.0.1/8"] }),
                &[
                    "IngressClassParams params",
                    "spec.inboundCIDRs: 10.0.0.1/8",
                    "10.0.0.0/8",
                ],
            ),
            (
                json!({ "subnets": { "ids": ["subnet-1"], "tags": { "tier": ["front"] } } }),
                &["spec.subnets", "both ids and tags", "keep one"],
            ),
        ];
        for (spec, says) in rows {
            self.denied(&params(&spec), says).await?;
        }
        Ok(())
    }

    async fn lets_pass(&self) -> Result<()> {
        let passes = async |what: &str, object: &Value| {
            let answer = self.ask(object).await;
            ensure!(answer.is_ok(), "{what}: {answer:?}");
            Ok(())
        };
        passes("a good one", &ingress("web", Some("alb"), None)).await?;
        self.store(&class("nginx", "k8s.io/ingress-nginx")).await?;
        let foreign = ingress("web", Some("nginx"), Some(("conditions.web", "{")));
        passes("another controller's", &foreign).await?;
        // Together with its class, which no watch has seen yet.
        self.store(&class("new", "ingress.k8s.aws/alb")).await?;
        self.store(&ingress("new", Some("new"), None)).await?;
        let answer = self.ask(&params(&json!({ "inboundCIDRs": ["10.0.0.0/8"] }))).await;
        ensure!(answer.is_ok(), "{answer:?}");
        self.a_class_that_has_gone().await
    }

    /// The Ingress can still be labelled, and deleted: its finalizer is taken off.
    async fn a_class_that_has_gone(&self) -> Result<()> {
        let ingresses: Api<Ingress> = Api::default_namespaced(self.client.clone());
        let finalized = async || {
            let found = ingresses.get("new").await;
            found.is_ok_and(|found| found.metadata.finalizers.is_some_and(|all| !all.is_empty()))
        };
        wait_for("the finalizer", 30, finalized).await?;
        let classes: Api<IngressClass> = Api::all(self.client.clone());
        classes.delete("new", &DeleteParams::default()).await?;
        let label = json!({ "metadata": { "labels": { "team": "web" } } });
        ingresses
            .patch("new", &PatchParams::default(), &Patch::Merge(&label))
            .await?;
        ingresses.delete("new", &DeleteParams::default()).await?;
        let gone = async || ingresses.get_opt("new").await.is_ok_and(|found| found.is_none());
        Ok(wait_for("the Ingress's removal", 60, gone).await?)
    }

    /// The next process serves with the same certificate.
    async fn outlives_its_controller(&self, instance: &Instance) -> Result<()> {
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), "kube-system");
        let before = secrets.get("aws-load-balancer-tls").await?;
        let label = [INGRESS_CONTROLLER.to_owned()];
        instance.cluster.processes().stop(&label, Duration::from_secs(30)).await;
        let answer = self.ask(&ingress("web", Some("alb"), None)).await;
        ensure!(answer.is_err(), "it was stored though nobody was asked");
        instance.start_controller(INGRESS_CONTROLLER)?;
        instance.ready(INGRESS_CONTROLLER).await?;
        self.awaited().await?;
        let after = secrets.get("aws-load-balancer-tls").await?;
        ensure!(before.data == after.data, "the certificate was made anew");
        Ok(())
    }

    async fn denied(&self, object: &Value, says: &[&str]) -> Result<()> {
        let Err(answer) = self.ask(object).await else {
            bail!("{object} is let through");
        };
        for word in says.iter().chain(&["denied the request"]) {
            ensure!(answer.contains(word), "{answer:?} lacks {word:?}");
        }
        Ok(())
    }

    /// Whether an object could be created; the answer if it could not.
    async fn ask(&self, object: &Value) -> Result<(), String> {
        let how = PostParams {
            dry_run: true,
            ..PostParams::default()
        };
        self.create(object, &how).await.map_err(|error| error.to_string())
    }

    async fn store(&self, object: &Value) -> Result<()> {
        Ok(self.create(object, &PostParams::default()).await?)
    }

    async fn create(&self, object: &Value, how: &PostParams) -> kube::Result<()> {
        let object: DynamicObject = serde_json::from_value(object.clone()).map_err(kube::Error::SerdeError)?;
        let kind = object.types.as_ref().map(|types| types.kind.as_str());
        let resource = match kind {
            Some("Ingress") => ApiResource::erase::<Ingress>(&()),
            Some("IngressClass") => ApiResource::erase::<IngressClass>(&()),
            _ => ApiResource::erase::<IngressClassParams>(&()),
        };
        let api: Api<DynamicObject> = match &object.metadata.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        };
        api.create(how, &object).await.map(drop)
    }
}
