//! What an OpenID provider is asked: tokens for a code, and who the user is (OpenID Connect Core 1.0, 3.1.3 and 5.3).

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http_body_util::Full;
use hyper::{
    Method, Request, StatusCode,
    body::Bytes,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::session::Session;
use crate::{
    application::calls::{CallError, Calls},
    config::application::{Authenticate, Provider},
};

/// AWS's limit for what a provider says of a user.
const LONGEST_CLAIMS: usize = 11 * 1024;

/// Why a provider did not say who the user is.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("the token endpoint cannot be asked")]
    Token(#[source] CallError),
    #[error("the user info endpoint cannot be asked")]
    UserInfo(#[source] CallError),
    #[error("the request to the provider cannot be written")]
    Request(#[source] hyper::http::Error),
    #[error("the token endpoint answered with {0}")]
    TokenRefused(StatusCode),
    #[error("the user info endpoint answered with {0}")]
    UserInfoRefused(StatusCode),
    #[error("the token endpoint's answer is no token response")]
    TokenFormat(#[source] serde_json::Error),
    #[error("the user info endpoint's answer is no list of claims")]
    UserInfoFormat(#[source] serde_json::Error),
    #[error("the ID token is not of this provider, for this client and this user")]
    IdToken,
    #[error("the claims of the user are longer than 11 KB")]
    Claims,
}

impl ProviderError {
    /// "HTTP 561": the provider said no. 500: it could not be asked, or said too much.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::TokenRefused(_)
            | Self::UserInfoRefused(_)
            | Self::TokenFormat(_)
            | Self::UserInfoFormat(_)
            | Self::IdToken => crate::application::respond::NOT_AUTHENTICATED,
            Self::Token(_) | Self::UserInfo(_) | Self::Request(_) | Self::Claims => 500,
        }
    }
}

/// What the token endpoint is given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Grant<'a> {
    Code { code: &'a str, callback: &'a str },
    Refresh(&'a str),
}

#[derive(Debug, Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: Option<String>,
    id_token: Option<String>,
    expires_in: Option<i64>,
}

/// A session that begins, or goes on, with what the provider says. `ends` is when it ends, in seconds since 1970.
pub(super) async fn session(
    calls: &Calls,
    action: &Authenticate,
    provider: &Provider,
    grant: Grant<'_>,
    (now, ends): (Timestamp, i64),
) -> Result<Session, ProviderError> {
    let tokens = tokens(calls, action, provider, grant).await?;
    let claims = claims(calls, provider, &tokens.access_token).await?;
    if let Some(token) = &tokens.id_token
        && !fits(token, action, provider, &claims, now)
    {
        return Err(ProviderError::IdToken);
    }
    // A provider that gives no new refresh token means the old one to be kept.
    let kept = match grant {
        Grant::Refresh(token) => Some(token.to_owned()),
        Grant::Code { .. } => None,
    };
    Ok(Session {
        claims,
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token.or(kept),
        stale_from: tokens.expires_in.map(|seconds| now.as_second().saturating_add(seconds)),
        ends,
    })
}

async fn tokens(
    calls: &Calls,
    action: &Authenticate,
    provider: &Provider,
    grant: Grant<'_>,
) -> Result<Tokens, ProviderError> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match grant {
        Grant::Code { code, callback } => form
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", callback),
        Grant::Refresh(token) => form
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token)
            .append_pair("scope", &action.scope),
    };
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let credentials = format!("{}:{}", encoded(&action.client_id), encoded(&provider.client_secret));
    let request = Request::builder()
        .method(Method::POST)
        .uri(&provider.token_endpoint)
        .header(
            AUTHORIZATION,
            format!("Basic {}", BASE64.encode(credentials.as_bytes())),
        )
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(Full::new(Bytes::from(form.finish())))
        .map_err(ProviderError::Request)?;
    let (status, body) = calls.call(request).await.map_err(ProviderError::Token)?;
    if status != StatusCode::OK {
        return Err(ProviderError::TokenRefused(status));
    }
    serde_json::from_slice(&body).map_err(ProviderError::TokenFormat)
}

async fn claims(calls: &Calls, provider: &Provider, access_token: &str) -> Result<Map<String, Value>, ProviderError> {
    let request = Request::get(&provider.user_info_endpoint)
        .header(AUTHORIZATION, format!("Bearer {access_token}"))
        .header(ACCEPT, "application/json")
        .body(Full::default())
        .map_err(ProviderError::Request)?;
    let (status, body) = calls.call(request).await.map_err(ProviderError::UserInfo)?;
    if status != StatusCode::OK {
        return Err(ProviderError::UserInfoRefused(status));
    }
    if body.len() > LONGEST_CLAIMS {
        return Err(ProviderError::Claims);
    }
    serde_json::from_slice(&body).map_err(ProviderError::UserInfoFormat)
}

/// Whether an ID token is what it should be. It came from the provider itself, over TLS, so its signature tells nothing more
/// (OpenID Connect Core 1.0, 3.1.3.7, 6).
fn fits(token: &str, action: &Authenticate, provider: &Provider, claims: &Map<String, Value>, now: Timestamp) -> bool {
    let said = || {
        let payload = token.split('.').nth(1)?.trim_end_matches('=');
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
        serde_json::from_slice::<Map<String, Value>>(&payload).ok()
    };
    let Some(said) = said() else {
        return false;
    };
    let is_client = |value: &Value| value.as_str() == Some(&action.client_id);
    let for_client = match said.get("aud") {
        Some(Value::Array(clients)) => clients.iter().any(is_client),
        Some(client) => is_client(client),
        None => false,
    };
    let holds = said
        .get("exp")
        .and_then(Value::as_i64)
        .is_some_and(|until| until > now.as_second());
    let same_issuer = said.get("iss").and_then(Value::as_str) == Some(&provider.issuer);
    for_client && holds && same_issuer && said.get("sub") == claims.get("sub")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::application::authenticate::tests::action;

    #[test]
    fn id_tokens() {
        let action = action();
        let Some(provider) = action.provider.clone() else {
            panic!("no provider");
        };
        let claims = json!({ "sub": "me" }).as_object().unwrap().clone();
        let now = Timestamp::from_second(100).unwrap();
        let good = json!({ "iss": "https://idp.example.com", "aud": "me", "exp": 101, "sub": "me" });
        let with = |name: &str, value: Value| {
            let mut token = good.clone();
            token[name] = value;
            token
        };
        for (payload, expected) in [
            (good.clone(), true),
            (with("aud", json!(["other", "me"])), true),
            (with("aud", json!("other")), false),
            (with("exp", json!(100)), false),
            (with("iss", json!("https://other.example.com")), false),
            (with("sub", json!("you")), false),
        ] {
            let token = format!("e30.{}.x", BASE64URL_NOPAD.encode(payload.to_string().as_bytes()));
            assert_eq!(fits(&token, &action, &provider, &claims, now), expected, "{payload}");
        }
        assert!(!fits("nonsense", &action, &provider, &claims, now));
    }
}
