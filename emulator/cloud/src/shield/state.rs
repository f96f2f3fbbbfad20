//! What AWS Shield holds in one region. AWS has one place for all regions; here each region that is asked has its own.

use crate::ApiError;
use serde::Serialize;
use std::collections::BTreeMap;

/// The subscription and the protections.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Whether Shield Advanced is subscribed.
    pub subscribed: bool,
    /// Protections by id.
    pub protections: BTreeMap<String, Protection>,
}

/// A protection.
#[derive(Debug, Clone)]
pub struct Protection {
    /// Name.
    pub name: String,
    /// What is protected.
    pub resource_arn: String,
}

/// A protection on the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Description {
    /// Id.
    pub(super) id: String,
    name: String,
    resource_arn: String,
    protection_arn: String,
    health_check_ids: Vec<String>,
}

impl Description {
    /// Of a protection of `account`.
    pub(super) fn of(id: &str, protection: &Protection, account: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: protection.name.clone(),
            resource_arn: protection.resource_arn.clone(),
            protection_arn: format!("arn:aws:shield::{account}:protection/{id}"),
            health_check_ids: Vec::new(),
        }
    }
}

impl State {
    /// Checks that there is a subscription.
    ///
    /// # Errors
    /// `InvalidOperationException`.
    pub fn check_subscribed(&self) -> Result<(), ApiError> {
        if self.subscribed {
            return Ok(());
        }
        let message =
            "The account is not subscribed to AWS Shield Advanced: call CreateSubscription, or set it in the world";
        Err(ApiError::new("InvalidOperationException", message))
    }

    /// The protection of a resource.
    pub fn protection_of(&self, resource_arn: &str) -> Option<(&String, &Protection)> {
        self.protections
            .iter()
            .find(|(_, protection)| protection.resource_arn == resource_arn)
    }
}

/// The error for a protection that does not exist.
pub(super) fn not_found() -> ApiError {
    ApiError::new("ResourceNotFoundException", "The referenced protection does not exist")
}
