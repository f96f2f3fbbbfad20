//! Parameters and fields that no repetition makes right.

use std::fmt::Display;

/// A value that is not allowed. Its gRPC code is InvalidArgument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {value:?} is not allowed: give {allowed}")]
pub struct Invalid {
    /// What: a parameter of a class, a field of the request, an attribute of the volume.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What would be right.
    pub allowed: String,
}

impl Invalid {
    /// A value that is wrong.
    pub fn value(name: impl Into<String>, value: impl Display, allowed: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.to_string(),
            allowed: allowed.into(),
        }
    }

    /// A field of the request that must not be empty.
    pub fn missing(field: &'static str) -> Self {
        Self::value(field, "", "a value; the CSI requires it")
    }
}

/// The text, unless it is empty.
///
/// # Errors
/// Names the field.
pub fn required<'a>(field: &'static str, text: &'a str) -> Result<&'a str, Invalid> {
    if text.is_empty() {
        Err(Invalid::missing(field))
    } else {
        Ok(text)
    }
}
