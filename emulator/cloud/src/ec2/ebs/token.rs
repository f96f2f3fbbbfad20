//! Client tokens: a call that is repeated makes nothing twice. See "Ensuring idempotency in Amazon EC2 API requests".

use crate::ApiError;
use std::collections::BTreeMap;

/// Longest token.
const LONGEST: usize = 64;

/// What each token was used for.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens(BTreeMap<String, Use>);

#[derive(Debug, Clone)]
struct Use {
    request: String,
    volume_id: String,
}

impl Tokens {
    /// The volume that the same request made before with its token, if it still exists.
    ///
    /// # Errors
    /// `IdempotentParameterMismatch` when another request was made with it, `InvalidParameterValue` for one that is too long.
    pub(super) fn made(
        &self,
        token: Option<&str>,
        request: &str,
        exists: impl Fn(&str) -> bool,
    ) -> Result<Option<&str>, ApiError> {
        let Some(token) = token else { return Ok(None) };
        if token.len() > LONGEST {
            let message = format!("Value for parameter clientToken is invalid. It has more than {LONGEST} characters.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        match self.0.get(token).filter(|used| exists(&used.volume_id)) {
            None => Ok(None),
            Some(used) if used.request == request => Ok(Some(&used.volume_id)),
            Some(_) => Err(ApiError::new(
                "IdempotentParameterMismatch",
                "The client token you have provided is associated with a resource that was created by a different request.",
            )),
        }
    }

    /// Remembers what a request made with its token.
    pub(super) fn remember(&mut self, token: Option<String>, request: String, volume_id: &str) {
        if let Some(token) = token {
            let volume_id = volume_id.to_owned();
            self.0.insert(token, Use { request, volume_id });
        }
    }

    /// Forgets the token of a volume that is no more.
    pub(super) fn forget(&mut self, volume_id: &str) {
        self.0.retain(|_, used| used.volume_id != volume_id);
    }
}
