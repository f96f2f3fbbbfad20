//! What MaxResults may be.

use crate::ApiError;

const LEAST: usize = 5;
const MOST: usize = 1000;

/// The size of a page that a caller asks for; beyond 1000 it is 1000, and 0 is as if nothing was said.
///
/// # Errors
/// `InvalidParameterValue` below 5, `InvalidParameterCombination` beside ids.
pub(super) fn page_size(asked: Option<usize>, ids: &[String], parameter: &str) -> Result<Option<usize>, ApiError> {
    match asked {
        None | Some(0) => Ok(None),
        Some(_) if !ids.is_empty() => Err(ApiError::new(
            "InvalidParameterCombination",
            format!("The parameter {parameter} cannot be used with the parameter maxResults"),
        )),
        Some(size) if size < LEAST => Err(ApiError::new(
            "InvalidParameterValue",
            format!("Value ( {size} ) for parameter maxResults is invalid. Expecting a value greater than {LEAST}."),
        )),
        Some(size) => Ok(Some(size.min(MOST))),
    }
}
