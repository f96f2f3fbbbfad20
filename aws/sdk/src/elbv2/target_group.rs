//! Target groups.

use super::{ARNS_PER_CALL, Elbv2Client, PAGE, convert};
use crate::call::created;
use async_trait::async_trait;
use aws_api::elbv2::{Attributes, HealthCheck, NewTargetGroup, TargetGroup, TargetGroups};
use aws_api::{AwsError, Result};

#[async_trait]
impl TargetGroups for Elbv2Client {
    async fn describe_target_groups(&self) -> Result<Vec<TargetGroup>> {
        let request = |marker| {
            self.client
                .describe_target_groups()
                .page_size(PAGE)
                .set_marker(marker)
                .send()
        };
        let pages = self
            .caller
            .pages("DescribeTargetGroups", request, |page| page.next_marker())
            .await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.target_groups.unwrap_or_default())
            .map(convert::target_group)
            .collect())
    }

    async fn describe_target_groups_by_arn(&self, arns: &[String]) -> Result<Vec<TargetGroup>> {
        let mut found = Vec::with_capacity(arns.len());
        for chunk in arns.chunks(ARNS_PER_CALL) {
            let request = self
                .client
                .describe_target_groups()
                .set_target_group_arns(Some(chunk.to_vec()));
            let page = self.caller.call("DescribeTargetGroups", request.send()).await?;
            found.extend(
                page.target_groups
                    .unwrap_or_default()
                    .into_iter()
                    .map(convert::target_group),
            );
        }
        Ok(found)
    }

    async fn describe_target_group_by_name(&self, name: &str) -> Result<TargetGroup> {
        let request = self.client.describe_target_groups().names(name);
        let answer = self.caller.call("DescribeTargetGroups", request.send()).await?;
        answer
            .target_groups
            .unwrap_or_default()
            .into_iter()
            .next()
            .map(convert::target_group)
            .ok_or_else(|| AwsError {
                operation: "DescribeTargetGroups",
                code: "TargetGroupNotFound".to_owned(),
                message: format!("no target group is named {name:?}"),
                request_id: None,
            })
    }

    async fn create_target_group(&self, new: &NewTargetGroup) -> Result<TargetGroup> {
        let check = &new.health_check;
        let request = self
            .client
            .create_target_group()
            .name(&new.name)
            .target_type(new.target_type.as_str().into())
            .protocol(new.protocol.as_str().into())
            .set_protocol_version(new.protocol_version.clone())
            .set_target_control_port(new.control_port)
            .port(new.port)
            .vpc_id(&new.vpc_id)
            .ip_address_type(new.ip_address_type.as_str().into())
            .health_check_enabled(true)
            .health_check_protocol(check.protocol.as_str().into())
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .set_matcher(check.matcher.as_ref().map(convert::matcher))
            .set_tags(Some(convert::tags(&new.tags)));
        let answer = self.caller.call("CreateTargetGroup", request.send()).await?;
        created("CreateTargetGroup", answer.target_groups).map(convert::target_group)
    }

    async fn modify_target_group(&self, arn: &str, check: &HealthCheck) -> Result<()> {
        let request = self
            .client
            .modify_target_group()
            .target_group_arn(arn)
            .health_check_protocol(check.protocol.as_str().into())
            .health_check_port(&check.port)
            .set_health_check_path(check.path.clone())
            .health_check_interval_seconds(check.interval)
            .health_check_timeout_seconds(check.timeout)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .set_matcher(check.matcher.as_ref().map(convert::matcher));
        self.caller.call("ModifyTargetGroup", request.send()).await.map(drop)
    }

    async fn delete_target_group(&self, arn: &str) -> Result<()> {
        let request = self.client.delete_target_group().target_group_arn(arn);
        self.caller.call("DeleteTargetGroup", request.send()).await.map(drop)
    }

    async fn describe_target_group_attributes(&self, arn: &str) -> Result<Attributes> {
        let request = self.client.describe_target_group_attributes().target_group_arn(arn);
        let answer = self
            .caller
            .call("DescribeTargetGroupAttributes", request.send())
            .await?;
        Ok(convert::of_target_group_attributes(
            answer.attributes.unwrap_or_default(),
        ))
    }

    async fn modify_target_group_attributes(&self, arn: &str, attributes: &Attributes) -> Result<()> {
        let request = self
            .client
            .modify_target_group_attributes()
            .target_group_arn(arn)
            .set_attributes(Some(convert::target_group_attributes(attributes)));
        self.caller
            .call("ModifyTargetGroupAttributes", request.send())
            .await
            .map(drop)
    }
}
