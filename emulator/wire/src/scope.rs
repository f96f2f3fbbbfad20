//! The credential scope of a SigV4 signature names region and service. The signature itself is not verified.

use cloud::Service;

/// Whom a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The region.
    pub region: String,
    /// The service.
    pub service: Service,
}

/// Why a request cannot be routed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// There is no Authorization header.
    #[error("the request must contain an Authorization header with an AWS Signature Version 4")]
    Missing,
    /// The header has no credential scope.
    #[error("the Authorization header requires a Credential of the form KEY/DATE/REGION/SERVICE/aws4_request")]
    Malformed,
    /// The service is not emulated.
    #[error("service {0} is not available on this endpoint")]
    Service(String),
}

impl Scope {
    /// Reads the scope of an Authorization header.
    ///
    /// # Errors
    /// When it has none, or names a service that is not there.
    pub fn parse(authorization: Option<&str>) -> Result<Self, ScopeError> {
        let header = authorization.ok_or(ScopeError::Missing)?;
        let (_, credential) = header.split_once("Credential=").ok_or(ScopeError::Malformed)?;
        let credential = credential.split([',', ' ']).next().unwrap_or_default();
        // From the right: an access key may hold any character.
        let mut parts = credential.rsplit('/');
        let (Some("aws4_request"), Some(service), Some(region), Some(_), Some(_)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ScopeError::Malformed);
        };
        let service = Service::from_signing_name(service).ok_or_else(|| ScopeError::Service(service.to_owned()))?;
        if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(ScopeError::Malformed);
        }
        Ok(Self {
            region: region.to_owned(),
            service,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_region_and_service() {
        let header =
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=00";
        let scope = Scope {
            region: "eu-west-1".to_owned(),
            service: Service::Ec2,
        };
        assert_eq!(Scope::parse(Some(header)), Ok(scope));
        assert_eq!(Scope::parse(None), Err(ScopeError::Missing));
        assert_eq!(Scope::parse(Some("Bearer x")), Err(ScopeError::Malformed));
        let other = "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/sqs/aws4_request";
        assert_eq!(Scope::parse(Some(other)), Err(ScopeError::Service("sqs".to_owned())));
    }
}
