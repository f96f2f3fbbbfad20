//! EBS alone, for the driver that needs nothing else of AWS.

use crate::call::Caller;
use crate::ec2::Ec2Client;
use crate::metrics::Metrics;
use crate::retry::KnownActions;
use crate::service::Service;
use crate::throttle::Throttles;
use aws_api::Ebs;
use aws_config::retry::RetryConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use std::sync::Arc;

/// How to reach EBS.
#[derive(Debug, Clone, Default)]
pub struct EbsConnector {
    /// Region; what the SDK finds when absent.
    pub region: Option<String>,
    /// URL of EC2; AWS's own when absent.
    pub endpoint: Option<String>,
    /// How often a call is made at most when it fails in passing.
    pub max_attempts: u32,
    /// What the calls name as their maker, in the alphabet of HTTP tokens.
    pub user_agent: Option<String>,
}

impl EbsConnector {
    /// A client whose credentials are those that the SDK finds.
    pub async fn connect(&self, metrics: &Metrics) -> Arc<dyn Ebs> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(RetryConfig::adaptive().with_max_attempts(self.max_attempts.max(1)));
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(name) = self.user_agent.as_deref().and_then(app_name) {
            loader = loader.app_name(name);
        }
        let config = loader.load().await;
        let mut builder = aws_sdk_ec2::config::Builder::from(&config)
            .interceptor(metrics.clone())
            .retry_classifier(KnownActions);
        if let Some(url) = &self.endpoint {
            builder = builder.endpoint_url(url);
        }
        Arc::new(Ec2Client {
            client: aws_sdk_ec2::Client::from_conf(builder.build()),
            caller: Caller {
                service: Service::Ec2,
                throttles: Throttles::lifted(),
                metrics: metrics.clone(),
            },
        })
    }
}

fn app_name(text: &str) -> Option<AppName> {
    let name = AppName::new(text.to_owned());
    name.inspect_err(|error| tracing::warn!(%error, text, "not named in user agents"))
        .ok()
}
