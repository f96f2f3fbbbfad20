//! Bad input: an object that cannot be gets a Warning that says what is wrong and what to write instead; the others go
//! on, and so does it once it is mended.

mod binding;
mod ingress;
mod service;

use anyhow::{Context, Result};
use k8s_openapi::api::events::v1::Event;
use kube::Client;
use kube::api::{Api, ListParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::trial::trial;
use serde_json::json;

const NAMESPACE: &str = "shop";
/// More Events than this of one object in the seconds that a trial takes are no backoff: it begins at 5 ms and doubles.
const MOST_EVENTS: i32 = 16;

#[tokio::test]
async fn a_warning_says_what_to_write_and_the_others_go_on() -> Result<()> {
    let setup = Setup {
        nodes: 0,
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, async |instance| {
        let shop = Shop::open(instance).await?;
        shop.services().await.context("Services")?;
        shop.bindings().await.context("TargetGroupBindings")?;
        shop.ingresses().await.context("Ingresses")
    })
    .await
}

/// The namespace, seen with an administrator's eyes.
struct Shop<'a> {
    instance: &'a Instance,
    client: Client,
}

impl<'a> Shop<'a> {
    async fn open(instance: &'a Instance) -> Result<Self> {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } });
        instance.cluster.apply(&namespace.to_string()).await?;
        let client = instance.cluster.client().await?;
        Ok(Self { instance, client })
    }

    async fn event(&self, kind: &str, name: &str, type_: &str, reason: &str) -> Result<Event> {
        let matching = async || {
            let mut events = self.events(kind, name).await.unwrap_or_default().into_iter();
            events.find(|event| event.type_.as_deref() == Some(type_) && event.reason.as_deref() == Some(reason))
        };
        let what = format!("the Event {reason} of {kind} {name}");
        wait_for(&what, 30, async || matching().await.is_some()).await?;
        matching().await.context(what)
    }

    /// How often an object was warned.
    async fn warnings(&self, kind: &str, name: &str) -> Result<i32> {
        let events = self.events(kind, name).await?;
        let warnings = events.iter().filter(|event| event.type_.as_deref() == Some("Warning"));
        Ok(warnings
            .map(|event| event.series.as_ref().map_or(1, |series| series.count))
            .sum())
    }

    async fn events(&self, kind: &str, name: &str) -> Result<Vec<Event>> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), NAMESPACE);
        let of_object = ListParams::default().fields(&format!("regarding.kind={kind},regarding.name={name}"));
        Ok(api.list(&of_object).await?.items)
    }
}
