//! DeleteSecurityGroup.

use super::security_group::Peer;
use super::shape::Success;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// Which group.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_id: String,
}

/// Deleted.
pub type Output = Success;

/// Deletes a group that nothing uses.
///
/// # Errors
/// `InvalidGroup.NotFound`, `DependencyViolation` while an interface has it or a rule of another group names it.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let state = &mut region.ec2;
    let id = input.group_id;
    state.security_group(&id)?;
    let on_interface = state
        .interfaces
        .values()
        .any(|interface| interface.security_groups.contains(&id));
    let in_rule = state
        .security_groups
        .iter()
        .any(|(other, group)| *other != id && group.ingress.iter().any(|rule| rule.peer == Peer::Group(id.clone())));
    if on_interface || in_rule {
        return Err(ApiError::new(
            "DependencyViolation",
            format!("resource {id} has a dependent object"),
        ));
    }
    state.security_groups.remove(&id);
    Ok(Success::yes())
}
