//! Elastic Load Balancing v2 over the SDK.

mod convert;
mod listener;
mod load_balancer;
mod rule;
mod target;
mod target_group;

use crate::call::Caller;
use async_trait::async_trait;
use aws_api::{Elbv2, Result, Tags};
use aws_sdk_elasticloadbalancingv2::Client;
use std::collections::BTreeMap;

/// ARNs that one DescribeTags, or one Describe call by ARN, takes.
const ARNS_PER_CALL: usize = 20;
/// The largest page of Describe calls.
const PAGE: i32 = 400;

/// The service, as a client of the SDK.
#[derive(Debug)]
pub(crate) struct Elbv2Client {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

#[async_trait]
impl Elbv2 for Elbv2Client {
    async fn describe_tags(&self, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
        let mut tags = BTreeMap::new();
        for chunk in arns.chunks(ARNS_PER_CALL) {
            let request = self.client.describe_tags().set_resource_arns(Some(chunk.to_vec()));
            let answer = self.caller.call("DescribeTags", request.send()).await?;
            let described = answer.tag_descriptions.unwrap_or_default().into_iter();
            tags.extend(
                described.filter_map(|one| Some((one.resource_arn?, convert::tags_of(one.tags.unwrap_or_default())))),
            );
        }
        Ok(tags)
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<()> {
        let request = self
            .client
            .add_tags()
            .resource_arns(arn)
            .set_tags(Some(convert::tags(tags)));
        self.caller.call("AddTags", request.send()).await.map(drop)
    }

    async fn remove_tags(&self, arn: &str, keys: &[String]) -> Result<()> {
        let request = self
            .client
            .remove_tags()
            .resource_arns(arn)
            .set_tag_keys(Some(keys.to_vec()));
        self.caller.call("RemoveTags", request.send()).await.map(drop)
    }
}
