//! A binding with everything that its spec may leave open filled in from AWS.

use aws_api::AwsError;
use aws_api::elbv2::{Elbv2, TargetGroup};
use controllers_api::target_group_binding::{IpAddressType, TargetGroupBinding, TargetType};
use parking_lot::Mutex;
use runtime::Key;
use std::collections::HashMap;
use std::sync::Arc;

/// What a binding is about.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    pub(crate) key: Key,
    pub(crate) object: Arc<TargetGroupBinding>,
    pub(crate) target_group: String,
    pub(crate) target_type: TargetType,
    pub(crate) ip_address_type: IpAddressType,
    /// The VPC of the target group.
    pub(crate) vpc_id: String,
}

impl Binding {
    /// The `addressType` of EndpointSlices that fit.
    pub(crate) fn address_type(&self) -> &'static str {
        match self.ip_address_type {
            IpAddressType::Ipv4 => "IPv4",
            IpAddressType::Ipv6 => "IPv6",
        }
    }

    /// The Service it binds.
    pub(crate) fn service(&self) -> Key {
        service_of(&self.object)
    }
}

/// The Service that a binding names.
pub(crate) fn service_of(object: &TargetGroupBinding) -> Key {
    Key::new(Key::of(object).namespace, &object.spec.service_ref.name)
}

/// Why a binding cannot be put into effect.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum BindingError {
    #[error("spec names neither targetGroupARN nor targetGroupName; name one of them")]
    NoTargetGroup,
    #[error("cannot describe the target group")]
    Describe(#[source] AwsError),
    #[error("target group {0} does not exist; correct {field}, or make the target group", field = field_of(.0))]
    Missing(String),
    #[error("target groups of type {0} cannot be bound to a Service: instance and ip can")]
    TargetType(String),
    #[error("iamRoleArnToAssume is not supported; remove it, and bind target groups of this account only")]
    AssumeRole,
}

/// The field of the spec that holds an ARN or a name.
fn field_of(target_group: &str) -> &'static str {
    match target_group.starts_with("arn:") {
        true => "spec.targetGroupARN",
        false => "spec.targetGroupName",
    }
}

/// Fills bindings in; what AWS said of a target group is kept.
pub(crate) struct Bindings {
    elbv2: Arc<dyn Elbv2>,
    /// The controller's VPC.
    vpc_id: String,
    /// By ARN or name, as the spec has it.
    described: Mutex<HashMap<String, TargetGroup>>,
}

impl Bindings {
    /// `vpc_id` is where bindings that name none are looked for.
    pub(crate) fn new(elbv2: Arc<dyn Elbv2>, vpc_id: String) -> Self {
        Self {
            elbv2,
            vpc_id,
            described: Mutex::default(),
        }
    }

    /// The binding of an object. A complete spec costs no call.
    pub(crate) async fn complete(&self, object: &Arc<TargetGroupBinding>) -> Result<Binding, BindingError> {
        let spec = &object.spec;
        if !spec.iam_role_arn_to_assume.is_empty() {
            return Err(BindingError::AssumeRole);
        }
        let binding = |group: &TargetGroup, target_type| Binding {
            key: Key::of(object.as_ref()),
            object: object.clone(),
            target_group: group.arn.clone(),
            target_type,
            ip_address_type: spec.ip_address_type.unwrap_or(match group.ip_address_type.as_str() {
                "ipv6" => IpAddressType::Ipv6,
                _ => IpAddressType::Ipv4,
            }),
            vpc_id: [&spec.vpc_id, &group.vpc_id, &self.vpc_id]
                .into_iter()
                .find(|id| !id.is_empty())
                .cloned()
                .unwrap_or_default(),
        };
        if let (Some(arn), Some(target_type)) = (&spec.target_group_arn, spec.target_type) {
            return Ok(binding(
                &TargetGroup {
                    arn: arn.clone(),
                    ..TargetGroup::default()
                },
                target_type,
            ));
        }
        let group = self
            .describe(spec.target_group_arn.as_deref(), spec.target_group_name.as_deref())
            .await?;
        let target_type = match (spec.target_type, group.target_type.as_str()) {
            (Some(given), _) => given,
            (None, "instance") => TargetType::Instance,
            (None, "ip") => TargetType::Ip,
            (None, other) => return Err(BindingError::TargetType(other.to_owned())),
        };
        Ok(binding(&group, target_type))
    }

    async fn describe(&self, arn: Option<&str>, name: Option<&str>) -> Result<TargetGroup, BindingError> {
        let wanted = arn
            .or(name)
            .filter(|wanted| !wanted.is_empty())
            .ok_or(BindingError::NoTargetGroup)?;
        if let Some(group) = self.described.lock().get(wanted) {
            return Ok(group.clone());
        }
        let group = match arn {
            Some(arn) => self
                .elbv2
                .describe_target_groups_by_arn(&[arn.to_owned()])
                .await
                .map(|mut all| all.pop()),
            None => self.elbv2.describe_target_group_by_name(wanted).await.map(Some),
        };
        let missing = || BindingError::Missing(wanted.to_owned());
        let group = match group {
            Err(error) if error.is_not_found() => return Err(missing()),
            answer => answer.map_err(BindingError::Describe)?.ok_or_else(missing)?,
        };
        self.described.lock().insert(wanted.to_owned(), group.clone());
        Ok(group)
    }

    /// Forgets what AWS said, for it may be another group under the same name next time.
    pub(crate) fn forget(&self, object: &TargetGroupBinding) {
        let mut described = self.described.lock();
        for wanted in [&object.spec.target_group_arn, &object.spec.target_group_name]
            .into_iter()
            .flatten()
        {
            described.remove(wanted);
        }
    }
}
