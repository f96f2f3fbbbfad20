//! Makes changes, one after the other, and records each.
//!
//! The process may end after any of them: what was made carries the stack's tags, so the next observation finds it
//! and the next diff goes on from there.

use crate::bindings::{BindingError, Bindings};
use crate::change::Change;
use crate::observed::Observed;
use crate::patience::Patience;
use crate::record::Made;
use aws_api::ec2::{NewSecurityGroup, SecurityGroup};
use aws_api::elbv2::{Attributes, NewLoadBalancer, NewTargetGroup, SubnetChange};
use aws_api::{Aws, AwsError, ErrorClass};
use model::{LoadBalancer, SecurityGroupRef, Stack, TargetGroup};

/// Why a change could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS refused it.
    #[error("cannot make the change [{change}]")]
    Aws {
        /// The change.
        change: String,
        /// AWS's answer.
        #[source]
        source: AwsError,
    },
    /// Kubernetes refused it.
    #[error("cannot make the change [{change}]")]
    Binding {
        /// The change.
        change: String,
        /// The cluster's answer.
        #[source]
        source: BindingError,
    },
    /// It refers to an object of the stack that does not exist.
    #[error("cannot make the change [{0}]: it refers to an object that the stack does not have")]
    Unresolved(String),
}

impl ApplyError {
    /// Whether AWS's answer shows that what was observed is not what is.
    #[must_use]
    pub fn contradicts_observation(&self) -> bool {
        let ApplyError::Aws { source, .. } = self else {
            return matches!(self, ApplyError::Unresolved(_));
        };
        matches!(source.class(), ErrorClass::NotFound | ErrorClass::Duplicate) || source.code == "InvalidSecurityGroup"
    }
}

/// Where changes are made.
pub(crate) struct Target<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) bindings: &'a dyn Bindings,
    pub(crate) vpc_id: &'a str,
    pub(crate) stack: &'a Stack,
}

/// Why a step of a change failed, before it is known which.
enum Failure {
    Aws(AwsError),
    Binding(BindingError),
    Unresolved,
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        Failure::Aws(error)
    }
}

impl From<BindingError> for Failure {
    fn from(error: BindingError) -> Self {
        Failure::Binding(error)
    }
}

