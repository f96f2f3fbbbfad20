//! What a failed call says, and the classes that callers branch on.

/// A call that AWS refused or that never reached it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct AwsError {
    /// The action, such as `CreateLoadBalancer`.
    pub operation: &'static str,
    /// The error code of the response, such as `DependencyViolation`; `RequestFailed` when there was no response.
    pub code: String,
    /// AWS's message, or what went wrong on the way.
    pub message: String,
    /// The request id of the response, if there was one.
    pub request_id: Option<String>,
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The resource does not exist: `LoadBalancerNotFound`, `InvalidGroup.NotFound`...
    NotFound,
    /// It exists already: `DuplicateLoadBalancerName`, `InvalidPermission.Duplicate`, `InvalidGroup.Duplicate`...
    Duplicate,
    /// Something still uses it: `ResourceInUse`, `DependencyViolation`.
    InUse,
    /// A quota: `TooManyLoadBalancers`, `RulesPerSecurityGroupLimitExceeded`...
    Limit,
    /// Too many requests.
    Throttled,
    /// The endpoint does not have the action: `InvalidAction`. AWS has all that are called here; an emulator may not.
    NoSuchAction,
    /// The caller may not: `AccessDenied`, `UnauthorizedOperation`.
    Denied,
    /// The request can never succeed as it is.
    Invalid,
    /// The service or the way to it failed; the same request may succeed later.
    Unavailable,
}

impl AwsError {
    /// The class of the error code.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        let code = self.code.as_str();
        match code {
            "DependencyViolation" | "ResourceInUse" => ErrorClass::InUse,
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
                ErrorClass::Throttled
            }
            "InvalidAction" => ErrorClass::NoSuchAction,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => ErrorClass::Denied,
            "RequestFailed" | "InternalError" | "InternalFailure" | "ServiceUnavailable" | "Unavailable" => {
                ErrorClass::Unavailable
            }
            _ if code.ends_with("NotFound") || code.ends_with("NotFoundException") => ErrorClass::NotFound,
            _ if code.starts_with("Duplicate") || code.ends_with(".Duplicate") => ErrorClass::Duplicate,
            _ if code.starts_with("TooMany") || code.ends_with("LimitExceeded") => ErrorClass::Limit,
            _ => ErrorClass::Invalid,
        }
    }

    /// Whether the resource does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.class() == ErrorClass::NotFound
    }
}
