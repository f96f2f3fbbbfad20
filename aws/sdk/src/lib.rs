//! The AWS calls over the AWS SDK: configuration, rate limits, retries, metrics.
//!
//! [`connect`] turns [`Args`] into an [`Aws`] whose services share one HTTP client, one retry policy and one
//! set of metrics. Which cloud answers is decided by what the SDK itself reads: `AWS_ENDPOINT_URL` and its kin.
#![cfg_attr(test, allow(clippy::unwrap_used))]
// The paths of the SDK's methods are longer than the closures that call them.
#![allow(clippy::redundant_closure_for_method_calls)]

mod acm;
mod args;
mod call;
mod connect;
mod ebs;
mod ec2;
mod elbv2;
mod error;
mod metrics;
mod retry;
mod service;
mod shield;
mod throttle;
mod waf_regional;
mod wafv2;

pub use args::Args;
pub use aws_api::Aws;
pub use connect::{ConnectError, Connected, connect, connect_network, connect_to};
pub use ebs::EbsConnector;
pub use metrics::Metrics;
pub use service::{Endpoints, Service};
pub use throttle::Throttles;
