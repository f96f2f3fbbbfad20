//! Load balancers as clients find them: from the hostname in a Service's status to addresses.

use aws_api::elbv2::LoadBalancer;
use aws_api::{Aws, Result};
use k8s_openapi::api::core::v1::Service;
use std::net::IpAddr;

/// The name that a Service is reached by, once its controller has written it.
#[must_use]
pub fn hostname(service: &Service) -> Option<&str> {
    let status = service.status.as_ref()?.load_balancer.as_ref()?;
    status.ingress.as_ref()?.first()?.hostname.as_deref()
}

/// The load balancer of that name.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn named(aws: &Aws, hostname: &str) -> Result<Option<LoadBalancer>> {
    let balancers = aws.elbv2.describe_load_balancers().await?;
    let same = |balancer: &LoadBalancer| balancer.dns_name.eq_ignore_ascii_case(hostname);
    Ok(balancers.into_iter().find(same))
}

/// The addresses of a load balancer's interfaces, which name it in their description.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn addresses(aws: &Aws, arn: &str) -> Result<Vec<IpAddr>> {
    let id = arn.split_once("loadbalancer/").map(|(_, id)| id).unwrap_or_default();
    let filters = vec![("description".to_owned(), vec![format!("ELB {id}")])];
    let interfaces = aws.ec2.describe_network_interfaces(&[], &filters).await?;
    let addresses = interfaces.iter().flat_map(|interface| &interface.addresses);
    Ok(addresses.filter_map(|address| address.parse().ok()).collect())
}
