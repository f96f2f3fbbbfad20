//! What a listener or a rule does with a request.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One action. `T` is how a target group is named: its ARN on AWS, a reference in the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action<T = String> {
    /// Pass it to target groups.
    Forward(Forward<T>),
    /// Send the client elsewhere.
    Redirect(Redirect),
    /// Answer it.
    FixedResponse(FixedResponse),
    /// Let Amazon Cognito say who asks.
    AuthenticateCognito(AuthenticateCognito),
    /// Let an OpenID Connect provider say who asks.
    AuthenticateOidc(AuthenticateOidc),
    /// Demand a token that a provider has signed.
    JwtValidation(JwtValidation),
}

/// Pass requests to target groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward<T = String> {
    /// Where to.
    pub targets: Vec<ForwardTarget<T>>,
    /// Whether a client stays with the target group that it got first, if that is to be set.
    pub stickiness: Option<Stickiness>,
}

/// A target group in a forward action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForwardTarget<T = String> {
    /// The target group.
    pub target_group: T,
    /// 0 to 999; absent means 1.
    pub weight: Option<i32>,
}

/// Stickiness of target groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stickiness {
    /// Whether it is on.
    pub enabled: Option<bool>,
    /// Seconds, 1 to 604800.
    pub duration: Option<i32>,
}

/// Where the client is sent. What is absent stays as it is in the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// Host name; may contain `#{host}`.
    pub host: Option<String>,
    /// Absolute path; may contain `#{host}`, `#{path}` and `#{port}`.
    pub path: Option<String>,
    /// Port, or `#{port}`.
    pub port: Option<String>,
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: Option<String>,
    /// Query without the question mark; may contain `#{query}`.
    pub query: Option<String>,
    /// `HTTP_301` or `HTTP_302`.
    pub status_code: String,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedResponse {
    /// `text/plain`, `text/css`, `text/html`, `application/javascript` or `application/json`.
    pub content_type: Option<String>,
    /// The body.
    pub message_body: Option<String>,
    /// `2XX`, `4XX` or `5XX`.
    pub status_code: String,
}

/// What both kinds of authentication have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// `authenticate`, `allow` or `deny`.
    pub on_unauthenticated_request: Option<String>,
    /// Claims that are asked for, such as `openid`.
    pub scope: Option<String>,
    /// Cookie of the session.
    pub session_cookie_name: Option<String>,
    /// Seconds that a session lasts.
    pub session_timeout: Option<i64>,
    /// Further query parameters of the request to the provider.
    pub extra_params: BTreeMap<String, String>,
}

/// Authentication by Amazon Cognito.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticateCognito {
    /// ARN of the user pool.
    pub user_pool_arn: String,
    /// Client of the user pool.
    pub user_pool_client_id: String,
    /// Domain of the user pool.
    pub user_pool_domain: String,
    /// The rest.
    pub authentication: Authentication,
}

/// Authentication by an OpenID Connect provider.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticateOidc {
    /// Issuer of the provider.
    pub issuer: String,
    /// URL of its authorization endpoint.
    pub authorization_endpoint: String,
    /// URL of its token endpoint.
    pub token_endpoint: String,
    /// URL of its user info endpoint.
    pub user_info_endpoint: String,
    /// Client id.
    pub client_id: String,
    /// Client secret. AWS takes it and never shows it; without one it keeps the one that it has. Nor is it written out here.
    #[serde(default, skip_serializing)]
    pub client_secret: Option<String>,
    /// The rest.
    pub authentication: Authentication,
}

/// The secret is not for logs.
impl std::fmt::Debug for AuthenticateOidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticateOidc")
            .field("issuer", &self.issuer)
            .field("authorization_endpoint", &self.authorization_endpoint)
            .field("token_endpoint", &self.token_endpoint)
            .field("user_info_endpoint", &self.user_info_endpoint)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}

/// Validation of a JSON Web Token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtValidation {
    /// URL of the keys.
    pub jwks_endpoint: String,
    /// Issuer of the token.
    pub issuer: String,
    /// Further claims that are checked.
    pub additional_claims: Vec<JwtClaim>,
}

/// A claim that a token must make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtClaim {
    /// `single-string`, `string-array` or `space-separated-values`.
    pub format: String,
    /// Its name.
    pub name: String,
    /// The values that pass.
    pub values: Vec<String>,
}

// Derived defaults would demand one of `T`.
impl<T> Default for Forward<T> {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            stickiness: None,
        }
    }
}

impl<T> Forward<T> {
    /// All to one target group.
    #[must_use]
    pub fn to(target_group: T) -> Self {
        Self {
            targets: vec![ForwardTarget {
                target_group,
                weight: None,
            }],
            stickiness: None,
        }
    }

    /// The same with target groups named otherwise.
    ///
    /// # Errors
    /// The first error of `map`.
    pub fn try_map<U, E>(&self, mut map: impl FnMut(&T) -> Result<U, E>) -> Result<Forward<U>, E> {
        let target = |target: &ForwardTarget<T>| {
            Ok(ForwardTarget {
                target_group: map(&target.target_group)?,
                weight: target.weight,
            })
        };
        Ok(Forward {
            targets: self.targets.iter().map(target).collect::<Result<_, E>>()?,
            stickiness: self.stickiness,
        })
    }
}

impl<T> Action<T> {
    /// The same with target groups named otherwise.
    ///
    /// # Errors
    /// The first error of `map`.
    pub fn try_map<U, E>(&self, map: impl FnMut(&T) -> Result<U, E>) -> Result<Action<U>, E> {
        Ok(match self {
            Action::Forward(forward) => Action::Forward(forward.try_map(map)?),
            Action::Redirect(redirect) => Action::Redirect(redirect.clone()),
            Action::FixedResponse(response) => Action::FixedResponse(response.clone()),
            Action::AuthenticateCognito(cognito) => Action::AuthenticateCognito(cognito.clone()),
            Action::AuthenticateOidc(oidc) => Action::AuthenticateOidc(oidc.clone()),
            Action::JwtValidation(jwt) => Action::JwtValidation(jwt.clone()),
        })
    }

    /// The target groups that it forwards to.
    pub fn target_groups(&self) -> impl Iterator<Item = &T> {
        let targets = match self {
            Action::Forward(forward) => forward.targets.as_slice(),
            _ => &[],
        };
        targets.iter().map(|target| &target.target_group)
    }
}
