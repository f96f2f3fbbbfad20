//! What requests have in common: ARNs, domain names, pages.

use crate::ApiError;

/// Quota of certificates in a region.
pub const MOST_CERTIFICATES: usize = 2500;
/// Quota of names of a certificate.
const MOST_NAMES: usize = 100;
/// A common name can have no more.
const LONGEST_COMMON_NAME: usize = 64;
const LONGEST_NAME: usize = 253;

/// The ARN of a certificate.
pub fn arn(region: &str, account: &str, id: &str) -> String {
    format!("arn:aws:acm:{region}:{account}:certificate/{id}")
}

/// Checks the shape of a certificate's ARN.
///
/// # Errors
/// `InvalidArnException`.
pub fn check_arn(arn: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match *parts {
        ["arn", _, "acm", _, _, resource] if resource.strip_prefix("certificate/").is_some_and(|id| !id.is_empty()) => {
            Ok(())
        }
        _ => Err(ApiError::new(
            "InvalidArnException",
            format!("'{arn}' is not a valid certificate ARN"),
        )),
    }
}

/// The error for a certificate that does not exist.
pub fn not_found(arn: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("Could not find certificate {arn}"))
}

/// Checks the names that a certificate is requested for; the first one is its subject.
///
/// # Errors
/// `ValidationException` for what is no domain name, or a subject that is too long; `LimitExceededException` for too many names.
pub fn check_names(names: &[String]) -> Result<(), ApiError> {
    let invalid = |name: &str| ApiError::new("ValidationException", format!("'{name}' is not a valid domain name"));
    let subject = names.first().ok_or_else(|| invalid(""))?;
    if subject.len() > LONGEST_COMMON_NAME {
        let message = format!("The first domain name of a certificate can have up to {LONGEST_COMMON_NAME} characters");
        return Err(ApiError::new("ValidationException", message));
    }
    if names.len() > MOST_NAMES {
        let message = format!("A certificate can have up to {MOST_NAMES} domain names");
        return Err(ApiError::new("LimitExceededException", message));
    }
    names
        .iter()
        .find(|name| !is_domain(name))
        .map_or(Ok(()), |name| Err(invalid(name)))
}

/// A domain name of two labels or more, of which the first may be an asterisk.
fn is_domain(name: &str) -> bool {
    let plain = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        let of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(of_label)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= LONGEST_NAME && plain.contains('.') && plain.split('.').all(is_label)
}

/// The page of `items`, in the order of `key`, and the token of the next.
///
/// # Errors
/// `ValidationException` for a size out of range.
pub fn page<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> &str,
    token: Option<&str>,
    size: Option<usize>,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    const MOST_PER_PAGE: usize = 1000;
    let size = size.unwrap_or(MOST_PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&size) {
        let message = format!("MaxItems must be from 1 to {MOST_PER_PAGE}, not {size}");
        return Err(ApiError::new("ValidationException", message));
    }
    Ok(crate::page::page(items, key, token, Some(size)))
}