impl Target<'_> {
    /// Makes one change and records it in `observed`.
    pub(crate) async fn apply(&self, change: &Change, observed: &mut Observed) -> Result<(), ApplyError> {
        match self.make(change, observed).await {
            Ok(made) => {
                observed.record(change, made, self.stack);
                Ok(())
            }
            Err(Failure::Aws(source)) => Err(ApplyError::Aws {
                change: change.to_string(),
                source,
            }),
            Err(Failure::Binding(source)) => Err(ApplyError::Binding {
                change: change.to_string(),
                source,
            }),
            Err(Failure::Unresolved) => Err(ApplyError::Unresolved(change.to_string())),
        }
    }

    async fn make(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        match change {
            Change::CreateSecurityGroup(_)
            | Change::TagSecurityGroup { .. }
            | Change::Authorize(_)
            | Change::Revoke(_)
            | Change::DeleteSecurityGroup { .. } => self.security_group(change, observed).await,
            Change::CreateTargetGroup(_)
            | Change::ModifyHealthCheck { .. }
            | Change::ModifyTargetGroupAttributes { .. }
            | Change::DeleteTargetGroup { .. } => self.target_group(change, observed).await,
            Change::CreateLoadBalancer(new) => {
                let new = self.new_load_balancer(new, observed)?;
                Ok(Made::LoadBalancer(self.aws.elbv2.create_load_balancer(&new).await?))
            }
            Change::DeleteLoadBalancer { arn } => {
                self.delete_load_balancer(arn).await?;
                Ok(Made::Done)
            }
            Change::SetSecurityGroups { .. }
            | Change::SetSubnets(_)
            | Change::SetIpAddressType(_)
            | Change::ModifyLoadBalancerAttributes(_)
            | Change::ReserveCapacity(_) => self.modify_load_balancer(change, observed).await,
            Change::CreateListener(_)
            | Change::ModifyListener(_)
            | Change::ModifyListenerAttributes { .. }
            | Change::AddCertificates { .. }
            | Change::RemoveCertificates { .. }
            | Change::DeleteListener { .. } => self.listener(change, observed).await,
            Change::CreateBinding(_) | Change::UpdateBinding(_) | Change::DeleteBinding(_) => {
                self.binding(change, observed).await
            }
            Change::Tag { arn, tags } => {
                if !tags.set.is_empty() {
                    self.aws.elbv2.add_tags(arn, &tags.set).await?;
                }
                if !tags.remove.is_empty() {
                    self.aws.elbv2.remove_tags(arn, &tags.remove).await?;
                }
                Ok(Made::Done)
            }
        }
    }

    async fn security_group(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
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

    async fn target_group(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let arn = |id: &str| self.target_group_arn(id, observed).ok_or(Failure::Unresolved);
        match change {
            Change::CreateTargetGroup(wanted) => {
                let new = self.new_target_group(wanted);
                return Ok(Made::TargetGroup(elbv2.create_target_group(&new).await?));
            }
            Change::ModifyHealthCheck {
                target_group,
                health_check,
            } => {
                elbv2.modify_target_group(&arn(target_group)?, health_check).await?;
            }
            Change::ModifyTargetGroupAttributes {
                target_group,
                attributes,
            } => {
                elbv2
                    .modify_target_group_attributes(&arn(target_group)?, attributes)
                    .await?;
            }
            Change::DeleteTargetGroup { arn } => {
                Patience::TARGET_GROUP.delete(|| elbv2.delete_target_group(arn)).await?;
            }
            _ => {}
        }
        Ok(Made::Done)
    }

    async fn modify_load_balancer(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let arn = self.load_balancer_arn(observed)?;
        match change {
            Change::SetSecurityGroups { groups, private_link } => {
                let groups = security_groups(groups, observed)?;
                elbv2.set_security_groups(arn, &groups, private_link.as_deref()).await?;
            }
            Change::SetSubnets(wanted) => elbv2.set_subnets(arn, &subnet_change(wanted)).await?,
            Change::SetIpAddressType(kind) => elbv2.set_ip_address_type(arn, kind).await?,
            Change::ModifyLoadBalancerAttributes(attributes) => {
                elbv2.modify_load_balancer_attributes(arn, attributes).await?;
            }
            Change::ReserveCapacity(units) => elbv2.modify_capacity_reservation(arn, *units).await?,
            _ => {}
        }
        Ok(Made::Done)
    }

    /// Deletes a load balancer, after taking its deletion protection away if need be.
    async fn delete_load_balancer(&self, arn: &str) -> Result<(), AwsError> {
        let elbv2 = &self.aws.elbv2;
        match elbv2.delete_load_balancer(arn).await {
            Err(error) if error.code == "OperationNotPermitted" => {
                let off = Attributes::from([("deletion_protection.enabled".to_owned(), "false".to_owned())]);
                elbv2.modify_load_balancer_attributes(arn, &off).await?;
                elbv2.delete_load_balancer(arn).await
            }
            Err(error) if error.is_not_found() => Ok(()),
            outcome => outcome,
        }
    }

    async fn listener(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let elbv2 = &self.aws.elbv2;
        let spec = |wanted| {
            observed
                .listener_spec(wanted, &self.stack.target_groups)
                .ok_or(Failure::Unresolved)
        };
        match change {
            Change::CreateListener(wanted) => {
                let balancer = self.load_balancer_arn(observed)?;
                let listener = elbv2.create_listener(balancer, &spec(wanted)?, &wanted.tags).await?;
                return Ok(Made::Listener(listener));
            }
            Change::ModifyListener(wanted) => {
                elbv2
                    .modify_listener(self.listener_arn(wanted.port, observed)?, &spec(wanted)?)
                    .await?;
            }
            Change::ModifyListenerAttributes { port, attributes } => {
                elbv2
                    .modify_listener_attributes(self.listener_arn(*port, observed)?, attributes)
                    .await?;
            }
            Change::AddCertificates { port, certificates } => {
                elbv2
                    .add_listener_certificates(self.listener_arn(*port, observed)?, certificates)
                    .await?;
            }
            Change::RemoveCertificates { port, certificates } => {
                elbv2
                    .remove_listener_certificates(self.listener_arn(*port, observed)?, certificates)
                    .await?;
            }
            Change::DeleteListener { arn } => match elbv2.delete_listener(arn).await {
                Err(error) if error.is_not_found() => {}
                outcome => outcome?,
            },
            _ => {}
        }
        Ok(Made::Done)
    }

    async fn binding(&self, change: &Change, observed: &Observed) -> Result<Made, Failure> {
        let resolve = |wanted| {
            observed
                .resolve_binding(wanted, &self.stack.target_groups)
                .ok_or(Failure::Unresolved)
        };
        match change {
            Change::CreateBinding(wanted) => self.bindings.create(&self.stack.id, &resolve(wanted)?).await?,
            Change::UpdateBinding(wanted) => self.bindings.update(&self.stack.id, &resolve(wanted)?).await?,
            Change::DeleteBinding(key) => self.bindings.delete(key).await?,
            _ => {}
        }
        Ok(Made::Done)
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

    fn new_load_balancer(&self, wanted: &LoadBalancer, observed: &Observed) -> Result<NewLoadBalancer, Failure> {
        Ok(NewLoadBalancer {
            name: wanted.name.clone(),
            kind: wanted.kind.as_str().to_owned(),
            scheme: wanted.scheme.clone(),
            ip_address_type: wanted.ip_address_type.clone(),
            subnets: wanted.subnets.clone(),
            security_groups: security_groups(&wanted.security_groups, observed)?,
            // Off is the default, and only dual-stack load balancers take the field.
            enable_prefix_for_ipv6_source_nat: wanted.enable_prefix_for_ipv6_source_nat.clone().filter(|it| it == "on"),
            customer_owned_ipv4_pool: wanted.customer_owned_ipv4_pool.clone(),
            ipv4_ipam_pool: wanted.ipv4_ipam_pool.clone(),
            tags: wanted.tags.clone(),
        })
    }

    fn target_group_arn(&self, id: &str, observed: &Observed) -> Option<String> {
        observed
            .own_target_group_arn(id, &self.stack.target_groups)
            .map(str::to_owned)
    }

    fn load_balancer_arn<'o>(&self, observed: &'o Observed) -> Result<&'o str, Failure> {
        let wanted = self.stack.load_balancer.as_ref().ok_or(Failure::Unresolved)?;
        observed
            .load_balancer(wanted)
            .map(|live| live.load_balancer.arn.as_str())
            .ok_or(Failure::Unresolved)
    }

    fn listener_arn<'o>(&self, port: i32, observed: &'o Observed) -> Result<&'o str, Failure> {
        let wanted = self.stack.load_balancer.as_ref().ok_or(Failure::Unresolved)?;
        let listeners = observed.load_balancer(wanted).and_then(|live| live.listeners.as_ref());
        let mut listeners = listeners.ok_or(Failure::Unresolved)?.iter();
        let found = listeners
            .find(|live| live.listener.spec.port == port)
            .ok_or(Failure::Unresolved)?;
        Ok(&found.listener.arn)
    }
}

fn security_groups(groups: &[SecurityGroupRef], observed: &Observed) -> Result<Vec<String>, Failure> {
    let ids = groups
        .iter()
        .map(|group| observed.security_group_id(group).map(str::to_owned));
    ids.collect::<Option<_>>().ok_or(Failure::Unresolved)
}

/// The address type goes along when a subnet's IPv6 address is named, which AWS takes only together.
fn subnet_change(wanted: &LoadBalancer) -> SubnetChange {
    let names_ipv6 = wanted.subnets.iter().any(|subnet| subnet.ipv6_address.is_some());
    SubnetChange {
        subnets: wanted.subnets.clone(),
        ip_address_type: names_ipv6.then(|| wanted.ip_address_type.clone()),
        enable_prefix_for_ipv6_source_nat: wanted.enable_prefix_for_ipv6_source_nat.clone(),
    }
}
