//! The AWS calls that Seatrial makes: plain types, traits, error classes.
//!
//! Everything above this crate (model, plan, converge, the controllers) sees AWS only through [`Elbv2`] and [`Ec2`].
//! There is no SDK here, so most of the workspace compiles and is tested without one.
//! Lists are whole: paging and chunking (20 ARNs per DescribeTags and so on) are the implementation's business.

pub mod ec2;
pub mod elbv2;
mod error;

pub use ec2::Ec2;
pub use elbv2::Elbv2;
pub use error::{AwsError, ErrorClass};

use std::collections::BTreeMap;
use std::sync::Arc;

/// Tags of one resource: key to value.
pub type Tags = BTreeMap<String, String>;

/// The services a controller calls, shared by everything that calls them.
#[derive(Clone)]
pub struct Aws {
    /// Elastic Load Balancing v2.
    pub elbv2: Arc<dyn Elbv2>,
    /// EC2.
    pub ec2: Arc<dyn Ec2>,
}

/// Result of every call.
pub type Result<T> = std::result::Result<T, AwsError>;
