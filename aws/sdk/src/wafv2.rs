//! AWS WAF over the SDK.

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::wafv2::WebAcl;
use aws_api::{Result, Wafv2};
use aws_sdk_wafv2::Client;
use aws_sdk_wafv2::types::Scope;

/// The largest page of lists.
const PAGE: i32 = 100;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct Wafv2Client {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

#[async_trait]
impl Wafv2 for Wafv2Client {
    async fn list_web_acls(&self) -> Result<Vec<WebAcl>> {
        let request = |marker| {
            self.client
                .list_web_acls()
                .scope(Scope::Regional)
                .limit(PAGE)
                .set_next_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("ListWebACLs", request, |page| page.next_marker())
            .await?;
        let listed = pages.into_iter().flat_map(|page| page.web_acls.unwrap_or_default());
        Ok(listed
            .map(|acl| WebAcl {
                arn: acl.arn.unwrap_or_default(),
                name: acl.name.unwrap_or_default(),
            })
            .collect())
    }

    async fn get_web_acl_for_resource(&self, resource_arn: &str) -> Result<Option<String>> {
        let request = self.client.get_web_acl_for_resource().resource_arn(resource_arn);
        let answer = self.caller.call("GetWebACLForResource", request.send()).await?;
        Ok(answer.web_acl.map(|acl| acl.arn))
    }

    async fn associate_web_acl(&self, web_acl_arn: &str, resource_arn: &str) -> Result<()> {
        let request = self
            .client
            .associate_web_acl()
            .web_acl_arn(web_acl_arn)
            .resource_arn(resource_arn);
        self.caller.call("AssociateWebACL", request.send()).await.map(drop)
    }

    async fn disassociate_web_acl(&self, resource_arn: &str) -> Result<()> {
        let request = self.client.disassociate_web_acl().resource_arn(resource_arn);
        self.caller.call("DisassociateWebACL", request.send()).await.map(drop)
    }
}
