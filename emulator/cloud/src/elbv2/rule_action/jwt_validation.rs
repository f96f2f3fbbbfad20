//! Validation of JSON Web Tokens.

use crate::ApiError;
use serde::{Deserialize, Serialize};

const MOST_CLAIMS: usize = 10;
const MOST_VALUES: usize = 10;

/// Checks the token of a request against the keys of its issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JwtValidation {
    /// Where the keys are, an `https` URL.
    pub jwks_endpoint: String,
    /// Who must have issued the token.
    pub issuer: String,
    /// Claims beside `iss`, `exp`, `nbf` and `iat` that the token must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_claims: Vec<JwtClaim>,
}

/// A claim that a token must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JwtClaim {
    /// How it holds its values.
    pub format: ClaimFormat,
    /// Name.
    pub name: String,
    /// One of them must be there.
    pub values: Vec<String>,
}

/// How a claim holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimFormat {
    /// One text.
    SingleString,
    /// A list of texts.
    StringArray,
    /// One text with spaces between values.
    SpaceSeparatedValues,
}

impl JwtValidation {
    /// Checks endpoint and claims.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction`.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        super::check::is_https(&self.jwks_endpoint)?;
        let claims = &self.additional_claims;
        let reserved = |claim: &JwtClaim| matches!(&*claim.name, "iss" | "exp" | "nbf" | "iat");
        let fits = |claim: &JwtClaim| (1..=MOST_VALUES).contains(&claim.values.len()) && !claim.name.is_empty();
        if self.issuer.is_empty()
            || claims.len() > MOST_CLAIMS
            || !claims.iter().all(fits)
            || claims.iter().any(reserved)
        {
            let message = format!(
                "A jwt-validation action must have an issuer and up to {MOST_CLAIMS} claims other than iss, exp, nbf and iat, \
                 each with 1 to {MOST_VALUES} values"
            );
            return Err(ApiError::new("InvalidLoadBalancerAction", message));
        }
        Ok(())
    }
}
