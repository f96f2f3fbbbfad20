//! AWS WAF (API version 2019-07-29), scope REGIONAL.

use crate::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A web ACL as ListWebACLs shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebAcl {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

/// AWS WAF. Lists are whole.
#[async_trait]
pub trait Wafv2: Send + Sync {
    /// ListWebACLs.
    async fn list_web_acls(&self) -> Result<Vec<WebAcl>>;
    /// GetWebACLForResource: the ARN of the web ACL, if there is one.
    async fn get_web_acl_for_resource(&self, resource_arn: &str) -> Result<Option<String>>;
    /// AssociateWebACL.
    async fn associate_web_acl(&self, web_acl_arn: &str, resource_arn: &str) -> Result<()>;
    /// DisassociateWebACL.
    async fn disassociate_web_acl(&self, resource_arn: &str) -> Result<()>;
}
