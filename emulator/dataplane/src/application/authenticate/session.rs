//! A user's session, which lives in cookies of the client ("Authenticate users using an Application Load Balancer": cookies). Pure.

use std::time::Duration;

use hyper::header::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::seal::Seal;
use crate::{application::stickiness::cookie, config::application::Authenticate};

/// What fits into a cookie beside its name and attributes: browsers keep 4 KiB of each.
const LONGEST_PART: usize = 3800;

/// Who the user is, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// What the provider's user info endpoint said.
    pub(crate) claims: Map<String, Value>,
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    /// When the access token expires, in seconds since 1970.
    pub(crate) stale_from: Option<i64>,
    /// When the user has to log in again.
    pub(crate) ends: i64,
}

impl Session {
    pub(crate) fn subject(&self) -> &str {
        self.claims.get("sub").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the provider is to be asked again who the user is.
    pub(crate) fn is_stale(&self, now: Timestamp) -> bool {
        self.refresh_token.is_some() && self.stale_from.is_some_and(|from| from <= now.as_second())
    }

    /// The session of a request, if its cookies have one that goes on.
    pub(crate) fn read(seal: &Seal, action: &Authenticate, headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let part = |place: usize| cookie(headers, &format!("{}-{place}", action.session_cookie));
        let (parts, first) = part(0)?.split_once('.')?;
        let mut text = first.to_owned();
        for place in 1..parts.parse().ok()? {
            text.push_str(part(place)?);
        }
        let session: Self = seal.open(&purpose(action), &text)?;
        (session.ends > now.as_second()).then_some(session)
    }

    /// `Set-Cookie` values that keep it. Nothing if it cannot be kept.
    pub(crate) fn cookies(&self, seal: &Seal, action: &Authenticate, now: Timestamp) -> Option<Vec<HeaderValue>> {
        let text = seal.close(&purpose(action), self)?;
        let parts: Vec<&str> = text
            .as_bytes()
            .chunks(LONGEST_PART)
            .map(std::str::from_utf8)
            .collect::<Result<_, _>>()
            .ok()?;
        let left = Duration::from_secs(u64::try_from(self.ends - now.as_second()).ok()?);
        let cookie = |(place, part): (usize, &&str)| {
            let count = if place == 0 {
                format!("{}.", parts.len())
            } else {
                String::new()
            };
            set(
                &format!("{}-{place}", action.session_cookie),
                &format!("{count}{part}"),
                left,
                now,
            )
        };
        parts.iter().enumerate().map(cookie).collect()
    }
}

/// A session is of one provider and client.
fn purpose(action: &Authenticate) -> String {
    let issuer = action.provider.as_ref().map(|provider| provider.issuer.as_str());
    format!("session {} {}", action.client_id, issuer.unwrap_or_default())
}

/// A `Set-Cookie` value for the whole site, which scripts cannot read.
pub(super) fn set(name: &str, value: &str, life: Duration, now: Timestamp) -> Option<HeaderValue> {
    let expires = now.saturating_add(SignedDuration::try_from(life).ok()?).ok()?;
    let expires = expires.strftime("%a, %d %b %Y %H:%M:%S GMT");
    let text = format!("{name}={value}; Expires={expires}; Path=/; Secure; HttpOnly; SameSite=None");
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use hyper::header::COOKIE;

    use super::*;
    use crate::application::authenticate::tests::action;

    fn session(size: usize) -> Session {
        let claims = [("sub", "me".to_owned()), ("picture", "x".repeat(size))];
        Session {
            claims: claims
                .map(|(name, value)| (name.to_owned(), value.into()))
                .into_iter()
                .collect(),
            access_token: "token".to_owned(),
            refresh_token: None,
            stale_from: None,
            ends: 1000,
        }
    }

    /// What a client sends that was given these.
    fn sent(cookies: &[HeaderValue]) -> HeaderMap {
        let pair = |cookie: &HeaderValue| HeaderValue::try_from(cookie.to_str().unwrap().split(';').next().unwrap());
        cookies.iter().map(|cookie| (COOKIE, pair(cookie).unwrap())).collect()
    }

    #[test]
    fn what_is_kept_is_found_until_it_ends() {
        let (seal, action) = (Seal::new().unwrap(), action());
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        for (size, parts) in [(10, 1), (10_000, 4)] {
            let cookies = session(size).cookies(&seal, &action, at(0)).unwrap();
            assert_eq!(cookies.len(), parts);
            assert!(cookies.iter().all(|cookie| cookie.len() < 4096));
            let headers = sent(&cookies);
            assert_eq!(Session::read(&seal, &action, &headers, at(999)), Some(session(size)));
            assert_eq!(Session::read(&seal, &action, &headers, at(1000)), None);
            assert_eq!(Session::read(&seal, &action, &sent(&cookies[1..]), at(0)), None);
        }
    }

    #[test]
    fn another_client_of_the_provider_has_other_sessions() {
        let (seal, now) = (Seal::new().unwrap(), Timestamp::UNIX_EPOCH);
        let headers = sent(&session(10).cookies(&seal, &action(), now).unwrap());
        let other = Authenticate {
            client_id: "other".to_owned(),
            ..action()
        };
        assert_eq!(Session::read(&seal, &other, &headers, now), None);
    }

    #[test]
    fn only_sessions_that_can_be_refreshed_are_stale() {
        let now = Timestamp::from_second(10).unwrap();
        let stale = |refresh_token: Option<&str>, stale_from| Session {
            refresh_token: refresh_token.map(str::to_owned),
            stale_from,
            ..session(0)
        };
        assert!(stale(Some("r"), Some(10)).is_stale(now));
        assert!(!stale(Some("r"), Some(11)).is_stale(now));
        assert!(!stale(None, Some(10)).is_stale(now));
        assert!(!stale(Some("r"), None).is_stale(now));
    }
}
