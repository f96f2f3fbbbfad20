//! A group of three Ingresses that is made, changed and deleted, with a kill at every AWS write of each.

use crate::found::Found;
use crate::walk::{Kill, MOST_STEPS, NAMESPACE, Walk, until_finished};
use anyhow::{Context, Result, bail};
use aws_api::elbv2::{Condition, Patterns};
use emulator::Moment;
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams};
use seatrial_e2e::client::Ask;
use seatrial_e2e::load_balancer::addresses;
use serde_json::json;
use std::net::SocketAddr;

const MEMBERS: [&str; 3] = ["a", "b", "c"];
/// The class, and the Service of all members over the example's pods.
const BASE: &str = r#"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: alb}
spec: {controller: ingress.k8s.aws/alb}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ingress-nginx}
spec: {selector: {app.kubernetes.io/name: nginx}, ports: [{name: http, port: 80}]}
"#;

/// What the group is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// There is none.
    Absent,
    /// The members in the order of their names, each with all paths.
    First,
    /// The last one comes first, and one serves other paths: rules move, come and go.
    Second,
}

impl Form {
    /// Members and their paths in the order of their rules.
    fn rules(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Absent => &[],
            Self::First => &[("a", "/*"), ("b", "/*"), ("c", "/*")],
            Self::Second => &[("c", "/*"), ("a", "/*"), ("b", "/v2")],
        }
    }

    fn manifest(self, member: &str) -> String {
        let (changed, backend) = (
            self == Self::Second,
            json!({ "service": { "name": "web", "port": { "name": "http" } } }),
        );
        let order = if changed && member == "c" { "-1" } else { "0" };
        let path = if changed && member == "b" { "/v2" } else { "/" };
        let paths = json!([{ "path": path, "pathType": "Prefix", "backend": backend }]);
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": member,
                "namespace": NAMESPACE,
                "annotations": {
                    "alb.ingress.kubernetes.io/group.name": "trio",
                    "alb.ingress.kubernetes.io/group.order": order,
                    "alb.ingress.kubernetes.io/scheme": "internet-facing",
                    "alb.ingress.kubernetes.io/target-type": "ip",
                },
            },
            "spec": { "ingressClassName": "alb", "rules": [{ "host": host(member), "http": { "paths": paths } }] },
        })
        .to_string()
    }
}

/// The group on an instance that has the example's pods.
pub(crate) struct Group<'w, 'a> {
    walk: &'w Walk<'a>,
    ingresses: Api<Ingress>,
}

impl<'w, 'a> Group<'w, 'a> {
    /// Makes what its members need.
    pub(crate) async fn prepare(walk: &'w Walk<'a>) -> Result<Self> {
        walk.instance.cluster.apply(BASE).await?;
        Ok(Self {
            walk,
            ingresses: Api::namespaced(walk.client.clone(), NAMESPACE),
        })
    }

    /// Makes, changes and deletes the group again and again, each time with the victim killed one AWS write later, until none has so many.
    pub(crate) async fn calls(&self, victim: &str, moment: Moment) -> Result<()> {
        let mut walked: Vec<(Form, u64)> = Vec::new();
        for step in 0..MOST_STEPS {
            for form in [Form::First, Form::Second, Form::Absent] {
                let kill = Kill { victim, moment, step };
                let at = || format!("a group that is to be {form:?}, {kill}");
                if walked.iter().any(|(other, _)| *other == form) {
                    self.begin(form).await.with_context(at)?;
                } else {
                    let (begun, over) = (Box::pin(self.begin(form)), Box::pin(self.converged(form)));
                    let struck = self.walk.strike(kill, begun, over).await;
                    if !struck.with_context(at)? {
                        walked.push((form, step));
                    }
                }
                self.converged(form).await.with_context(at)?;
            }
            if walked.len() == 3 {
                eprintln!("{victim} killed {moment:?} each AWS write of a group: {walked:?}");
                return Ok(());
            }
        }
        bail!("{victim}: of a group only {walked:?} have an end");
    }

    async fn begin(&self, form: Form) -> Result<()> {
        for member in MEMBERS {
            match form {
                Form::Absent => drop(self.ingresses.delete(member, &DeleteParams::default()).await?),
                _ => self.walk.instance.cluster.apply(&form.manifest(member)).await?,
            }
        }
        Ok(())
    }

    async fn converged(&self, form: Form) -> Result<()> {
        until_finished(async || self.unfinished(form).await).await
    }

    /// What is not yet as it must be.
    async fn unfinished(&self, form: Form) -> Result<Option<String>> {
        let found = Found::read(&self.walk.aws, &self.walk.bindings).await?;
        let wanted = Found::of_group(form.rules().len(), self.walk.pods());
        if found != wanted {
            return Ok(Some(format!("{found:?} instead of {wanted:?}")));
        }
        for member in MEMBERS {
            let there = self.ingresses.get_opt(member).await?;
            if there.is_some() == (form == Form::Absent) {
                return Ok(Some(format!("Ingress {member} is {there:?}")));
            }
        }
        match form {
            Form::Absent => Ok(None),
            _ => self.unserved(form).await,
        }
    }

    /// Which rule is not there, or not served.
    async fn unserved(&self, form: Form) -> Result<Option<String>> {
        let elbv2 = &self.walk.aws.elbv2;
        let balancer = elbv2
            .describe_load_balancers()
            .await?
            .pop()
            .context("no load balancer")?;
        let listener = elbv2
            .describe_listeners(&balancer.arn)
            .await?
            .pop()
            .context("no listener")?;
        let mut rules = elbv2.describe_rules(&listener.arn).await?;
        rules.retain(|rule| !rule.is_default);
        rules.sort_by_key(|rule| rule.spec.priority);
        let found: Vec<_> = rules
            .iter()
            .map(|rule| (rule.spec.priority, first(&rule.spec.conditions)))
            .collect();
        let place = |(index, (member, path)): (usize, &(&str, &str))| {
            let priority = i32::try_from(index + 1).unwrap_or_default();
            (priority, (Some(host(member)), Some((*path).to_owned())))
        };
        let wanted: Vec<_> = form.rules().iter().enumerate().map(place).collect();
        if found != wanted {
            return Ok(Some(format!("{found:?} instead of {wanted:?}")));
        }
        let address = addresses(&self.walk.aws, &balancer.arn)
            .await?
            .pop()
            .context("no address")?;
        for (member, path) in form.rules() {
            let ask = Ask::get(SocketAddr::new(address, 80), &host(member), path.trim_end_matches('*'));
            match ask.body().await {
                Ok(body) if body.starts_with("nginx-") => {}
                other => return Ok(Some(format!("{}: {other:?}", ask.url()))),
            }
        }
        Ok(None)
    }
}

fn host(member: &str) -> String {
    format!("{member}.example.com")
}

/// The first host and the first path of a rule.
fn first(conditions: &[Condition]) -> (Option<String>, Option<String>) {
    let (mut host, mut path) = (None, None);
    for condition in conditions {
        match condition {
            Condition::HostHeader(Patterns::Globs(globs)) => host = globs.first().cloned(),
            Condition::PathPattern(Patterns::Globs(globs)) => path = globs.first().cloned(),
            _ => {}
        }
    }
    (host, path)
}
