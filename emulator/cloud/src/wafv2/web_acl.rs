//! Web ACLs.

use crate::elbv2::{self, load_balancer::Type};
use crate::{ApiError, Region, Tags, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// A web ACL. Its rules are kept as they came.
#[derive(Debug, Clone)]
pub struct WebAcl {
    /// Name, unique in its scope.
    pub name: String,
    /// Id.
    pub id: String,
    /// `REGIONAL` or `CLOUDFRONT`.
    pub scope: String,
    /// Description.
    pub description: String,
    /// What happens to a request that no rule is about.
    pub default_action: Value,
    /// Rules.
    pub rules: Vec<Value>,
    /// Metrics.
    pub visibility_config: Value,
    /// What a change must name, so that none is lost.
    pub lock_token: String,
    /// Tags.
    pub tags: Tags,
}

/// A web ACL in lists.
#[derive(Debug, Serialize)]
pub struct Summary {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "Description")]
    description: String,
    #[serde(rename = "LockToken")]
    lock_token: String,
    /// ARN.
    #[serde(rename = "ARN")]
    pub arn: String,
}

impl Summary {
    /// Of a web ACL.
    pub fn of(arn: &str, found: &WebAcl) -> Self {
        Self {
            name: found.name.clone(),
            id: found.id.clone(),
            description: found.description.clone(),
            lock_token: found.lock_token.clone(),
            arn: arn.to_owned(),
        }
    }
}

/// A web ACL in full.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    name: String,
    id: String,
    #[serde(rename = "ARN")]
    arn: String,
    default_action: Value,
    description: String,
    rules: Vec<Value>,
    visibility_config: Value,
    capacity: u64,
}

impl Description {
    /// Of a web ACL. Its capacity is that of its rules, one unit each.
    pub fn of(arn: &str, found: &WebAcl) -> Self {
        Self {
            name: found.name.clone(),
            id: found.id.clone(),
            arn: arn.to_owned(),
            default_action: found.default_action.clone(),
            description: found.description.clone(),
            rules: found.rules.clone(),
            visibility_config: found.visibility_config.clone(),
            capacity: found.rules.len() as u64,
        }
    }
}

/// The ARN of a web ACL.
pub fn arn(region: &str, account: &str, scope: &str, name: &str, id: &str) -> String {
    let place = if scope == "CLOUDFRONT" { "global" } else { "regional" };
    format!("arn:aws:wafv2:{region}:{account}:{place}/webacl/{name}/{id}")
}

/// Checks a scope.
///
/// # Errors
/// `WAFInvalidParameterException`.
pub fn check_scope(scope: &str) -> Result<(), ApiError> {
    if matches!(scope, "REGIONAL" | "CLOUDFRONT") {
        return Ok(());
    }
    Err(invalid(format!("The scope '{scope}' must be REGIONAL or CLOUDFRONT")))
}

/// Checks that a resource can be protected: an application load balancer that has begun to answer.
///
/// # Errors
/// `WAFInvalidParameterException` for another resource, `WAFNonexistentItemException`, `WAFUnavailableEntityException`.
pub fn check_resource(arn: &str, region: &Region, now: Timestamp) -> Result<(), ApiError> {
    if elbv2::arn::type_of(arn) != Some(Type::Application) {
        return Err(invalid(format!("The resource '{arn}' is no application load balancer")));
    }
    match region.elbv2.load_balancers.get(arn) {
        None => Err(not_found(&format!("The resource '{arn}'"))),
        Some(found) if !found.is_active(now) => {
            let message = format!("The resource '{arn}' is not available yet; try again");
            Err(ApiError::new("WAFUnavailableEntityException", message))
        }
        Some(_) => Ok(()),
    }
}

/// The error for a parameter that is not possible.
pub fn invalid(message: String) -> ApiError {
    ApiError::new("WAFInvalidParameterException", message)
}

/// The error for what does not exist.
pub fn not_found(what: &str) -> ApiError {
    ApiError::new("WAFNonexistentItemException", format!("{what} does not exist"))
}
