//! A group of Ingresses gets one load balancer; a member that goes takes its rules and nothing else; nothing is left of a group that is gone.

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::networking::v1::Ingress;
use kube::api::{Api, DeleteParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{Instance, Setup};
use seatrial_e2e::trial::trial;

const GROUP: [&str; 5] = [
    include_str!("../../deploy/examples/echoserver.yaml"),
    include_str!("../../deploy/examples/echoserver-ingress.yaml"),
    include_str!("../../deploy/examples/webapp-group/class.yaml"),
    include_str!("../../deploy/examples/webapp-group/shop.yaml"),
    include_str!("../../deploy/examples/webapp-group/blog.yaml"),
];
/// Namespaces, which are the names of the Ingresses, too.
const MEMBERS: [&str; 3] = ["echoserver", "shop", "blog"];

#[tokio::test]
async fn a_group_shares_a_load_balancer_and_leaves_nothing() -> Result<()> {
    let setup = Setup {
        nodes: 0,
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, exercise).await
}

async fn exercise(instance: &Instance) -> Result<()> {
    for manifest in GROUP {
        instance.cluster.apply(manifest).await?;
    }
    let client = instance.cluster.client().await?;
    let ingresses = |member: &str| Api::<Ingress>::namespaced(client.clone(), member);
    for member in MEMBERS {
        wait_for("a host name", 60, async || {
            host(&ingresses(member), member).await.is_some()
        })
        .await?;
    }
    let aws = instance.aws().await;
    let all = rules(&aws).await?;
    ensure!(
        all.iter().any(|hosts| hosts.contains("echoserver.example.com")),
        "{all:?}"
    );
    ensure!(
        aws.elbv2.describe_load_balancers().await?.len() == 1,
        "not one load balancer"
    );
    remove(&ingresses("blog"), "blog").await?;
    let without = |hosts: &String| !hosts.contains("blog.example.com");
    let expected: Vec<_> = all.into_iter().filter(without).collect();
    let left = rules(&aws).await?;
    ensure!(left == expected, "{left:#?} instead of {expected:#?}");
    for member in ["echoserver", "shop"] {
        remove(&ingresses(member), member).await?;
    }
    ensure!(
        aws.elbv2.describe_load_balancers().await?.is_empty(),
        "a load balancer is left"
    );
    ensure!(
        aws.elbv2.describe_target_groups().await?.is_empty(),
        "a target group is left"
    );
    let ours = vec![("tag-key".to_owned(), vec!["elbv2.k8s.aws/cluster".to_owned()])];
    let groups = aws.ec2.describe_security_groups(&[], &ours).await?;
    ensure!(groups.is_empty(), "security groups are left: {groups:?}");
    Ok(())
}

async fn host(api: &Api<Ingress>, name: &str) -> Option<String> {
    let status = api.get(name).await.ok()?.status?;
    status.load_balancer?.ingress?.first()?.hostname.clone()
}

async fn remove(api: &Api<Ingress>, name: &str) -> Result<()> {
    api.delete(name, &DeleteParams::default()).await?;
    let gone = async || api.get_opt(name).await.is_ok_and(|found| found.is_none());
    Ok(wait_for("the Ingress's removal", 60, gone).await?)
}

/// The conditions of all rules of the one load balancer, in order.
async fn rules(aws: &aws_sdk::Aws) -> Result<Vec<String>> {
    let balancers = aws.elbv2.describe_load_balancers().await?;
    let balancer = balancers.first().context("no load balancer")?;
    let mut listeners = aws.elbv2.describe_listeners(&balancer.arn).await?;
    listeners.sort_by_key(|listener| listener.spec.port);
    let mut conditions = Vec::new();
    for listener in listeners {
        let mut rules = aws.elbv2.describe_rules(&listener.arn).await?;
        rules.retain(|rule| !rule.is_default);
        rules.sort_by_key(|rule| rule.spec.priority);
        conditions.extend(
            rules
                .iter()
                .map(|rule| format!("{} {:?}", listener.spec.port, rule.spec.conditions)),
        );
    }
    Ok(conditions)
}
