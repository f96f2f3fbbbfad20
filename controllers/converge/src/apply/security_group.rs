//! The managed security group.

use super::{Failure, Target};
use crate::change::Change;
use crate::observed::Observed;
use crate::patience::Patience;
use crate::record::Made;
use aws_api::ec2::{NewSecurityGroup, SecurityGroup};

impl Target<'_> {
    pub(super) async fn security_group(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let ec2 = &self.aws.ec2;
        let managed = || {
            observed
                .managed_security_group()
                .map(|group| group.id.as_str())
                .ok_or(Failure::Unresolved)
        };
        match change {
            Change::CreateSecurityGroup(wanted) => {
                let new = NewSecurityGroup {
                    name: wanted.name.clone(),
                    description: wanted.description.clone(),
                    vpc_id: self.vpc_id.to_owned(),
                    tags: wanted.tags.clone(),
                };
                let id = ec2.create_security_group(&new).await?;
                let NewSecurityGroup { name, vpc_id, tags, .. } = new;
                return Ok(Made::SecurityGroup(SecurityGroup {
                    id,
                    name,
                    vpc_id,
                    ingress: Vec::new(),
                    tags,
                }));
            }
            Change::TagSecurityGroup { id, tags } => {
                if !tags.set.is_empty() {
                    ec2.create_tags(id, &tags.set).await?;
                }
                if !tags.remove.is_empty() {
                    ec2.delete_tags(id, &tags.remove).await?;
                }
            }
            Change::Authorize(rules) => ec2.authorize_ingress(managed()?, rules).await?,
            Change::Revoke(rules) => ec2.revoke_ingress(managed()?, rules).await?,
            Change::DeleteSecurityGroup { id } => {
                Patience::SECURITY_GROUP
                    .delete(|| ec2.delete_security_group(id))
                    .await?;
            }
            _ => {}
        }
        Ok(Made::Done)
    }
}
