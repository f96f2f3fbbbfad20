//! Fixed responses.

use crate::ApiError;
use serde::{Deserialize, Serialize};

const LONGEST_BODY: usize = 1024;
const CONTENT_TYPES: [&str; 5] = [
    "text/plain",
    "text/css",
    "text/html",
    "application/javascript",
    "application/json",
];

/// Answers with a fixed body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FixedResponse {
    /// 200 to 599, as text.
    pub status_code: String,
    /// Type of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_body: Option<String>,
}

impl FixedResponse {
    /// Checks what AWS allows: 2XX, 4XX and 5XX with up to 1024 characters of a type that it knows.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction`.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let invalid = |what: String| Err(ApiError::new("InvalidLoadBalancerAction", what));
        let code = &self.status_code;
        let known = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        if !known || !code.starts_with(['2', '4', '5']) {
            return invalid(format!(
                "The status code '{code}' of a fixed response must be 2XX, 4XX or 5XX"
            ));
        }
        if let Some(unknown) = self
            .content_type
            .as_ref()
            .filter(|found| !CONTENT_TYPES.contains(&found.as_str()))
        {
            let known = CONTENT_TYPES.join(", ");
            return invalid(format!(
                "The content type '{unknown}' of a fixed response must be one of {known}"
            ));
        }
        if self
            .message_body
            .as_ref()
            .is_some_and(|body| body.chars().count() > LONGEST_BODY)
        {
            return invalid(format!(
                "The message body of a fixed response can have up to {LONGEST_BODY} characters"
            ));
        }
        Ok(())
    }
}
