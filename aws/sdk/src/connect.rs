//! From arguments to clients.

use crate::acm::AcmClient;
use crate::args::Args;
use crate::call::Caller;
use crate::ec2::Ec2Client;
use crate::elbv2::Elbv2Client;
use crate::metrics::Metrics;
use crate::service::{Endpoints, Service};
use crate::shield::ShieldClient;
use crate::throttle::Throttles;
use crate::waf_regional::WafRegionalClient;
use crate::wafv2::Wafv2Client;
use aws_api::{Absent, Aws, AwsError, Ec2};
use aws_config::imds;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use prometheus_client::registry::Registry;
use std::sync::Arc;

/// AWS, and where in it the cluster is.
#[derive(Clone)]
pub struct Connected {
    /// The services.
    pub aws: Aws,
    /// The region, such as `us-west-2`.
    pub region: String,
    /// The VPC of the cluster.
    pub vpc_id: String,
}

/// Why AWS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a flag, the environment nor instance metadata names a region.
    #[error("no region: give --aws-region or AWS_REGION, or run where instance metadata can be read")]
    NoRegion,
    /// Instance metadata did not name the VPC.
    #[error("no VPC: give --aws-vpc-id or --aws-vpc-tags, or run where instance metadata can be read")]
    VpcFromMetadata(#[source] imds::client::error::ImdsError),
    /// The VPC could not be looked up by its tags.
    #[error("cannot look up the VPC by --aws-vpc-tags")]
    DescribeVpcs(#[source] AwsError),
    /// The tags name no VPC, or more than one.
    #[error("--aws-vpc-tags must name one VPC, but {0} have these tags")]
    AmbiguousVpc(usize),
}

/// Connects to every service, as the arguments and the environment say.
///
/// # Errors
/// When the region or the VPC cannot be found out.
pub async fn connect(args: &Args, metrics: &Metrics) -> Result<Connected, ConnectError> {
    connect_with(args, metrics, |clients| clients.all()).await
}

/// Connects to EC2 and Elastic Load Balancing alone: a binary that calls no other service does not carry its client.
///
/// # Errors
/// As of [`connect`].
pub async fn connect_network(args: &Args, metrics: &Metrics) -> Result<Connected, ConnectError> {
    connect_with(args, metrics, |clients| clients.network()).await
}

async fn connect_with(
    args: &Args,
    metrics: &Metrics,
    services: fn(&Clients<'_>) -> Aws,
) -> Result<Connected, ConnectError> {
    let config = load(args).await;
    let region = config.region().map(ToString::to_string).ok_or(ConnectError::NoRegion)?;
    let aws = services(&Clients {
        config: &config,
        throttles: &args.aws_api_throttle,
        endpoints: &args.aws_api_endpoints,
        metrics,
    });
    let vpc_id = vpc(args, aws.ec2.as_ref()).await?;
    Ok(Connected { aws, region, vpc_id })
}

async fn load(args: &Args) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(RetryConfig::standard().with_max_attempts(args.aws_max_retries.saturating_add(1)));
    if let Some(region) = &args.aws_region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader.load().await
}

/// Connects to an endpoint that takes any credentials, with no client-side rates: for the command line and tests.
pub async fn connect_to(url: &str, region: &str) -> Aws {
    let credentials = aws_sdk_ec2::config::Credentials::new("seatrial", "seatrial", None, None, "fixed");
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .credentials_provider(credentials)
        .load()
        .await;
    Clients {
        config: &config,
        throttles: &Throttles::lifted(),
        endpoints: &Endpoints::default(),
        metrics: &Metrics::register(&mut Registry::default()),
    }
    .all()
}

/// What every client is made of.
struct Clients<'a> {
    config: &'a SdkConfig,
    throttles: &'a Throttles,
    endpoints: &'a Endpoints,
    metrics: &'a Metrics,
}

/// A client of one service, which counts its requests and goes where the endpoints say. Every service has types of its own.
macro_rules! client {
    ($clients:ident, $wrapper:ident, $sdk:ident, $service:expr) => {{
        let mut builder = $sdk::config::Builder::from($clients.config).interceptor($clients.metrics.clone());
        if let Some(url) = $clients.endpoints.get($service) {
            builder = builder.endpoint_url(url);
        }
        Arc::new($wrapper {
            client: $sdk::Client::from_conf(builder.build()),
            caller: Caller {
                service: $service,
                throttles: $clients.throttles.clone(),
                metrics: $clients.metrics.clone(),
            },
        })
    }};
}

impl Clients<'_> {
    fn network(&self) -> Aws {
        Aws {
            elbv2: client!(self, Elbv2Client, aws_sdk_elasticloadbalancingv2, Service::Elbv2),
            ec2: client!(self, Ec2Client, aws_sdk_ec2, Service::Ec2),
            acm: Arc::new(Absent),
            wafv2: Arc::new(Absent),
            waf_regional: Arc::new(Absent),
            shield: Arc::new(Absent),
        }
    }

    fn all(&self) -> Aws {
        Aws {
            acm: client!(self, AcmClient, aws_sdk_acm, Service::Acm),
            wafv2: client!(self, Wafv2Client, aws_sdk_wafv2, Service::Wafv2),
            waf_regional: client!(self, WafRegionalClient, aws_sdk_wafregional, Service::WafRegional),
            shield: client!(self, ShieldClient, aws_sdk_shield, Service::Shield),
            ..self.network()
        }
    }
}

async fn vpc(args: &Args, ec2: &dyn Ec2) -> Result<String, ConnectError> {
    if let Some(id) = &args.aws_vpc_id {
        return Ok(id.clone());
    }
    let Some(tags) = &args.aws_vpc_tags else {
        return vpc_of_this_instance().await.map_err(ConnectError::VpcFromMetadata);
    };
    let filters = tags
        .0
        .iter()
        .map(|(key, value)| (format!("tag:{key}"), vec![value.clone()]))
        .collect();
    let vpcs = ec2
        .describe_vpcs(&[], &filters)
        .await
        .map_err(ConnectError::DescribeVpcs)?;
    match vpcs.as_slice() {
        [vpc] => Ok(vpc.id.clone()),
        _ => Err(ConnectError::AmbiguousVpc(vpcs.len())),
    }
}

/// The VPC of the primary interface, as instance metadata shows it.
async fn vpc_of_this_instance() -> Result<String, imds::client::error::ImdsError> {
    let metadata = imds::Client::builder().build();
    let mac = metadata.get("/latest/meta-data/mac").await?;
    let vpc = metadata
        .get(format!(
            "/latest/meta-data/network/interfaces/macs/{}/vpc-id",
            mac.as_ref().trim()
        ))
        .await?;
    Ok(vpc.as_ref().trim().to_owned())
}
