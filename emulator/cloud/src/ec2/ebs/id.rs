//! Ids of volumes, snapshots and instances: a prefix and 8 or 17 hexadecimal digits.

use crate::ApiError;

/// That a text has the form of a volume's id.
///
/// # Errors
/// `InvalidParameterValue`.
pub(super) fn check_volume(id: &str) -> Result<(), ApiError> {
    check(id, "vol-", "volumeId")
}

/// That a text has the form of a snapshot's id.
///
/// # Errors
/// `InvalidParameterValue`.
pub(super) fn check_snapshot(id: &str) -> Result<(), ApiError> {
    check(id, "snap-", "snapshotId")
}

fn check(id: &str, prefix: &str, parameter: &str) -> Result<(), ApiError> {
    if is_id(id, prefix) {
        return Ok(());
    }
    let message = format!("Value ({id}) for parameter {parameter} is invalid. Expected: '{prefix}...'.");
    Err(ApiError::new("InvalidParameterValue", message))
}

/// That a text has the form of an instance's id.
///
/// # Errors
/// `InvalidInstanceID.Malformed`.
pub(crate) fn check_instance(id: &str) -> Result<(), ApiError> {
    if is_id(id, "i-") {
        return Ok(());
    }
    Err(ApiError::new(
        "InvalidInstanceID.Malformed",
        format!("Invalid id: \"{id}\""),
    ))
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        matches!(digits.len(), 8 | 17) && digits.bytes().all(hexadecimal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_eight_or_seventeen_digits() {
        for (id, valid) in [
            ("vol-0123456789abcdef0", true),
            ("vol-1234abcd", true),
            ("vol-0123456789ABCDEF0", false),
            ("vol-012", false),
            ("snap-0123456789abcdef0", false),
            ("fake-vol-id", false),
            ("", false),
        ] {
            assert_eq!(check_volume(id).is_ok(), valid, "{id}");
        }
        assert_eq!(check_instance("fake").unwrap_err().code, "InvalidInstanceID.Malformed");
    }
}
