//! AWS WAF Classic Regional (API version 2016-11-28).

use crate::Result;
use async_trait::async_trait;

/// AWS WAF Classic Regional.
#[async_trait]
pub trait WafRegional: Send + Sync {
    /// GetWebACLForResource: the id of the web ACL, if there is one.
    async fn get_web_acl_for_resource(&self, resource_arn: &str) -> Result<Option<String>>;
    /// AssociateWebACL.
    async fn associate_web_acl(&self, web_acl_id: &str, resource_arn: &str) -> Result<()>;
    /// DisassociateWebACL.
    async fn disassociate_web_acl(&self, resource_arn: &str) -> Result<()>;
}
