//! Rules of listeners.

use super::{Elbv2Client, PAGE, convert};
use crate::call::created;
use async_trait::async_trait;
use aws_api::elbv2::{Rule, RuleSpec, Rules};
use aws_api::{Result, Tags};
use aws_sdk_elasticloadbalancingv2::types::RulePriorityPair;

#[async_trait]
impl Rules for Elbv2Client {
    async fn describe_rules(&self, listener_arn: &str) -> Result<Vec<Rule>> {
        let request = |marker| {
            self.client
                .describe_rules()
                .listener_arn(listener_arn)
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeRules", request, |page| page.next_marker())
            .await?;
        let rules = pages.into_iter().flat_map(|page| page.rules.unwrap_or_default());
        Ok(rules.map(convert::rule).collect())
    }

    async fn create_rule(&self, listener_arn: &str, spec: &RuleSpec, tags: &Tags) -> Result<Rule> {
        let request = self
            .client
            .create_rule()
            .listener_arn(listener_arn)
            .priority(spec.priority)
            .set_conditions(Some(convert::conditions(&spec.conditions)))
            .set_actions(Some(convert::actions(&spec.actions)))
            .set_transforms((!spec.transforms.is_empty()).then(|| convert::transforms(&spec.transforms)))
            .set_tags(Some(convert::tags(tags)));
        let answer = self.caller.call("CreateRule", request.send()).await?;
        created("CreateRule", answer.rules).map(convert::rule)
    }

    async fn modify_rule(&self, arn: &str, spec: &RuleSpec) -> Result<()> {
        let request = self
            .client
            .modify_rule()
            .rule_arn(arn)
            .set_conditions(Some(convert::conditions(&spec.conditions)))
            .set_actions(Some(convert::actions(&spec.actions)));
        let request = match spec.transforms.as_slice() {
            [] => request.reset_transforms(true),
            transforms => request.set_transforms(Some(convert::transforms(transforms))),
        };
        self.caller.call("ModifyRule", request.send()).await.map(drop)
    }

    async fn delete_rule(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_rule().rule_arn(arn);
        self.caller.call("DeleteRule", request.send()).await.map(drop)
    }

    async fn set_rule_priorities(&self, priorities: &[(String, i32)]) -> Result<()> {
        let pair =
            |(arn, priority): &(String, i32)| RulePriorityPair::builder().rule_arn(arn).priority(*priority).build();
        let request = self
            .client
            .set_rule_priorities()
            .set_rule_priorities(Some(priorities.iter().map(pair).collect()));
        self.caller.call("SetRulePriorities", request.send()).await.map(drop)
    }
}
