//! What can be attached to a load balancer. A wish that is absent leaves alone what is there.

use serde::{Deserialize, Serialize};

/// Wishes about firewalls and protection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AddOns {
    /// Web ACL of AWS WAF, by ARN.
    pub wafv2: Option<Association>,
    /// Web ACL of AWS WAF Classic Regional, by id.
    pub waf_regional: Option<Association>,
    /// Whether AWS Shield Advanced protects it.
    pub shield: Option<bool>,
}

/// A wish about a web ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Association {
    /// This one is attached.
    With(String),
    /// None is attached.
    None,
}
