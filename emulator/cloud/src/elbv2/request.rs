//! What requests have in common: names of resources, lists of ARNs and names, pages.

use super::arn::Kind;
use crate::ApiError;

const MOST_PER_PAGE: usize = 400;
const MOST_NAMED: usize = 20;

/// Checks the name of a load balancer or target group: up to 32 letters, digits and hyphens, no hyphen at an end.
///
/// # Errors
/// `ValidationError`.
pub fn check_name(kind: &str, name: &str) -> Result<(), ApiError> {
    let wrong = if name.is_empty() || name.len() > 32 {
        "must have from 1 to 32 characters"
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        "can only contain characters that are alphanumeric characters and hyphens(-)"
    } else if name.starts_with('-') || name.ends_with('-') {
        "cannot begin or end with a hyphen(-)"
    } else if kind == "load balancer" && name.starts_with("internal-") {
        "cannot begin with 'internal-'"
    } else {
        return Ok(());
    };
    Err(ApiError::new(
        "ValidationError",
        format!("The {kind} name '{name}' {wrong}"),
    ))
}

/// Where in a list a request reads.
#[derive(Debug, Default)]
pub struct Page {
    /// NextMarker of the page before.
    pub marker: Option<String>,
    /// The most items of the page, 1 to 400.
    pub page_size: Option<usize>,
}

impl Page {
    /// The page of `items`, in the order of `key`, and NextMarker.
    ///
    /// # Errors
    /// `ValidationError` for a size out of range.
    pub fn of<T>(self, mut items: Vec<T>, key: impl Fn(&T) -> &str) -> Result<(Vec<T>, Option<String>), ApiError> {
        let size = self.page_size.unwrap_or(MOST_PER_PAGE);
        if !(1..=MOST_PER_PAGE).contains(&size) {
            let message = format!("Page size '{size}' must be from 1 to {MOST_PER_PAGE}");
            return Err(ApiError::new("ValidationError", message));
        }
        items.sort_by(|one, other| key(one).cmp(key(other)));
        Ok(crate::page::page(items, key, self.marker.as_deref(), Some(size)))
    }
}

/// Which resources of a kind a request is about.
#[derive(Debug, Default)]
pub struct Selection {
    /// By ARN.
    pub arns: Vec<String>,
    /// By name.
    pub names: Vec<String>,
}

impl Selection {
    /// The resources among `all` that are meant: all of them when none is named.
    ///
    /// # Errors
    /// `ValidationError` for ARNs and names at once or no ARN of the kind; the code of the kind for one that does not
    /// exist.
    pub fn of<'a, T>(
        &self,
        kind: Kind,
        all: impl Iterator<Item = (&'a String, &'a T)>,
        name: impl Fn(&T) -> &str,
    ) -> Result<Vec<(&'a String, &'a T)>, ApiError> {
        if !self.arns.is_empty() && !self.names.is_empty() {
            return Err(ApiError::new(
                "ValidationError",
                "ARNs and names cannot be specified at the same time",
            ));
        }
        self.arns.iter().try_for_each(|arn| kind.check(arn))?;
        let everything = self.arns.is_empty() && self.names.is_empty();
        let is_meant = |(arn, found): &(&'a String, &'a T)| {
            everything || self.arns.contains(arn) || self.names.iter().any(|wanted| wanted == name(found))
        };
        let selected: Vec<_> = all.filter(is_meant).collect();
        let found = |wanted: &String| {
            selected
                .iter()
                .any(|(arn, item)| *arn == wanted || name(item) == wanted)
        };
        if self.arns.iter().chain(&self.names).all(found) {
            Ok(selected)
        } else {
            Err(kind.not_found())
        }
    }
}

/// Checks how many resources a request names.
///
/// # Errors
/// `ValidationError` for more than 20.
pub fn check_count(what: &str, count: usize) -> Result<(), ApiError> {
    if count > MOST_NAMED {
        let message = format!("The number of {what} specified cannot be greater than {MOST_NAMED}, and is {count}");
        return Err(ApiError::new("ValidationError", message));
    }
    Ok(())
}
