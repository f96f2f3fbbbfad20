//! Kubernetes objects and AWS facts to the model: pure functions.
//!
//! [`service`] plans the network load balancer of a Service, [`ingress`] the application load balancer of a group of Ingresses. Both take objects, what is
//! known of AWS and the controller's configuration, and say what should exist. They never ask anybody.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attributes;
mod binding;
mod config;
mod error;
pub mod ingress;
mod live;
mod port;
mod security_group;
pub mod service;
pub mod subnet;

pub use config::{Config, FeatureGates};
pub use error::PlanError;
pub use live::LiveLoadBalancer;

use std::collections::BTreeMap;

static NO_ANNOTATIONS: BTreeMap<String, String> = BTreeMap::new();
