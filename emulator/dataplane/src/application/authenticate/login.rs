//! The way of a user to the provider and back. Pure.

use std::time::Duration;

use hyper::{
    Uri,
    header::{HeaderMap, HeaderValue},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{seal::Seal, session::set};
use crate::{application::stickiness::cookie, config::application::Authenticate};

/// Where the provider sends users back to.
pub(super) const CALLBACK: &str = "/oauth2/idpresponse";
/// Ties the answer of the provider to the client that was sent there.
const NONCE_COOKIE: &str = "AWSALBAuthNonce";
/// AWS's time for logging in ("Client login timeout").
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What a provider gives back with the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Login {
    /// What the user had asked for.
    pub(super) url: String,
    nonce: String,
    /// Seconds since 1970.
    begun: i64,
}

impl Login {
    pub(super) fn new(host: &str, uri: &Uri, nonce: String, now: Timestamp) -> Self {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Self {
            url: format!("https://{host}{path}"),
            nonce,
            begun: now.as_second(),
        }
    }

    /// Where the user goes, and the cookie to take along.
    pub(super) fn send(
        &self,
        seal: &Seal,
        action: &Authenticate,
        host: &str,
        now: Timestamp,
    ) -> Option<(HeaderValue, HeaderValue)> {
        let state = seal.close(&purpose(action), self)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &action.client_id)
            .append_pair("redirect_uri", &callback(host))
            .append_pair("response_type", "code")
            .append_pair("scope", &action.scope)
            .append_pair("state", &state)
            .extend_pairs(&action.extra_parameters)
            .finish();
        let separator = if action.authorization_endpoint.contains('?') {
            '&'
        } else {
            '?'
        };
        let location = format!("{}{separator}{query}", action.authorization_endpoint);
        Some((
            HeaderValue::try_from(location).ok()?,
            set(NONCE_COOKIE, &self.nonce, PATIENCE, now)?,
        ))
    }

    /// The login that a user comes back from; none if it is another's, or took too long.
    pub(super) fn read(
        seal: &Seal,
        action: &Authenticate,
        state: &str,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Option<Self> {
        let login: Self = seal.open(&purpose(action), state)?;
        let in_time = now.as_second() - login.begun <= PATIENCE.as_secs().cast_signed();
        (in_time && cookie(headers, NONCE_COOKIE) == Some(login.nonce.as_str())).then_some(login)
    }
}

/// Where the provider is told to send users: it compares it with what it knows.
pub(super) fn callback(host: &str) -> String {
    format!("https://{host}{CALLBACK}")
}

/// The `Set-Cookie` value that takes the nonce away.
pub(super) fn without_nonce() -> Option<HeaderValue> {
    set(NONCE_COOKIE, "", Duration::ZERO, Timestamp::UNIX_EPOCH)
}

fn purpose(action: &Authenticate) -> String {
    format!("login {}", action.client_id)
}

#[cfg(test)]
mod tests {
    use hyper::header::COOKIE;

    use super::*;
    use crate::application::authenticate::tests::action;

    #[test]
    fn there_and_back() {
        let (seal, action) = (Seal::new().unwrap(), action());
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let uri = Uri::from_static("/private?x=1");
        let login = Login::new("www.example.com", &uri, "abc".to_owned(), at(0));
        assert_eq!(login.url, "https://www.example.com/private?x=1");
        let (location, cookie) = login.send(&seal, &action, "www.example.com", at(0)).unwrap();
        assert_eq!(
            cookie,
            "AWSALBAuthNonce=abc; Expires=Thu, 01 Jan 1970 00:15:00 GMT; Path=/; Secure; HttpOnly; SameSite=None"
        );
        let location = location.to_str().unwrap();
        let (page, query) = location.split_once('?').unwrap();
        assert_eq!(page, "https://idp.example.com/authorize");
        let mut pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (_, state) = pairs.remove(4);
        insta::assert_debug_snapshot!(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(), @r#"
        [
            "client_id=me",
            "redirect_uri=https://www.example.com/oauth2/idpresponse",
            "response_type=code",
            "scope=openid email",
            "prompt=login",
        ]
        "#);
        let with = |text| HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]);
        let own = with("AWSALBAuthNonce=abc");
        assert_eq!(Login::read(&seal, &action, &state, &own, at(900)), Some(login));
        assert_eq!(Login::read(&seal, &action, &state, &own, at(901)), None);
        assert_eq!(
            Login::read(&seal, &action, &state, &with("AWSALBAuthNonce=x"), at(1)),
            None
        );
        assert_eq!(Login::read(&seal, &action, &state, &HeaderMap::new(), at(1)), None);
        assert_eq!(Login::read(&seal, &action, "nonsense", &own, at(1)), None);
    }
}
