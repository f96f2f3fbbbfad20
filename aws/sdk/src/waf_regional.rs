//! AWS WAF Classic Regional over the SDK.

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::{Result, WafRegional};
use aws_sdk_wafregional::Client;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct WafRegionalClient {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

#[async_trait]
impl WafRegional for WafRegionalClient {
    async fn get_web_acl_for_resource(&self, resource_arn: &str) -> Result<Option<String>> {
        let request = self.client.get_web_acl_for_resource().resource_arn(resource_arn);
        let answer = self.caller.call("GetWebACLForResource", request.send()).await?;
        Ok(answer.web_acl_summary.map(|acl| acl.web_acl_id))
    }

    async fn associate_web_acl(&self, web_acl_id: &str, resource_arn: &str) -> Result<()> {
        let request = self
            .client
            .associate_web_acl()
            .web_acl_id(web_acl_id)
            .resource_arn(resource_arn);
        self.caller.call("AssociateWebACL", request.send()).await.map(drop)
    }

    async fn disassociate_web_acl(&self, resource_arn: &str) -> Result<()> {
        let request = self.client.disassociate_web_acl().resource_arn(resource_arn);
        self.caller.call("DisassociateWebACL", request.send()).await.map(drop)
    }
}
