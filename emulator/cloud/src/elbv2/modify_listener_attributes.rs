//! ModifyListenerAttributes.

use super::attributes::{self, Attribute};
use crate::{ApiError, Context, Region};
use serde::{Deserialize, Serialize};

/// What
/// [ModifyListenerAttributes](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListenerAttributes.html)
/// takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    listener_arn: String,
    attributes: Vec<Attribute>,
}

/// What it answers: all attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attributes: Vec<Attribute>,
}

/// Changes attributes of a listener; those that are not named stay.
///
/// # Errors
/// `ValidationError`, `ListenerNotFound`, `InvalidConfigurationRequest`.
pub fn call(region: &mut Region, input: Input, _: &mut Context) -> Result<Output, ApiError> {
    let found = region.elbv2.listener_mut(&input.listener_arn)?;
    let catalogue = attributes::of_listener(found.protocol);
    found.attributes = catalogue.change(&found.attributes, input.attributes)?;
    Ok(Output { attributes: attributes::list(&found.attributes) })
}
