//! Errors as AWS's APIs give them: a code to branch on, a message to read.

use std::borrow::Cow;

/// An error answer of an API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The error code, as in the API reference of the service.
    pub code: Cow<'static, str>,
    /// What is wrong, for a person.
    pub message: String,
    /// HTTP status; 400 unless the service documents another.
    pub status: u16,
}

impl ApiError {
    /// An error of the caller, status 400.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: 400,
        }
    }

    /// The same with another HTTP status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// A parameter that must be there is not.
    pub fn missing(parameter: &str) -> Self {
        Self::new(
            "MissingParameter",
            format!("The request must contain the parameter {parameter}"),
        )
    }
}
