//! ModifyVolumeAttribute.

use crate::ec2::shape::Success;
use crate::{ApiError, Context, Region};
use serde::Deserialize;

/// The volume and its attribute.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    #[serde(rename = "AutoEnableIO")]
    auto_enable_io: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Value {
    value: bool,
}

/// Changed.
pub type Output = Success;

/// Sets whether I/O of a volume goes on after its data was found to be inconsistent.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidParameterValue`, `MissingParameter`.
pub fn call(region: &mut Region, input: Input, context: &mut Context) -> Result<Output, ApiError> {
    let volume = region.ec2.ebs.volume_mut(&input.volume_id, context.now)?;
    volume.auto_enable_io = input.auto_enable_io.value;
    Ok(Success::yes())
}
