//! Authentication actions ("Authenticate users using an Application Load Balancer"): who has no session goes to the provider, comes back with
//! a code, and gets a session for it.

use std::collections::HashMap;

use aws_lc_rs::error::Unspecified;
use data_encoding::HEXLOWER;
use hyper::{
    Uri,
    header::{HeaderMap, HeaderValue},
};
use jiff::Timestamp;

use super::{calls::Calls, headers, respond::NOT_AUTHENTICATED};
use crate::config::application::{Authenticate, OnUnauthenticated, Provider};

mod login;
mod provider;
mod seal;
mod session;
mod user;

use login::{CALLBACK, Login};
use provider::Grant;
use seal::Seal;
use session::Session;
use user::Signer;

/// The keys of one data plane. Sessions end with it.
#[derive(Debug)]
pub(crate) struct Keys {
    seal: Seal,
    signer: Signer,
}

impl Keys {
    pub(crate) fn new() -> Result<Self, Unspecified> {
        Ok(Self {
            seal: Seal::new()?,
            signer: Signer::new()?,
        })
    }

    /// Id and PEM of the key that targets verify claims with.
    pub(crate) fn public(&self) -> (&str, &str) {
        (&self.signer.id, &self.signer.public_key)
    }
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The next action follows; its answer sets these cookies.
    Pass(Vec<HeaderValue>),
    /// It is answered with this status.
    Refuse(u16),
    /// The client goes elsewhere, with these cookies.
    Send {
        location: HeaderValue,
        cookies: Vec<HeaderValue>,
    },
}

/// An action, and what it needs.
pub(crate) struct Authentication<'a> {
    pub(crate) action: &'a Authenticate,
    pub(crate) keys: &'a Keys,
    pub(crate) calls: &'a Calls,
    pub(crate) load_balancer: &'a str,
    pub(crate) now: Timestamp,
}

impl Authentication<'_> {
    /// Decides over a request. One that passes tells its target who the user is.
    pub(crate) async fn decide(&self, uri: &Uri, headers: &mut HeaderMap) -> Decision {
        let host = headers::host_of(uri, headers).to_owned();
        if uri.path() == CALLBACK {
            return self.come_back(&host, uri, headers).await;
        }
        user::forget(headers);
        let (seal, now) = (&self.keys.seal, self.now);
        let session = match Session::read(seal, self.action, headers, now) {
            Some(session) if session.is_stale(now) => self.refresh(session).await,
            session => session.map(|session| (session, Vec::new())),
        };
        let Some((session, cookies)) = session else {
            return self.unknown(&host, uri);
        };
        let signer = &self.keys.signer;
        signer.tell(headers, &session, self.action, self.load_balancer, now);
        Decision::Pass(cookies)
    }

    fn unknown(&self, host: &str, uri: &Uri) -> Decision {
        match self.action.on_unauthenticated {
            OnUnauthenticated::Allow => Decision::Pass(Vec::new()),
            OnUnauthenticated::Deny => Decision::Refuse(401),
            OnUnauthenticated::Authenticate => self.log_in(host, uri).unwrap_or(Decision::Refuse(500)),
        }
    }

    fn log_in(&self, host: &str, uri: &Uri) -> Option<Decision> {
        let mut nonce = [0; 16];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        let login = Login::new(host, uri, HEXLOWER.encode(&nonce), self.now);
        let (location, cookie) = login.send(&self.keys.seal, self.action, host, self.now)?;
        let cookies = vec![cookie];
        Some(Decision::Send { location, cookies })
    }

    /// The user comes from the provider.
    async fn come_back(&self, host: &str, uri: &Uri, headers: &HeaderMap) -> Decision {
        let Some(provider) = &self.action.provider else {
            return Decision::Refuse(NOT_AUTHENTICATED);
        };
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let query: HashMap<_, _> = query.into_owned().collect();
        let state = query.get("state").map(String::as_str).unwrap_or_default();
        let Some(login) = Login::read(&self.keys.seal, self.action, state, headers, self.now) else {
            return Decision::Refuse(401);
        };
        // Without a code the provider says why there is none.
        let Some(code) = query.get("code") else {
            return Decision::Refuse(NOT_AUTHENTICATED);
        };
        self.begin(provider, code, host, &login.url).await
    }

    async fn begin(&self, provider: &Provider, code: &str, host: &str, url: &str) -> Decision {
        let callback = login::callback(host);
        let grant = Grant::Code {
            code,
            callback: &callback,
        };
        let life = self.action.session_timeout.as_secs().cast_signed();
        let ends = self.now.as_second().saturating_add(life);
        let session = match provider::session(self.calls, self.action, provider, grant, (self.now, ends)).await {
            Ok(session) => session,
            Err(error) => {
                let cause = std::error::Error::source(&error);
                tracing::warn!(load_balancer = self.load_balancer, %error, cause, "a user is not authenticated");
                return Decision::Refuse(error.status());
            }
        };
        let cookies = session.cookies(&self.keys.seal, self.action, self.now);
        match (HeaderValue::from_str(url), cookies) {
            (Ok(location), Some(mut cookies)) => {
                cookies.extend(login::without_nonce());
                Decision::Send { location, cookies }
            }
            _ => Decision::Refuse(500),
        }
    }

    /// The session as the provider has it now, and its cookies; none if the provider does not know the user any more.
    async fn refresh(&self, session: Session) -> Option<(Session, Vec<HeaderValue>)> {
        let provider = self.action.provider.as_ref()?;
        let grant = Grant::Refresh(session.refresh_token.as_deref()?);
        let times = (self.now, session.ends);
        match provider::session(self.calls, self.action, provider, grant, times).await {
            Ok(session) => {
                let cookies = session.cookies(&self.keys.seal, self.action, self.now)?;
                Some((session, cookies))
            }
            Err(error) => {
                tracing::debug!(load_balancer = self.load_balancer, %error, "a session is not refreshed");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
