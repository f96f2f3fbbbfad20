//! AuthorizeSecurityGroupIngress.

use super::permission::PermissionParameter;
use super::security_group::{Peer, RULES_PER_GROUP, Rule};
use super::shape::Success;
use super::state::not_found;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The group and what it shall let in.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_id: String,
    #[serde(default)]
    ip_permissions: Vec<PermissionParameter>,
}

/// Authorized.
pub type Output = Success;

/// Adds rules; all or none.
///
/// # Errors
/// `InvalidGroup.NotFound` for the group or a peer, `InvalidPermission.Duplicate`, `RulesPerSecurityGroupLimitExceeded`,
/// `InvalidParameterValue`, `MissingParameter`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2;
    let present = &state.security_group(&input.group_id)?.ingress;
    let mut added: Vec<Rule> = Vec::new();
    for rule in requested(input.ip_permissions)? {
        if let Peer::Group(peer) = &rule.peer {
            state.security_group(peer)?;
        }
        if present.iter().chain(&added).any(|other| other.same(&rule)) {
            let message = format!(
                "the specified rule \"{:?}, {:?}\" already exists",
                rule.peer, rule.traffic
            );
            return Err(ApiError::new("InvalidPermission.Duplicate", message));
        }
        added.push(rule);
    }
    if present.len() + added.len() > RULES_PER_GROUP {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(ApiError::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    let group = state.security_groups.get_mut(&input.group_id);
    group
        .ok_or_else(|| not_found("InvalidGroup.NotFound", "security group", &input.group_id))?
        .ingress
        .extend(added);
    Ok(Success::yes())
}

/// The rules that a request names.
///
/// # Errors
/// `MissingParameter` without any, otherwise as the permissions' own.
pub(crate) fn requested(permissions: Vec<PermissionParameter>) -> Result<Vec<Rule>, ApiError> {
    if permissions.is_empty() {
        return Err(ApiError::missing("IpPermissions"));
    }
    let rules = permissions
        .into_iter()
        .map(PermissionParameter::rules)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rules.into_iter().flatten().collect())
}
