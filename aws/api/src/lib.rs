//! The AWS calls that Seatrial makes: plain types, traits, error classes.
//!
//! Everything above this crate (model, plan, converge, the controllers) sees AWS only through the traits of [`Aws`].
//! There is no SDK here, so most of the workspace compiles and is tested without one.
//! Lists are whole: paging and chunking (20 ARNs per DescribeTags and so on) are the implementation's business.

mod absent;
pub mod acm;
pub mod ebs;
pub mod ec2;
pub mod elbv2;
mod error;
pub mod shield;
pub mod waf_regional;
pub mod wafv2;

pub use absent::Absent;
pub use acm::Acm;
pub use ebs::Ebs;
pub use ec2::{Ec2, Filters};
pub use elbv2::Elbv2;
pub use error::{AwsError, ErrorClass};
pub use shield::Shield;
pub use waf_regional::WafRegional;
pub use wafv2::Wafv2;

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
    /// AWS Certificate Manager.
    pub acm: Arc<dyn Acm>,
    /// AWS WAF.
    pub wafv2: Arc<dyn Wafv2>,
    /// AWS WAF Classic Regional.
    pub waf_regional: Arc<dyn WafRegional>,
    /// AWS Shield Advanced.
    pub shield: Arc<dyn Shield>,
}

/// Result of every call.
pub type Result<T> = std::result::Result<T, AwsError>;
