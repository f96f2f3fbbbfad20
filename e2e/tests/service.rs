//! The main loop: a Service of type LoadBalancer gets a load balancer that a pod answers through, and leaves nothing when it goes.

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::Service;
use kube::api::{Api, DeleteParams};
use seatrial_e2e::cluster::wait_for;
use seatrial_e2e::instance::{Instance, Setup, get};
use seatrial_e2e::trial::trial;
use std::net::SocketAddr;

const EXAMPLE: [&str; 3] = [
    include_str!("../../deploy/examples/nginx.yaml"),
    include_str!("../../deploy/examples/nginx-service.yaml"),
    include_str!("../../deploy/examples/nginx-service-ip.yaml"),
];

#[tokio::test]
async fn services_are_answered_by_node_and_by_pod_and_leave_nothing() -> Result<()> {
    let setup = Setup {
        flags: vec!["--aws-api-throttle=none".to_owned()],
        ..Setup::default()
    };
    trial(setup, exercise).await
}

async fn exercise(instance: &Instance) -> Result<()> {
    for manifest in EXAMPLE {
        instance.cluster.apply(manifest).await?;
    }
    let services: Api<Service> = Api::namespaced(instance.cluster.client().await?, "ingress-nginx");
    for name in ["nginx", "nginx-ip"] {
        wait_for(name, 60, async || {
            answer(instance, &services, name)
                .await
                .is_some_and(|body| body.contains("nginx-"))
        })
        .await?;
        services.delete(name, &DeleteParams::default()).await?;
        wait_for("the Service's removal", 60, async || {
            services.get_opt(name).await.is_ok_and(|found| found.is_none())
        })
        .await?;
    }
    let aws = instance.aws().await;
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

/// What a pod answers through the load balancer of a Service, found as a client finds it: by the name in the Service's status.
async fn answer(instance: &Instance, services: &Api<Service>, name: &str) -> Option<String> {
    let status = services.get_status(name).await.ok()?.status?;
    let hostname = status.load_balancer?.ingress?.first()?.hostname.clone()?;
    let aws = instance.aws().await;
    let balancers = aws.elbv2.describe_load_balancers().await.ok()?;
    let balancer = balancers
        .iter()
        .find(|balancer| balancer.dns_name.to_lowercase() == hostname)?;
    let id = balancer.arn.split_once("loadbalancer/")?.1;
    let filters = vec![("description".to_owned(), vec![format!("ELB {id}")])];
    let interfaces = aws.ec2.describe_network_interfaces(&[], &filters).await.ok()?;
    let address: SocketAddr = format!("{}:8080", interfaces.first()?.addresses.first()?)
        .parse()
        .ok()?;
    get(address, "/")
        .ok()
        .filter(|response| response.starts_with("HTTP/1.1 200"))
}
