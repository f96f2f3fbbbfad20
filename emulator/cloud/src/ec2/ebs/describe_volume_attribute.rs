//! DescribeVolumeAttribute.

use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// The volume and what to tell about it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    volume_id: String,
    attribute: String,
}

/// The attribute that was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    volume_id: String,
    #[serde(rename = "autoEnableIO")]
    auto_enable_io: Option<Value>,
    product_codes: Option<Vec<Value>>,
}

#[derive(Debug, Serialize)]
struct Value {
    value: bool,
}

/// Tells an attribute of a volume: `autoEnableIO` or `productCodes`.
///
/// # Errors
/// `InvalidVolume.NotFound`, `InvalidParameterValue`.
pub fn call(region: &Region, input: Input, context: &Context) -> Result<Output, ApiError> {
    let volume = region.ec2.ebs.volume(&input.volume_id, context.now)?;
    let (auto_enable_io, product_codes) = match input.attribute.as_str() {
        "autoEnableIO" => (Some(volume.auto_enable_io), None),
        "productCodes" => (None, Some(Vec::new())),
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    };
    Ok(Output {
        volume_id: input.volume_id,
        auto_enable_io: auto_enable_io.map(|value| Value { value }),
        product_codes,
    })
}
