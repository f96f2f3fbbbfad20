//! Authentication of users before a request goes on.

use crate::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MOST_EXTRA_PARAMETERS: usize = 10;
/// Seven days.
const LONGEST_SESSION: u64 = 604_800;

/// Lets an OpenID provider say who the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticateOidc {
    /// Issuer of the provider, a URL.
    pub issuer: String,
    /// Its authorization endpoint.
    pub authorization_endpoint: String,
    /// Its token endpoint.
    pub token_endpoint: String,
    /// Its user info endpoint.
    pub user_info_endpoint: String,
    /// OAuth 2.0 client.
    pub client_id: String,
    /// Its secret, which no answer shows.
    pub client_secret: String,
    /// The session.
    pub session: Session,
}

/// Lets Cognito say who the user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticateCognito {
    /// The user pool.
    pub user_pool_arn: String,
    /// Its client.
    pub user_pool_client_id: String,
    /// Domain prefix or full domain of the pool.
    pub user_pool_domain: String,
    /// The session.
    pub session: Session,
}

/// What both kinds of authentication have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Cookie; `AWSELBAuthSessionCookie` unless set.
    pub cookie_name: String,
    /// Scopes, separated by spaces; `openid` unless set.
    pub scope: String,
    /// Seconds; 604800 unless set.
    pub timeout: u64,
    /// Query parameters of the redirect to the authorization endpoint.
    pub extra_params: BTreeMap<String, String>,
    /// What happens to a request without a session.
    pub on_unauthenticated: OnUnauthenticated,
}

/// What happens to a request of a user who is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnUnauthenticated {
    /// It is refused with 401.
    Deny,
    /// It goes on.
    Allow,
    /// It is sent to the provider.
    #[default]
    Authenticate,
}

/// Authentication by OpenID on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OidcConfig {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    user_info_endpoint: String,
    client_id: String,
    #[serde(default, skip_serializing)]
    client_secret: Option<String>,
    #[serde(default, skip_serializing)]
    use_existing_client_secret: Option<bool>,
    #[serde(default)]
    session_cookie_name: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    session_timeout: Option<u64>,
    #[serde(default, skip_serializing_if = "ExtraParams::is_empty")]
    authentication_request_extra_params: ExtraParams,
    #[serde(default)]
    on_unauthenticated_request: OnUnauthenticated,
}

/// Authentication by Cognito on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CognitoConfig {
    user_pool_arn: String,
    user_pool_client_id: String,
    user_pool_domain: String,
    #[serde(default)]
    session_cookie_name: Option<String>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    session_timeout: Option<u64>,
    #[serde(default, skip_serializing_if = "ExtraParams::is_empty")]
    authentication_request_extra_params: ExtraParams,
    #[serde(default)]
    on_unauthenticated_request: OnUnauthenticated,
}

type ExtraParams = BTreeMap<String, String>;

fn session(
    cookie_name: Option<String>,
    scope: Option<String>,
    timeout: Option<u64>,
    extra_params: ExtraParams,
    on_unauthenticated: OnUnauthenticated,
) -> Result<Session, ApiError> {
    let session = Session {
        cookie_name: cookie_name.unwrap_or_else(|| "AWSELBAuthSessionCookie".to_owned()),
        scope: scope.unwrap_or_else(|| "openid".to_owned()),
        timeout: timeout.unwrap_or(LONGEST_SESSION),
        extra_params,
        on_unauthenticated,
    };
    if !(1..=LONGEST_SESSION).contains(&session.timeout) {
        return Err(invalid(format!(
            "The session timeout must be from 1 to {LONGEST_SESSION} seconds"
        )));
    }
    if session.extra_params.len() > MOST_EXTRA_PARAMETERS {
        let message = format!("An authentication request can have up to {MOST_EXTRA_PARAMETERS} extra parameters");
        return Err(invalid(message));
    }
    Ok(session)
}

impl OidcConfig {
    /// Checks what a request brings. `before` is the action that it replaces, whose secret it may wish to keep.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction` for endpoints that are not `https`, no secret, or a session that is not possible.
    pub(super) fn parse(self, before: Option<&AuthenticateOidc>) -> Result<AuthenticateOidc, ApiError> {
        let endpoints = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.user_info_endpoint,
        ];
        for endpoint in endpoints.into_iter().chain([&self.issuer]) {
            super::check::is_https(endpoint)?;
        }
        let keeps = self.use_existing_client_secret == Some(true);
        if keeps && self.client_secret.is_some() {
            let message = "ClientSecret must not be specified when UseExistingClientSecret is true";
            return Err(invalid(message.to_owned()));
        }
        let kept = before.filter(|_| keeps).map(|before| before.client_secret.clone());
        let missing = || invalid("An authenticate-oidc action must have a ClientSecret".to_owned());
        let client_secret = self.client_secret.or(kept).ok_or_else(missing)?;
        Ok(AuthenticateOidc {
            issuer: self.issuer,
            authorization_endpoint: self.authorization_endpoint,
            token_endpoint: self.token_endpoint,
            user_info_endpoint: self.user_info_endpoint,
            client_id: self.client_id,
            client_secret,
            session: session(
                self.session_cookie_name,
                self.scope,
                self.session_timeout,
                self.authentication_request_extra_params,
                self.on_unauthenticated_request,
            )?,
        })
    }

    /// As the wire shows it: without the secret.
    pub(super) fn of(action: &AuthenticateOidc) -> Self {
        let AuthenticateOidc {
            issuer,
            authorization_endpoint,
            token_endpoint,
            user_info_endpoint,
            client_id,
            client_secret: _,
            session,
        } = action.clone();
        Self {
            issuer,
            authorization_endpoint,
            token_endpoint,
            user_info_endpoint,
            client_id,
            client_secret: None,
            use_existing_client_secret: None,
            session_cookie_name: Some(session.cookie_name),
            scope: Some(session.scope),
            session_timeout: Some(session.timeout),
            authentication_request_extra_params: session.extra_params,
            on_unauthenticated_request: session.on_unauthenticated,
        }
    }
}

impl CognitoConfig {
    /// Checks what a request brings.
    ///
    /// # Errors
    /// `InvalidLoadBalancerAction` for what is no ARN of a user pool, or a session that is not possible.
    pub(super) fn parse(self) -> Result<AuthenticateCognito, ApiError> {
        let is_pool = self.user_pool_arn.starts_with("arn:") && self.user_pool_arn.contains(":userpool/");
        if !is_pool {
            return Err(invalid(format!(
                "'{}' is not a valid user pool ARN",
                self.user_pool_arn
            )));
        }
        Ok(AuthenticateCognito {
            user_pool_arn: self.user_pool_arn,
            user_pool_client_id: self.user_pool_client_id,
            user_pool_domain: self.user_pool_domain,
            session: session(
                self.session_cookie_name,
                self.scope,
                self.session_timeout,
                self.authentication_request_extra_params,
                self.on_unauthenticated_request,
            )?,
        })
    }

    /// As the wire shows it.
    pub(super) fn of(action: &AuthenticateCognito) -> Self {
        let AuthenticateCognito {
            user_pool_arn,
            user_pool_client_id,
            user_pool_domain,
            session,
        } = action.clone();
        Self {
            user_pool_arn,
            user_pool_client_id,
            user_pool_domain,
            session_cookie_name: Some(session.cookie_name),
            scope: Some(session.scope),
            session_timeout: Some(session.timeout),
            authentication_request_extra_params: session.extra_params,
            on_unauthenticated_request: session.on_unauthenticated,
        }
    }
}

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidLoadBalancerAction", message)
}
