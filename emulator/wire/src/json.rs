//! awsJson1.1: the header `X-Amz-Target` names the action, bodies are JSON objects.

use crate::protocol::target_prefix;
use cloud::{ApiError, Service};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;

/// The action that the target of a request names.
///
/// # Errors
/// `MissingAction` without a target, `UnknownOperationException` for one of another service.
pub(crate) fn action(service: Service, target: Option<&str>) -> Result<&str, ApiError> {
    let target =
        target.ok_or_else(|| ApiError::new("MissingAction", "The request must contain the header X-Amz-Target"))?;
    let prefix = target_prefix(service);
    let action = target
        .rsplit_once('.')
        .filter(|(found, _)| Some(*found) == prefix)
        .map(|(_, action)| action);
    action.ok_or_else(|| unknown(service, target))
}

/// The error for an action that a service does not have.
pub(crate) fn unknown(service: Service, action: &str) -> ApiError {
    let service = service.signing_name();
    ApiError::new(
        "UnknownOperationException",
        format!("{action} is not an action of the service {service}"),
    )
}

/// The body of a request as typed input; an empty one is an empty object.
///
/// # Errors
/// `SerializationException` for what is no JSON, `ValidationException` for what is not of the input's shape.
pub(crate) fn input<I: DeserializeOwned>(body: &[u8]) -> Result<I, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| {
        let code = match error.classify() {
            Category::Data => "ValidationException",
            Category::Io | Category::Syntax | Category::Eof => "SerializationException",
        };
        ApiError::new(code, error.to_string())
    })
}

/// An output as the body of an answer.
///
/// # Errors
/// `InternalFailure` when it has no form in JSON.
pub(crate) fn output<O: Serialize>(output: &O) -> Result<String, ApiError> {
    serde_json::to_string(output).map_err(|error| ApiError::new("InternalFailure", error.to_string()))
}

/// An error as the body of an answer.
pub(crate) fn error(error: &ApiError) -> String {
    serde_json::json!({ "__type": error.code, "message": error.message }).to_string()
}
