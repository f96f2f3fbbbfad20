//! Names of devices. See "Device names on Amazon EC2 instances" in the EC2 User Guide.

use crate::ApiError;

/// That a device may be called so: `/dev/sd[a-z]`, `/dev/sd[a-z][1-15]`, `/dev/xvd[a-z]`, `/dev/xvd[a-d][a-z]`.
///
/// # Errors
/// `InvalidParameterValue`.
pub(super) fn check(name: &str) -> Result<(), ApiError> {
    if is_device(name) {
        return Ok(());
    }
    let message = format!("Value ({name}) for parameter device is invalid. {name} is not a valid EBS device name.");
    Err(ApiError::new("InvalidParameterValue", message))
}

fn is_device(name: &str) -> bool {
    let name = name.strip_prefix("/dev/").unwrap_or(name);
    if let Some(rest) = name.strip_prefix("sd") {
        let mut rest = rest.chars();
        let number =
            |digits: &str| digits.is_empty() || digits.parse().is_ok_and(|number: u8| (1..=15).contains(&number));
        return rest.next().is_some_and(|letter| letter.is_ascii_lowercase()) && number(rest.as_str());
    }
    match name.strip_prefix("xvd").map(str::as_bytes) {
        Some([letter]) => letter.is_ascii_lowercase(),
        Some([first, second]) => (b'a'..=b'd').contains(first) && second.is_ascii_lowercase(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_device;

    #[test]
    fn devices_have_the_names_that_ec2_documents() {
        for (name, valid) in [
            ("/dev/sdf", true),
            ("/dev/sda2", true),
            ("/dev/sdf16", false),
            ("/dev/xvdaa", true),
            ("/dev/xvddx", true),
            ("/dev/xvdez", false),
            ("/dev/xvdb", true),
            ("xvdb", true),
            ("/dev/nvme1n1", false),
            ("/dev/sd", false),
            ("", false),
        ] {
            assert_eq!(is_device(name), valid, "{name}");
        }
    }
}
