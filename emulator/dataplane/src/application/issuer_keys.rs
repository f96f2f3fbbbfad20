//! The keys of token issuers, asked for when they are needed and kept for a while.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use http_body_util::Full;
use hyper::{Request, StatusCode, header::ACCEPT};
use jiff::Timestamp;

use super::{
    calls::{CallError, Calls},
    jwt::{self, InvalidKeys, Key, Rejected},
};
use crate::config::application::TokenValidation;

/// How long keys are used without asking again.
const KEPT: Duration = Duration::from_secs(300);
/// How long an issuer is not asked again for the sake of a token whose key is unknown.
const PAUSE: Duration = Duration::from_secs(10);

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("the request for the keys cannot be written")]
    Request(#[source] hyper::http::Error),
    #[error("the issuer cannot be asked for its keys")]
    Call(#[source] CallError),
    #[error("the issuer answered with {0}")]
    Refused(StatusCode),
    #[error("the issuer's keys cannot be used")]
    Keys(#[source] InvalidKeys),
}

/// The keys that one thread knows, by the URL that they are from.
#[derive(Debug, Default)]
pub(crate) struct IssuerKeys(RefCell<HashMap<String, Kept>>);

#[derive(Debug)]
struct Kept {
    since: Instant,
    keys: Rc<[Key]>,
}

impl IssuerKeys {
    /// Checks a request's token; asks for keys if they are not known, are old, or do not include that of the token.
    pub(crate) async fn verify(
        &self,
        calls: &Calls,
        authorization: Option<&str>,
        validation: &TokenValidation,
    ) -> Result<Result<(), Rejected>, KeysError> {
        let now = Timestamp::now();
        let check = |keys: &[Key]| jwt::verify(authorization, keys, validation, now);
        let (mut result, mut asked) = (Err(Rejected::UnknownKey), None);
        if let Some(kept) = self.0.borrow().get(&validation.jwks_endpoint) {
            (result, asked) = (check(&kept.keys), Some(kept.since.elapsed()));
        }
        let again = match asked {
            None => true,
            Some(age) => age > KEPT || (age > PAUSE && result == Err(Rejected::UnknownKey)),
        };
        if again {
            result = check(&self.ask(calls, &validation.jwks_endpoint).await?);
        }
        Ok(result)
    }

    async fn ask(&self, calls: &Calls, endpoint: &str) -> Result<Rc<[Key]>, KeysError> {
        let request = Request::get(endpoint)
            .header(ACCEPT, "application/json")
            .body(Full::default());
        let (status, body) = calls
            .call(request.map_err(KeysError::Request)?)
            .await
            .map_err(KeysError::Call)?;
        if status != StatusCode::OK {
            return Err(KeysError::Refused(status));
        }
        let keys: Rc<[Key]> = jwt::keys(&body).map_err(KeysError::Keys)?.into();
        let kept = Kept {
            since: Instant::now(),
            keys: keys.clone(),
        };
        self.0.borrow_mut().insert(endpoint.to_owned(), kept);
        Ok(keys)
    }
}
