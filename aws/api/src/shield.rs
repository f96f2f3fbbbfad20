//! AWS Shield Advanced (API version 2016-06-02).

use crate::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A protection as DescribeProtection shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// Its id.
    pub id: String,
    /// Its name, which tells who made it.
    pub name: String,
}

/// AWS Shield Advanced.
#[async_trait]
pub trait Shield: Send + Sync {
    /// GetSubscriptionState: whether the account is subscribed.
    async fn is_subscribed(&self) -> Result<bool>;
    /// DescribeProtection of a resource, if there is one.
    async fn describe_protection(&self, resource_arn: &str) -> Result<Option<Protection>>;
    /// CreateProtection: the id.
    async fn create_protection(&self, name: &str, resource_arn: &str) -> Result<String>;
    /// DeleteProtection.
    async fn delete_protection(&self, id: &str) -> Result<()>;
}
