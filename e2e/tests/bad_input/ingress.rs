//! Members of a group of Ingresses that cannot be: each hears of it, the group is served without them, and with them once they are mended.

use super::{MOST_EVENTS, NAMESPACE, Shop};
use anyhow::{Context, Result, ensure};
use aws_api::elbv2::{Condition, Patterns};
use controllers_api::annotation::INGRESS_PREFIX as PREFIX;
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::webapp::alb_class;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// An Ingress that cannot be.
struct Bad {
    name: &'static str,
    /// Those that are wrong, without their prefix.
    annotations: Vec<(&'static str, String)>,
    /// The paths of its rule, instead of a right one.
    paths: Vec<Value>,
    /// The class that it names.
    class: &'static str,
    reason: &'static str,
    /// What the Event says.
    says: Vec<&'static str>,
}

/// A member whose annotation cannot be read or fulfilled. The Event names the annotation and the value.
fn annotated(name: &'static str, key: &'static str, value: &str, says: &[&'static str]) -> Bad {
    Bad {
        name,
        annotations: vec![(key, value.to_owned())],
        paths: Vec::new(),
        class: "alb",
        reason: "FailedBuildModel",
        says: [&[key], says].concat(),
    }
}

/// A member whose rule cannot be fulfilled.
fn routed(name: &'static str, path: Value, says: &[&'static str]) -> Bad {
    Bad {
        annotations: Vec::new(),
        paths: vec![path],
        says: says.to_vec(),
        ..annotated(name, "", "", &[])
    }
}

fn with(mut bad: Bad, key: &'static str, value: &str) -> Bad {
    bad.annotations.push((key, value.to_owned()));
    bad
}

fn path(text: &str, kind: &str, backend: &Value) -> Value {
    json!({ "path": text, "pathType": kind, "backend": backend })
}

fn web(port: i32) -> Value {
    json!({ "service": { "name": "web", "port": { "number": port } } })
}

fn by_annotation(name: &str) -> Value {
    path(
        "/",
        "Prefix",
        &json!({ "service": { "name": name, "port": { "name": "use-annotation" } } }),
    )
}

fn unreadable() -> Vec<Bad> {
    vec![
        Bad {
            paths: vec![by_annotation("broken")],
            ..annotated(
                "action",
                "actions.broken",
                "{type: forward}",
                &["an action in JSON", "redirect"],
            )
        },
        annotated(
            "condition",
            "conditions.web",
            "{",
            &["a list of conditions in JSON", "hostHeaderConfig"],
        ),
        annotated("transform", "transforms.web", "[{", &["JSON"]),
        annotated("ports", "listen-ports", "80", &[r#""80""#]),
        annotated("mutual", "mutual-authentication", "[", &["mutual-authentication"]),
        annotated("oidc", "auth-idp-oidc", "{", &["an object in JSON"]),
        annotated(
            "attributes",
            "load-balancer-attributes",
            "deletion_protection.enabled",
            &["key1=value1"],
        ),
        annotated("order", "group.order", "first", &["a number", "decimal integer"]),
        annotated(
            "interval",
            "healthcheck-interval-seconds",
            "10s",
            &["a number", "decimal integer"],
        ),
    ]
}

fn unknown() -> Vec<Bad> {
    let secret = r#"{"issuer":"https://a.test","authorizationEndpoint":"https://a.test/a","tokenEndpoint":"https://a.test/t","userInfoEndpoint":"https://a.test/u","secretName":"absent"}"#;
    let weighted = r#"{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"web","servicePort":80,"weight":1},{"serviceName":"absent","servicePort":80,"weight":1}]}}"#;
    let resource = json!({ "resource": { "apiGroup": "example.com", "kind": "Bucket", "name": "assets" } });
    vec![
        annotated("scheme", "scheme", "public", &["one of internal, internet-facing"]),
        annotated(
            "second-scheme",
            "scheme",
            "internal",
            &["contradicts", "Ingress shop/good", "the same value"],
        ),
        annotated("target", "target-type", "pod", &["one of", "use one of these values"]),
        annotated(
            "redirect",
            "ssl-redirect",
            "443",
            &["does not listen there", "listen-ports as HTTPS"],
        ),
        annotated("subnets", "subnets", "subnet-0bad", &["no subnet subnet-0bad"]),
        annotated("groups", "security-groups", "sg-0bad", &["sg-0bad"]),
        annotated(
            "acl",
            "wafv2-acl-name",
            "nowhere",
            &["none of this name", "name one that exists"],
        ),
        with(
            annotated(
                "secret",
                "auth-idp-oidc",
                secret,
                &["no Secret shop/absent", "clientSecret"],
            ),
            "auth-type",
            "oidc",
        ),
        Bad {
            paths: vec![by_annotation("weighted")],
            says: vec!["no Service shop/absent", "make it"],
            ..annotated("service", "actions.weighted", weighted, &[])
        },
        routed(
            "port",
            path("/", "Prefix", &web(81)),
            &["backend.service.port: 81", "Service shop/web", "use one that it has"],
        ),
        routed(
            "resource",
            path("/", "Prefix", &resource),
            &["backend.resource: assets", "is no Service"],
        ),
        routed(
            "glob",
            path("/*", "Exact", &web(80)),
            &["path: /*", "ImplementationSpecific"],
        ),
    ]
}

/// What only AWS can tell.
fn refused_by_aws() -> Vec<Bad> {
    let absent = "arn:aws:acm:us-west-2:123456789012:certificate/0bad0000-0000-4000-8000-000000000000";
    let values: Vec<_> = (0..6).map(|n| format!("h{n}.example.com")).collect();
    let many = json!([{ "field": "host-header", "hostHeaderConfig": { "values": values } }]).to_string();
    let secure = r#"[{"HTTPS": 8443}]"#;
    let hundred = (0..100).map(|n| path(&format!("/{n}"), "Exact", &web(80)));
    vec![
        Bad {
            paths: hundred.collect(),
            ..routed(
                "large",
                Value::Null,
                &["spec.rules of Ingress shop/large", "AWS takes 100", "group.name"],
            )
        },
        annotated(
            "attribute",
            "load-balancer-attributes",
            "idle_timeout.timeout_secs=30",
            &["AWS refuses the attribute idle_timeout.timeout_secs"],
        ),
        with(
            annotated("certificate", "certificate-arn", absent, &["AWS refuses", absent]),
            "listen-ports",
            secure,
        ),
        Bad {
            says: vec![
                "AWS refuses the rule",
                "h5.example.com",
                "takes 5 per rule",
                "split them",
            ],
            ..annotated("values", "conditions.web", &many, &[])
        },
    ]
}

/// Ingresses of which it cannot be told where they belong.
fn homeless() -> Vec<Bad> {
    let reason = "FailedLoadGroupID";
    vec![
        Bad {
            class: "absent",
            reason,
            ..routed(
                "class",
                path("/", "Prefix", &web(80)),
                &["spec.ingressClassName", "absent", "make it"],
            )
        },
        Bad {
            reason,
            ..annotated("name", "group.name", "Shop_1", &["a name of a group", "lower-case"])
        },
    ]
}

/// A member of the group `shop`.
fn member(name: &str, class: &str, annotations: &[(&str, String)], paths: &[Value]) -> Value {
    let mut all = usual();
    for (key, value) in annotations {
        all[format!("{PREFIX}{key}")] = json!(value);
    }
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": { "name": name, "namespace": NAMESPACE, "annotations": all },
        "spec": spec(name, class, paths),
    })
}

/// The annotations that are right.
fn usual() -> Value {
    json!({ format!("{PREFIX}group.name"): "shop", format!("{PREFIX}target-type"): "ip" })
}

fn spec(name: &str, class: &str, paths: &[Value]) -> Value {
    let right = [path("/", "Prefix", &web(80))];
    let paths = if paths.is_empty() { &right } else { paths };
    json!({ "ingressClassName": class, "rules": [{ "host": host(name), "http": { "paths": paths } }] })
}

fn host(name: &str) -> String {
    format!("{name}.example.com")
}

impl Shop<'_> {
    pub(super) async fn ingresses(&self) -> Result<()> {
        let class = alb_class();
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": "web", "namespace": NAMESPACE },
            "spec": { "selector": { "app": "web" }, "ports": [{ "name": "http", "port": 80 }] },
        });
        let scheme = [("scheme", "internet-facing".to_owned())];
        for manifest in [class, service, member("good", "alb", &scheme, &[])] {
            self.instance.cluster.apply(&manifest.to_string()).await?;
        }
        self.served(&["good"]).await?;
        let bad: Vec<Bad> = [unreadable(), unknown(), refused_by_aws(), homeless()]
            .into_iter()
            .flatten()
            .collect();
        for bad in &bad {
            let manifest = member(bad.name, bad.class, &bad.annotations, &bad.paths);
            self.instance
                .cluster
                .apply(&manifest.to_string())
                .await
                .context(bad.name)?;
        }
        for bad in &bad {
            self.member_warned(bad).await.context(bad.name)?;
        }
        let late = member("late", "alb", &[], &[]);
        self.instance.cluster.apply(&late.to_string()).await?;
        self.served(&["good", "late"]).await?;
        for bad in &bad {
            self.mend_member(bad).await.context(bad.name)?;
        }
        let names: Vec<_> = bad.iter().map(|bad| bad.name).chain(["good", "late"]).collect();
        self.served(&names).await?;
        for bad in &bad {
            self.event("Ingress", bad.name, "Normal", "SuccessfullyReconciled")
                .await?;
        }
        self.clear_members().await
    }

    /// The Ingress is told what is wrong with it, not too often.
    async fn member_warned(&self, bad: &Bad) -> Result<()> {
        let event = self.event("Ingress", bad.name, "Warning", bad.reason).await?;
        let note = event.note.unwrap_or_default();
        for word in &bad.says {
            ensure!(note.contains(word), "{note:?} lacks {word:?}");
        }
        let times = self.warnings("Ingress", bad.name).await?;
        ensure!(times <= MOST_EVENTS, "it was told {times} times");
        Ok(())
    }

    async fn mend_member(&self, bad: &Bad) -> Result<()> {
        let keys = bad.annotations.iter().map(|(key, _)| format!("{PREFIX}{key}"));
        let mut annotations: Map<_, _> = keys.map(|key| (key, Value::Null)).collect();
        annotations.extend(usual().as_object().cloned().unwrap_or_default());
        let patch = json!({ "metadata": { "annotations": annotations }, "spec": spec(bad.name, "alb", &[]) });
        self.members()
            .patch(bad.name, &PatchParams::default(), &Patch::Merge(&patch))
            .await?;
        Ok(())
    }

    /// Exactly the hosts of these members have rules, and these have an address.
    async fn served(&self, names: &[&str]) -> Result<()> {
        let expected: BTreeSet<String> = names.iter().map(|name| host(name)).collect();
        let what = format!("rules for {}", names.join(", "));
        let aws = self.instance.aws().await;
        let served = async || hosts(&aws).await.is_ok_and(|hosts| hosts == expected);
        if let Err(error) = wait_for(&what, 60, served).await {
            return Err(error).context(format!("served are {:?}", hosts(&aws).await?));
        }
        for name in names {
            let addressed = async || {
                self.members()
                    .get(name)
                    .await
                    .is_ok_and(|ingress| has_address(&ingress))
            };
            wait_for(&format!("an address of {name}"), 30, addressed).await?;
        }
        Ok(())
    }

    async fn clear_members(&self) -> Result<()> {
        for ingress in self.members().list(&ListParams::default()).await? {
            let name = ingress.metadata.name.unwrap_or_default();
            self.members().delete(&name, &DeleteParams::default()).await?;
        }
        wait_for("the Ingresses' removal", 60, async || {
            let left = self.members().list(&ListParams::default()).await;
            left.is_ok_and(|left| left.items.is_empty())
        })
        .await?;
        let left = self.instance.aws().await.elbv2.describe_load_balancers().await?;
        ensure!(left.is_empty(), "load balancers are left: {left:?}");
        Ok(())
    }

    fn members(&self) -> Api<Ingress> {
        Api::namespaced(self.client.clone(), NAMESPACE)
    }
}

fn has_address(ingress: &Ingress) -> bool {
    let status = ingress.status.as_ref().and_then(|status| status.load_balancer.as_ref());
    status.is_some_and(|balancer| balancer.ingress.iter().flatten().any(|entry| entry.hostname.is_some()))
}

/// The hosts that rules of port 80 are for.
async fn hosts(aws: &aws_api::Aws) -> Result<BTreeSet<String>> {
    let mut hosts = BTreeSet::new();
    for balancer in aws.elbv2.describe_load_balancers().await? {
        for listener in aws.elbv2.describe_listeners(&balancer.arn).await? {
            for rule in aws.elbv2.describe_rules(&listener.arn).await? {
                hosts.extend(rule.spec.conditions.into_iter().flat_map(|condition| match condition {
                    Condition::HostHeader(Patterns::Globs(hosts)) => hosts,
                    _ => Vec::new(),
                }));
            }
        }
    }
    Ok(hosts)
}
