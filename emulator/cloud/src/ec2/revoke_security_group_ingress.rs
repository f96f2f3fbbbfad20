//! RevokeSecurityGroupIngress.

use super::authorize_security_group_ingress::requested;
use super::permission::PermissionParameter;
use super::shape::Success;
use super::state::not_found;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The group and what it shall no longer let in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_id: String,
    #[serde(default)]
    ip_permissions: Vec<PermissionParameter>,
}

/// Revoked.
pub type Output = Success;

/// Removes rules; all or none.
///
/// # Errors
/// `InvalidGroup.NotFound`, `InvalidPermission.NotFound`, `InvalidParameterValue`, `MissingParameter`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let group = region.ec2.security_groups.get_mut(&input.group_id);
    let group = group.ok_or_else(|| not_found("InvalidGroup.NotFound", "security group", &input.group_id))?;
    let revoked = requested(input.ip_permissions)?;
    if revoked
        .iter()
        .any(|rule| !group.ingress.iter().any(|present| present.same(rule)))
    {
        let message = "The specified rule does not exist in this security group.";
        return Err(ApiError::new("InvalidPermission.NotFound", message));
    }
    group
        .ingress
        .retain(|present| !revoked.iter().any(|rule| rule.same(present)));
    Ok(Success::yes())
}
