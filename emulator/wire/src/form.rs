//! Forms of the query protocols: `A.B.1.C=v` is a tree, and the tree is deserialized into typed input.
//!
//! awsQuery numbers list entries below `member` (`Names.member.1`), ec2Query directly (`VpcId.1`); both are understood.

mod deserialize;
mod tree;

pub use tree::{Node, parse};

use cloud::ApiError;
use serde::de::DeserializeOwned;

/// The parameters as typed input.
///
/// # Errors
/// `MissingParameter` or `ValidationError`.
pub fn input<I: DeserializeOwned>(root: &Node<'_>) -> Result<I, ApiError> {
    I::deserialize(deserialize::Value::root(root)).map_err(ApiError::from)
}

#[cfg(test)]
mod tests;
