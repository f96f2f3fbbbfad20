//! Targets of target groups.

use super::{Elbv2Client, convert};
use async_trait::async_trait;
use aws_api::Result;
use aws_api::elbv2::{Target, TargetHealth, Targets};

#[async_trait]
impl Targets for Elbv2Client {
    async fn register_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()> {
        let targets = convert::targets(targets);
        let request = self
            .client
            .register_targets()
            .target_group_arn(target_group_arn)
            .set_targets(Some(targets));
        self.caller.call("RegisterTargets", request.send()).await.map(drop)
    }

    async fn deregister_targets(&self, target_group_arn: &str, targets: &[Target]) -> Result<()> {
        let targets = convert::targets(targets);
        let request = self
            .client
            .deregister_targets()
            .target_group_arn(target_group_arn)
            .set_targets(Some(targets));
        self.caller.call("DeregisterTargets", request.send()).await.map(drop)
    }

    async fn describe_target_health(&self, target_group_arn: &str, targets: &[Target]) -> Result<Vec<TargetHealth>> {
        let chosen = (!targets.is_empty()).then(|| convert::targets(targets));
        let request = self
            .client
            .describe_target_health()
            .target_group_arn(target_group_arn)
            .set_targets(chosen);
        let answer = self.caller.call("DescribeTargetHealth", request.send()).await?;
        Ok(answer
            .target_health_descriptions
            .unwrap_or_default()
            .into_iter()
            .map(convert::target_health)
            .collect())
    }
}
