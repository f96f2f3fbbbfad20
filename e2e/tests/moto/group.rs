//! A group of ten on an endpoint whose SetRulePriorities takes no priority that another rule still has: a member goes all the same.

use crate::stage::{Stage, mutating, since};
use crate::world::NAMESPACE;
use anyhow::{Context, Result, ensure};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::DeleteParams;
use seatrial_e2e::cluster::wait_for;
use serde_json::{Value, json};

/// How many members there are.
const MEMBERS: usize = 10;

impl Stage<'_> {
    /// Deletes one of ten members of a group: the rules of the others move up, each to its place.
    pub(crate) async fn member_of_ten(&mut self) -> Result<()> {
        let members: Vec<Value> = (0..MEMBERS).map(member).collect();
        self.apply(&members).await?;
        let all: Vec<_> = (0..MEMBERS).map(host).collect();
        self.awaits(&all).await?;
        for (gone, left) in [(0, 9), (4, 8), (9, 7)] {
            let (before, api) = (self.calls()?, self.api::<Ingress>(NAMESPACE));
            let name = format!("m{gone}");
            api.delete(&name, &DeleteParams::default()).await?;
            let is_gone = async || api.get_opt(&name).await.is_ok_and(|found| found.is_none());
            wait_for("the member's removal", 30, is_gone).await?;
            let mut others = self.objects(NAMESPACE).await?.ingresses.into_keys();
            let others: Vec<_> = others.by_ref().map(|name| format!("{name}.example.com")).collect();
            ensure!(others.len() == left, "{left} members are left, not {others:?}");
            self.awaits(&others).await?;
            let written = mutating(since(&before, self.calls()?));
            eprintln!("member {gone} of a group of ten deleted on moto: {}", json!(written));
        }
        self.clear(NAMESPACE).await.context("after the group of ten")
    }

    /// Awaits that the rules are for these hosts, in this order, from priority 1.
    async fn awaits(&mut self, hosts: &[String]) -> Result<()> {
        let mut found = Vec::new();
        for _ in 0..50 {
            found = rules(&self.moto.record()?);
            let wanted = hosts.iter().enumerate();
            if found
                .iter()
                .cloned()
                .eq(wanted.map(|(place, host)| (place + 1, host.clone())))
            {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        anyhow::bail!("rules are {found:?}, not those of {hosts:?}")
    }
}

fn host(index: usize) -> String {
    format!("m{index}.example.com")
}

fn member(index: usize) -> Value {
    let backend = json!({ "service": { "name": "web", "port": { "number": 80 } } });
    let paths = json!([{ "path": "/", "pathType": "Prefix", "backend": backend }]);
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": format!("m{index}"),
            "namespace": NAMESPACE,
            "annotations": {
                "alb.ingress.kubernetes.io/group.name": "ten",
                "alb.ingress.kubernetes.io/scheme": "internet-facing",
                "alb.ingress.kubernetes.io/target-type": "ip",
            },
        },
        "spec": { "ingressClassName": "alb", "rules": [{ "host": host(index), "http": { "paths": paths } }] },
    })
}

/// Priorities and hosts of the rules of the one listener, in order; the default rule is left out.
fn rules(state: &Value) -> Vec<(usize, String)> {
    let rules = state["loadBalancers"][0]["listeners"][0]["rules"].as_array();
    let numbered = rules.into_iter().flatten().filter_map(|rule| {
        let priority = rule["priority"].as_str()?.parse().ok()?;
        let mut conditions = rule["conditions"].as_array()?.iter();
        let host = conditions.find_map(|one| one["HostHeaderConfig"]["Values"][0].as_str())?;
        Some((priority, host.to_owned()))
    });
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort();
    numbered
}
