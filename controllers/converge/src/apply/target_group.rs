//! Target groups, and the application load balancers that are targets.

use super::{Failure, Target};
use crate::change::Change;
use crate::defaults::Kind;
use crate::observed::{Observed, Role};
use crate::patience::Patience;
use crate::record::Made;
use aws_api::elbv2::{self, NewTargetGroup};
use aws_api::{AwsError, ErrorClass};
use model::TargetGroup;
use std::time::Duration;

/// When to try again to make a load balancer a target that is not active yet.
const NOT_ACTIVE: Duration = Duration::from_secs(15);

impl Target<'_> {
    pub(super) async fn target_group(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let arn = |id: &str| self.target_group_arn(id, observed);
        match change {
            Change::CreateTargetGroup(wanted) => {
                let made = elbv2.create_target_group(&self.new_target_group(wanted)).await?;
                let kind = Kind::TargetGroup {
                    protocol: wanted.protocol.clone(),
                    target_type: wanted.target_type.clone(),
                };
                let read = elbv2.describe_target_group_attributes(&made.arn);
                let attributes = self.attributes(kind, &wanted.attributes, read).await;
                return Ok(Made::TargetGroup(made, attributes));
            }
            Change::ModifyHealthCheck {
                target_group,
                health_check,
            } => elbv2.modify_target_group(&arn(target_group)?, health_check).await?,
            Change::ModifyTargetGroupAttributes {
                target_group,
                attributes,
            } => {
                elbv2
                    .modify_target_group_attributes(&arn(target_group)?, attributes)
                    .await?;
            }
            Change::RegisterLoadBalancer { target_group, port } => {
                return self.register(&arn(target_group)?, *port, observed).await;
            }
            Change::DeregisterTargets {
                target_group_arn,
                targets,
            } => return super::gone(elbv2.deregister_targets(target_group_arn, targets).await),
            Change::DeleteTargetGroup { arn } => {
                Patience::TARGET_GROUP.delete(|| elbv2.delete_target_group(arn)).await?;
            }
            _ => {}
        }
        Ok(Made::Done)
    }

    /// AWS takes a load balancer as a target once it is active and listens on the port.
    async fn register(&self, target_group_arn: &str, port: i32, observed: &Observed) -> Result<Made, Failure> {
        let target = elbv2::Target {
            id: self.load_balancer_arn(Role::Main, observed)?.to_owned(),
            port,
            zone: None,
        };
        let targets = std::slice::from_ref(&target);
        let not_active = |error: AwsError| match error.class() {
            ErrorClass::Invalid => Failure::Waiting {
                reason: error.to_string(),
                again: NOT_ACTIVE,
            },
            _ => Failure::Aws(error),
        };
        let registered = self.aws.elbv2.register_targets(target_group_arn, targets).await;
        registered.map_err(not_active)?;
        Ok(Made::Target(target))
    }

    fn new_target_group(&self, wanted: &TargetGroup) -> NewTargetGroup {
        NewTargetGroup {
            name: wanted.name.clone(),
            target_type: wanted.target_type.clone(),
            protocol: wanted.protocol.clone(),
            protocol_version: wanted.protocol_version.clone(),
            port: wanted.port,
            vpc_id: self.vpc_id.to_owned(),
            ip_address_type: wanted.ip_address_type.clone(),
            health_check: wanted.health_check.clone(),
            control_port: wanted.control_port,
            tags: wanted.tags.clone(),
        }
    }
}
