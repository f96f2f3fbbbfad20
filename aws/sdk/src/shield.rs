//! AWS Shield Advanced over the SDK.

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::shield::Protection;
use aws_api::{Result, Shield};
use aws_sdk_shield::Client;
use aws_sdk_shield::types::SubscriptionState;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct ShieldClient {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

#[async_trait]
impl Shield for ShieldClient {
    async fn is_subscribed(&self) -> Result<bool> {
        let request = self.client.get_subscription_state();
        let answer = self.caller.call("GetSubscriptionState", request.send()).await?;
        Ok(answer.subscription_state == SubscriptionState::Active)
    }

    async fn describe_protection(&self, resource_arn: &str) -> Result<Option<Protection>> {
        let request = self.client.describe_protection().resource_arn(resource_arn);
        let answer = match self.caller.call("DescribeProtection", request.send()).await {
            Err(error) if error.is_not_found() => return Ok(None),
            answer => answer?,
        };
        Ok(answer.protection.map(|protection| Protection {
            id: protection.id.unwrap_or_default(),
            name: protection.name.unwrap_or_default(),
        }))
    }

    async fn create_protection(&self, name: &str, resource_arn: &str) -> Result<String> {
        let request = self.client.create_protection().name(name).resource_arn(resource_arn);
        let answer = self.caller.call("CreateProtection", request.send()).await?;
        Ok(answer.protection_id.unwrap_or_default())
    }

    async fn delete_protection(&self, id: &str) -> Result<()> {
        let request = self.client.delete_protection().protection_id(id);
        self.caller.call("DeleteProtection", request.send()).await.map(drop)
    }
}
