//! Regular expressions in conditions and transforms.

use crate::ApiError;

const LONGEST: usize = 1024;

/// Checks that a text is a regular expression.
///
/// # Errors
/// `ValidationError`.
pub fn check(owner: &str, text: &str) -> Result<(), ApiError> {
    let wrong = if text.is_empty() || text.chars().count() > LONGEST {
        format!("must have from 1 to {LONGEST} characters")
    } else if let Err(error) = regex_lite::Regex::new(text) {
        format!("is not valid: {error}")
    } else {
        return Ok(());
    };
    let message = format!("The regular expression '{text}' of '{owner}' {wrong}");
    Err(ApiError::new("ValidationError", message))
}
